'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { isPacked, modules, root } = require('../places');
const { run } = require('../run');
const stamp = require('../stamp');

const nodeMajor = process.versions.node.split('.')[0];

/** Every source file's name, size and time: cheap to read, and any edit changes it. */
function key() {
  if (isPacked) return stamp.digest(nodeMajor, ...stamp.contents('dist/index.js', 'package-lock.json'));
  // Declarations are packed for the Node that packs them, which has some of its own.
  const parts = [nodeMajor];
  const folders = [path.join(root, 'src')];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const name = path.join(folder, entry.name);
      if (entry.isDirectory()) folders.push(name);
      else {
        const { size, mtimeMs } = fs.statSync(name);
        parts.push(`${name} ${size} ${mtimeMs}`);
      }
    }
  }
  return stamp.digest(...parts.sort(), ...stamp.contents('tsconfig.json', 'package-lock.json'));
}

module.exports = {
  title: 'the library',
  gigabytes: 0.1,
  reason: () => stamp.reason('library', key()),
  /** @param {import('../run').Tick} tick */
  async perform(tick) {
    stamp.start('library');
    if (!isPacked) await compile(tick);
    const packing = path.join(root, 'dist', 'kernel', 'compiler', 'packing.js');
    const pack = `require(${JSON.stringify(packing)}).packDeclarations(${JSON.stringify(root)})`;
    await run(process.execPath, ['-e', pack], { name: 'library', tick });
    stamp.finish('library', key(), { made: ['dist'], isOwn: true });
  },
};

/** @param {import('../run').Tick} tick */
async function compile(tick) {
  const compiler = path.join(modules, 'typescript', 'bin', 'tsc');
  // Into a folder beside dist/ first: a compiler that fails or is stopped half-way leaves the old one whole.
  const dist = path.join(root, 'dist');
  const draft = path.join(root, 'dist.draft');
  fs.rmSync(draft, { recursive: true, force: true });
  await run(process.execPath, [compiler, '-p', 'tsconfig.json', '--outDir', draft, '--pretty', 'false'], {
    name: 'library',
    tick,
  });
  fs.rmSync(dist, { recursive: true, force: true });
  fs.renameSync(draft, dist);
}
