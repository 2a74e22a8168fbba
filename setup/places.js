'use strict';
// Where set-up puts things. Everything lives inside the clone, so removing the folder removes it all.
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const venv = path.join(root, '.venv');
const state = path.join(root, '.setup');

module.exports = {
  root,
  state,
  /** Temporary files of the tools that set-up runs; emptied by the next set-up, so that a killed one leaves nothing. */
  scratch: path.join(state, 'scratch'),
  modules: path.join(root, 'node_modules'),
  addOn: path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'),
  venv,
  bin: path.join(venv, 'bin'),
  python: path.join(venv, 'bin', 'python'),
  kernels: path.join(venv, 'share', 'jupyter', 'kernels'),
};
