'use strict';
// npm start [-- --gpu | --cpu] [-- OPTIONS of reluctant investigate]: all set-up, then the dead-ReLU investigation, its
// verdict and its report.
require('../setup/nodeVersion');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { root } = require('../setup/places');
const { command } = require('../setup/sequence');

command({}, (args) => {
  const program = path.join(root, 'bin', 'reluctant.js');
  const { status } = spawnSync(process.execPath, [program, 'investigate'].concat(args), {
    cwd: root,
    stdio: 'inherit',
  });
  return status === null ? 1 : status;
});
