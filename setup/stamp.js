'use strict';
// A stamp records that a step finished, for which inputs, and which files it made with what sizes. It is written last
// and atomically, so that an interrupted step is never taken for a finished one; the files are looked at again by every
// later run, so that damage is noticed (some 50,000 files, 0.2 s). What this clone has made itself is looked at in full, since a flipped
// bit in it would be run, and a stamp knows its own digest.
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { root, state } = require('./places');

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

/** @param {string} name */
const file = (name) => path.join(state, `${name}.stamp`);
/** @param {string} name */
const draftOf = (name) => path.join(state, `${name}.started`);

/**
 * Why a step is to be performed, or undefined when it is done and undamaged.
 * @param {string} name @param {string} key what the step was made from
 * @returns {string | undefined}
 */
function reason(name, key) {
  let text;
  try {
    text = fs.readFileSync(file(name), 'utf8');
  } catch {
    return wasInterrupted(name) ? 'the last attempt was interrupted' : 'not done yet';
  }
  const [kept, ...lines] = text.split('\n');
  if (kept !== key) return 'what it is made from has changed';
  if (lines.pop() !== OWN + digest(kept, ...lines)) return 'damaged: its stamp has changed';
  let bad = 0;
  let first = '';
  for (const line of lines) {
    const gap = line.indexOf(' ');
    const [wanted, place] = [line.slice(0, gap), path.join(root, line.slice(gap + 1))];
    const { size } = fs.lstatSync(place, { throwIfNoEntry: false }) ?? { size: -1 };
    if (wanted === (wanted.includes(':') && size >= 0 ? described(place, size) : `${size}`)) continue;
    bad += 1;
    first ||= `${line.slice(gap + 1)} ${size < 0 ? 'is missing' : 'has changed'}`;
  }
  return bad === 0 ? undefined : `damaged: ${first}${bad > 1 ? ` and ${bad - 1} more` : ''}`;
}

/** What the last line of a stamp begins with. */
const OWN = '# ';

/** A file by its size and what is in it. @param {string} place @param {number} size */
const described = (place, size) => `${size}:${digest(fs.readFileSync(place))}`;

/** A step begins: it is no longer done, whatever happens next. @param {string} name */
function start(name) {
  fs.mkdirSync(state, { recursive: true });
  fs.writeFileSync(draftOf(name), '');
  remove(name);
}

/** Whether the step was begun and did not end. @param {string} name */
const wasInterrupted = (name) => fs.existsSync(draftOf(name));

/**
 * A step is done.
 * @param {string} name @param {string} key
 * @param {{made?: string[], except?: RegExp, isOwn?: boolean}} [files] the files and folders it made, relative to the clone, and those
 *   inside that others may change; those of its own making are known by their content
 */
function finish(name, key, { made = [], except, isOwn = false } = {}) {
  const lines = made.flatMap((place) => inventory(place, except, isOwn));
  const draft = `${file(name)}.${process.pid}`;
  fs.writeFileSync(draft, [key, ...lines, OWN + digest(key, ...lines)].join('\n'));
  fs.renameSync(draft, file(name));
  fs.rmSync(draftOf(name), { force: true });
}

/**
 * "size path" of every file in `place`, or "size:digest path"; links count as themselves.
 * @param {string} place @param {RegExp | undefined} except @param {boolean} isOwn
 */
function inventory(place, except, isOwn) {
  const lines = [];
  const open = [place];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (except?.test(name)) continue;
    const found = fs.lstatSync(path.join(root, name));
    const size = isOwn && found.isFile() ? described(path.join(root, name), found.size) : `${found.size}`;
    if (!found.isDirectory()) lines.push(`${size} ${name}`);
    else for (const entry of fs.readdirSync(path.join(root, name))) open.push(`${name}/${entry}`);
  }
  return lines;
}

/** @param {string} name */
function remove(name) {
  fs.rmSync(file(name), { force: true });
}

module.exports = { contents, digest, finish, reason, remove, start, wasInterrupted };
