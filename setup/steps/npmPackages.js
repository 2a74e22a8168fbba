'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { isPacked, modules, root } = require('../places');
const { run } = require('../run');
const stamp = require('../stamp');

const NAME = 'npm-packages';
const key = () => stamp.digest(...stamp.contents('package.json', 'package-lock.json'), process.platform, process.arch);

/** What the add-on's step puts there, and npm's own notes, which any npm command may write anew. */
const OTHERS =
  /^node_modules\/(\.package-lock\.json|\.cache|@tensorflow\/tfjs-node-gpu\/(deps|lib\/napi-v8|build-tmp-napi-v8))$/;

module.exports = {
  title: 'npm packages',
  gigabytes: 1,
  reason: () => stamp.reason(NAME, key()),
  /** @param {import('../run').Tick} tick */
  async perform(tick) {
    stamp.start(NAME);
    const watch = watchProgress(tick);
    try {
      const [command, ...args] = npm();
      const options = ['--ignore-scripts', '--no-audit', '--no-fund', ...(isPacked ? ['--omit=dev'] : [])];
      await run(command, [...args, 'ci', ...options], { name: NAME });
    } finally {
      clearInterval(watch);
    }
    shareOneAddOn();
    stamp.finish(NAME, key(), { made: ['node_modules'], except: OTHERS });
  },
};

/** The npm that started us, on the Node that runs us; else the one on the PATH. @returns {[string, ...string[]]} */
function npm() {
  const program = process.env['npm_execpath'] ?? '';
  return path.basename(program) === 'npm-cli.js' ? [process.execPath, program] : ['npm'];
}

/** npm says nothing without a terminal: count the packages that have arrived. @param {import('../run').Tick} tick */
function watchProgress(tick) {
  const { packages } = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const places = Object.entries(packages ?? {})
    .filter(([place, { optional, link, dev }]) => place && !optional && !link && !(isPacked && dev))
    .map(([place]) => path.join(root, place, 'package.json'));
  return setInterval(() => {
    const there = places.filter((place) => fs.existsSync(place)).length;
    tick(`${there} of ${places.length} packages`, there / places.length);
  }, 500);
}

/** danfojs asks for tfjs-node, we use tfjs-node-gpu: one folder under both names, or two copies of TensorFlow load. */
function shareOneAddOn() {
  const alias = path.join(modules, '@tensorflow', 'tfjs-node');
  fs.rmSync(alias, { recursive: true, force: true });
  fs.symlinkSync('tfjs-node-gpu', alias);
}
