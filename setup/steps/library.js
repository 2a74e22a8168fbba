'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { modules, root } = require('../places');
const { run } = require('../run');
const stamp = require('../stamp');

/** Every source file's name, size and time: cheap to read, and any edit changes it. */
function key() {
  const parts = [];
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
  isDone: () => stamp.holds('library', key()) && fs.existsSync(path.join(root, 'dist', 'index.js')),
  /** @param {(line: string) => void} tick */
  async perform(tick) {
    stamp.remove('library');
    const compiler = path.join(modules, 'typescript', 'bin', 'tsc');
    await run(process.execPath, [compiler, '-p', 'tsconfig.json', '--pretty', 'false'], { name: 'library', tick });
    stamp.write('library', key());
  },
};
