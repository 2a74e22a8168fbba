'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { modules } = require('../places');
const { run } = require('../run');
const stamp = require('../stamp');

const key = () => stamp.digest(...stamp.contents('package.json', 'package-lock.json'), process.platform, process.arch);

module.exports = {
  title: 'npm packages',
  isDone: () =>
    stamp.holds('npm-packages', key()) && fs.existsSync(path.join(modules, '@tensorflow', 'tfjs-node', 'package.json')),
  /** @param {(line: string) => void} tick */
  async perform(tick) {
    stamp.remove('npm-packages');
    stamp.remove('tensorflow-add-on'); // npm ci removes it with the packages
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { name: 'npm-packages', tick });
    shareOneAddOn();
    stamp.write('npm-packages', key());
  },
};

/** danfojs asks for tfjs-node, we use tfjs-node-gpu: one folder under both names, or two copies of TensorFlow load. */
function shareOneAddOn() {
  const alias = path.join(modules, '@tensorflow', 'tfjs-node');
  fs.rmSync(alias, { recursive: true, force: true });
  fs.symlinkSync('tfjs-node-gpu', alias, 'junction');
}
