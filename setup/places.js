'use strict';
// Where set-up puts things. Everything lives inside the clone, or inside the installed package, so removing the folder removes it all.
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const venv = path.join(root, '.venv');
const state = path.join(root, '.setup');
/** A package from npm brings what the library was compiled to, and not its sources; see bin/pack.js. */
const isPacked = !fs.existsSync(path.join(root, 'src'));

module.exports = {
  root,
  state,
  isPacked,
  /** Temporary files of the tools that set-up runs; emptied by the next set-up, so that a killed one leaves nothing. */
  scratch: path.join(state, 'scratch'),
  modules: path.join(root, 'node_modules'),
  addOn: path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'),
  venv,
  /** Of what a cluster needs; only made when it is asked for. */
  clusterVenv: path.join(root, '.venv-cluster'),
  clusterPython: path.join(root, '.venv-cluster', 'bin', 'python'),
  bin: path.join(venv, 'bin'),
  python: path.join(venv, 'bin', 'python'),
  kernels: path.join(venv, 'share', 'jupyter', 'kernels'),
};
