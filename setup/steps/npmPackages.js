'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { isPacked, lock, manifest, modules, root, state } = require('../places');
const { run } = require('../run');
const stamp = require('../stamp');

const NAME = 'npm-packages';
const key = () => stamp.digest(...stamp.contents(manifest, lock), process.platform, process.arch);

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
    const folder = isPacked ? draft() : root;
    const watch = watchProgress(folder, tick);
    try {
      const [command, ...args] = npm();
      const options = ['--ignore-scripts', '--no-audit', '--no-fund', ...(isPacked ? ['--omit=dev'] : [])];
      await run(command, [...args, 'ci', ...options], { name: NAME, cwd: folder });
    } finally {
      clearInterval(watch);
    }
    if (isPacked) {
      fs.rmSync(modules, { recursive: true, force: true });
      fs.renameSync(path.join(folder, 'node_modules'), modules);
      fs.rmSync(folder, { recursive: true, force: true });
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

/**
 * The packages of an installed package are its own, at the versions of the lock and with its overrides, which npm ignores of a
 * dependency: they are installed beside it and moved in.
 */
function draft() {
  const folder = path.join(state, 'npm');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(manifest, path.join(folder, 'package.json'));
  fs.copyFileSync(lock, path.join(folder, 'package-lock.json'));
  return folder;
}

/** npm says nothing without a terminal: count the packages that have arrived. @param {string} folder @param {import('../run').Tick} tick */
function watchProgress(folder, tick) {
  const { packages } = JSON.parse(fs.readFileSync(lock, 'utf8'));
  const places = Object.entries(packages ?? {})
    .filter(([place, { optional, link, dev }]) => place && !optional && !link && !(isPacked && dev))
    .map(([place]) => path.join(folder, place, 'package.json'));
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
