'use strict';
// Runs one command of a set-up step: output goes to a log, the terminal shows that it is alive, and failures are
// translated into a sentence a newcomer can act on.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { root, scratch, state } = require('./places');
const { fullDisk, knownCause, SetupFailure } = require('./failure');

const LEASH = path.join(__dirname, 'leash.js');
const KEPT = 1 << 18; // characters of output searched for a known cause
const GRACE = 1500; // ms between asking a command to end and ending it

/** @typedef {(line: string, share?: number) => void} Tick the last line of a running command; the share done, 0 to 1 */

/** The process groups that run now. @type {Map<number, Promise<void>>} */
const running = new Map();

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{name: string, cwd?: string, env?: NodeJS.ProcessEnv, tick?: Tick}} options `name` of the log
 * @returns {Promise<string>} what the command printed (the end of it, where it is long)
 */
function run(command, args, { name, cwd = root, env = {}, tick = () => {} }) {
  fs.mkdirSync(path.join(state, 'logs'), { recursive: true });
  fs.mkdirSync(scratch, { recursive: true });
  const log = path.join(state, 'logs', `${name}.log`);
  const out = fs.createWriteStream(log);
  out.on('error', () => {}); // a full disk must not hide the command's own message
  out.write(`$ ${command} ${args.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [LEASH, command, ...args], {
      cwd,
      env: { ...process.env, TMPDIR: scratch, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const ended = new Promise((done) => child.once('close', () => done(undefined)));
    if (child.pid) running.set(child.pid, ended);
    let text = '';
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      out.write(chunk);
      text = (text + chunk).slice(-KEPT);
      const last = String(chunk)
        .trim()
        .split(/[\r\n]/)
        .pop();
      if (last) tick(last);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.stdin.on('error', () => {});
    child.on('error', (error) => reject(new SetupFailure(`"${command}" could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (child.pid) running.delete(child.pid);
      out.end();
      if (code === 0 && !fullDisk(text)) return resolve(text);
      reject(explain(command, args, text, signal ?? code, log));
    });
  });
}

/** @param {string} command @param {string[]} args @param {string} text @param {string | number | null} end @param {string} log */
function explain(command, args, text, end, log) {
  const cause = fullDisk(text) ?? knownCause(text);
  if (cause) return new SetupFailure(cause.problem, { fix: cause.fix, log });
  const words = [path.basename(command), ...args.map((arg) => arg.replace(root + path.sep, ''))];
  const called = `"${words.join(' ').slice(0, 60)}"`;
  if (end === 137 || end === 'SIGKILL')
    return new SetupFailure(`${called} was killed, perhaps because the memory was full`, {
      fix: 'close other programs and run the same command again',
      log,
    });
  const telling = text.split('\n').filter((line) => line.trim() && !/^\s+at |^Node\.js v/.test(line));
  const lines = telling.slice(-6).join('\n    ');
  if (end === 127) return new SetupFailure(`${called} could not be started: ${lines}`, { log });
  return new SetupFailure(`${called} failed (${typeof end === 'number' ? `exit code ${end}` : end})\n    ${lines}`, {
    log,
  });
}

/** Ends every command that runs now: politely first, so that it removes its temporary files. */
async function stopAll() {
  const groups = [...running];
  for (const [group] of groups) signal(group, 'SIGINT');
  const all = Promise.all(groups.map(([, ended]) => ended));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, GRACE))]);
  for (const [group] of running) signal(group, 'SIGKILL');
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, GRACE))]);
}

/** @param {number} group @param {NodeJS.Signals} name */
function signal(group, name) {
  try {
    process.kill(-group, name);
  } catch {} // it has ended already
}

module.exports = { run, stopAll };
