'use strict';
// Loaded before tests: what they import from src/ comes from dist/, which set-up has just built of the same files. It is what
// users are given, and a file of tests starts half a second of a processor sooner than with src/ translated again. Tests import
// by `import` at the top: of a built file, import() does not see all names.
const fs = require('node:fs');
const path = require('node:path');
const { root } = require('../setup/places');

/** Node's own loader, of which its types say less than there is. @type {any} */
const loader = require('node:module');
const sources = path.join(root, 'src') + path.sep;
const resolve = loader._resolveFilename;

/** @param {unknown[]} words */
loader._resolveFilename = function (...words) {
  const found = String(resolve.apply(this, words));
  const file = found.split('?')[0] || found;
  if (!file.startsWith(sources) || !file.endsWith('.ts')) return found;
  const built = path.join(root, 'dist', `${file.slice(sources.length, -'.ts'.length)}.js`);
  return fs.existsSync(built) ? built : found;
};
