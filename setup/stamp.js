'use strict';
// A stamp records that a step finished, and for which inputs. It is written last and atomically, so that an interrupted
// step is never taken for a finished one.
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { root, state } = require('./places');

/** @param {string} name */
const file = (name) => path.join(state, `${name}.stamp`);

/** @param {(string | Buffer)[]} parts */
function digest(...parts) {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** The content of files of the clone, as hash input; absent files count as empty. @param {string[]} names */
function contents(...names) {
  return names.map((name) => {
    try {
      return fs.readFileSync(path.join(root, name));
    } catch {
      return '';
    }
  });
}

/** @param {string} name @param {string} value */
function holds(name, value) {
  try {
    return fs.readFileSync(file(name), 'utf8') === value;
  } catch {
    return false;
  }
}

/** @param {string} name @param {string} value */
function write(name, value) {
  fs.mkdirSync(state, { recursive: true });
  const draft = `${file(name)}.${process.pid}`;
  fs.writeFileSync(draft, value);
  fs.renameSync(draft, file(name));
}

/** @param {string} name */
function remove(name) {
  fs.rmSync(file(name), { force: true });
}

module.exports = { contents, digest, holds, remove, write };
