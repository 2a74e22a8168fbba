'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { kernels, root } = require('../places');

const folder = path.join(kernels, 'reluctant');
const file = path.join(folder, 'kernel.json');

/** The kernelspec of this clone: Jupyter starts the kernel with this Node and this clone's launcher. */
function kernelspec() {
  return {
    argv: [
      '/bin/sh',
      path.join(root, 'kernels', 'keeper.sh'), // a new kernel takes the place of one that has died
      process.execPath,
      // A busy cell that is cut off leaves Node's record of asynchronous calls unbalanced; it must not die of that.
      '--no-force-async-hooks-checks',
      path.join(root, 'kernels', 'launcher.js'),
      '{connection_file}',
    ],
    display_name: 'TypeScript (reluctant)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { debugger: false },
  };
}

const text = () => `${JSON.stringify(kernelspec(), null, 2)}\n`;

module.exports = {
  title: 'the kernel, known to Jupyter',
  kernelspec,
  gigabytes: 0,
  reason() {
    try {
      return fs.readFileSync(file, 'utf8') === text() ? undefined : 'it names another place';
    } catch {
      return 'not done yet';
    }
  },
  async perform() {
    fs.mkdirSync(folder, { recursive: true });
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, text());
    fs.renameSync(draft, file);
    fs.copyFileSync(path.join(root, 'kernels', 'logo-svg.svg'), path.join(folder, 'logo-svg.svg'));
  },
};
