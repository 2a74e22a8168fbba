'use strict';
// Where set-up puts things. Everything lives inside the clone, or inside the installed package, so removing the folder removes it all.
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const venv = path.join(root, '.venv');
const state = path.join(root, '.setup');
/** A package from npm brings the list of what it needs, and not the sources; see bin/pack.js. */
const list = path.join(root, 'setup', 'npm');
const isPacked = fs.existsSync(list);

module.exports = {
  root,
  state,
  isPacked,
  /** What `npm ci` reads: of the clone as it lies there, of a package under names that npm packs. */
  manifest: isPacked ? path.join(list, 'manifest.json') : path.join(root, 'package.json'),
  lock: isPacked ? path.join(list, 'lock.json') : path.join(root, 'package-lock.json'),
  /** Temporary files of the tools that set-up runs; emptied by the next set-up, so that a killed one leaves nothing. */
  scratch: path.join(state, 'scratch'),
  modules: path.join(root, 'node_modules'),
  addOn: path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'),
  venv,
  bin: path.join(venv, 'bin'),
  python: path.join(venv, 'bin', 'python'),
  kernels: path.join(venv, 'share', 'jupyter', 'kernels'),
};
