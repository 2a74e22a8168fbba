'use strict';
// One set-up at a time in one clone. The holder of the highest numbered file in .setup/lock holds the lock; a lock whose
// holder has ended is passed over by making the next number, which the file system grants to one process only.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { state } = require('./places');

const FOLDER = path.join(state, 'lock');
const POLL = 250; // ms
const FREE = 'free';

/** @typedef {{pid: number, host: string, started: string}} Holder */

/**
 * Waits until no other set-up runs here.
 * @param {(holder: Holder) => void} onWait called once when there is another
 * @returns {Promise<() => void>} gives the lock back
 */
async function acquire(onWait) {
  fs.mkdirSync(FOLDER, { recursive: true });
  for (let told = false; ; ) {
    const top = highest();
    const holder = top > 0 ? read(top) : undefined;
    if (holder && isAlive(holder)) {
      if (!told) onWait(holder);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, POLL));
    } else if (claim(top + 1)) return () => give(top + 1);
  }
}

/** @param {number} n */
const place = (n) => path.join(FOLDER, String(n));
const highest = () => Math.max(0, ...fs.readdirSync(FOLDER).map(Number).filter(Number.isInteger));

/** @param {number} n @returns {boolean} whether this process now holds the lock */
function claim(n) {
  const draft = path.join(FOLDER, `draft-${process.pid}`);
  const holder = { pid: process.pid, host: os.hostname(), started: startOf(process.pid) };
  fs.writeFileSync(draft, JSON.stringify(holder));
  try {
    fs.linkSync(draft, place(n)); // complete or not there, and refused when another was first
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
  if (highest() > n) {
    fs.rmSync(place(n), { force: true }); // numbers below the highest were cleared away while this one was made
    return false;
  }
  for (const old of fs.readdirSync(FOLDER)) if (Number(old) < n) fs.rmSync(place(Number(old)), { force: true });
  return true;
}

/** @param {number} n */
function give(n) {
  try {
    fs.writeFileSync(place(n), FREE);
  } catch {} // a full or vanished disk: the lock is stale as soon as this process ends
}

/** @param {number} n @returns {Holder | undefined} */
function read(n) {
  try {
    const text = fs.readFileSync(place(n), 'utf8');
    return text === FREE ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the process that took the lock still runs; a process of the same number that began later is another one.
 * @param {Holder} holder */
function isAlive({ pid, host, started }) {
  if (host !== os.hostname()) return false; // left behind by another machine or container
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false;
  }
  return startOf(pid) === started;
}

/** When a process began, in the system's own words. @param {number} pid */
function startOf(pid) {
  try {
    if (process.platform === 'linux') {
      const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? '' : (fields[19] ?? ''); // a zombie has ended
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

module.exports = { acquire };
