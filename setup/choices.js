'use strict';
// What the user chose on the command line, remembered in the clone: --gpu, --cpu.
const fs = require('node:fs');
const path = require('node:path');
const { state } = require('./places');

const FILE = path.join(state, 'choices.json');

/** @returns {{gpu: boolean}} the choice of last time; the CPU at first */
function remembered() {
  try {
    return { gpu: JSON.parse(fs.readFileSync(FILE, 'utf8')).gpu === true };
  } catch {
    return { gpu: false };
  }
}

/**
 * Takes set-up's own flags out of a command line.
 * @param {string[]} args
 * @returns {{gpu: boolean, rest: string[]}} `rest` is for the command itself
 */
function readChoices(args) {
  const rest = args.filter((arg) => arg !== '--gpu' && arg !== '--cpu');
  const asked = args.filter((arg) => !rest.includes(arg)).pop();
  return { gpu: asked ? asked === '--gpu' : remembered().gpu, rest };
}

/** @param {{gpu: boolean}} choices */
function remember({ gpu }) {
  if (remembered().gpu === gpu) return;
  fs.mkdirSync(state, { recursive: true });
  fs.writeFileSync(`${FILE}.draft`, JSON.stringify({ gpu }));
  fs.renameSync(`${FILE}.draft`, FILE);
}

module.exports = { readChoices, remember };
