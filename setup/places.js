'use strict';
// Where set-up puts things. Everything lives inside the clone, so removing the folder removes it all.
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const windows = process.platform === 'win32';
const venv = path.join(root, '.venv');

module.exports = {
  root,
  state: path.join(root, '.setup'),
  modules: path.join(root, 'node_modules'),
  addOn: path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'),
  venv,
  python: windows ? path.join(venv, 'Scripts', 'python.exe') : path.join(venv, 'bin', 'python'),
  bin: windows ? path.join(venv, 'Scripts') : path.join(venv, 'bin'),
  kernels: path.join(venv, 'share', 'jupyter', 'kernels'),
};
