'use strict';
// npm run pack [-- FOLDER]: the package for npm, a .tgz in FOLDER (default: this one). It has no dependencies of npm's: what it
// needs is installed by `npx reluctant setup`, from the lock file and with the overrides of this project, which npm ignores of a dependency.
require('../setup/nodeVersion');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root } = require('../setup/places');
const { command } = require('../setup/sequence');

command({}, ([folder = root]) => {
  const target = path.resolve(folder);
  fs.mkdirSync(target, { recursive: true });
  const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-pack-'));
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    for (const name of [...manifest.files, 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md']) {
      fs.cpSync(path.join(root, name), path.join(stage, name), {
        recursive: true,
        filter: (file) => !/__pycache__|\.pyc$|\.egg-info|\/build$/.test(file),
      });
    }
    const list = path.join(stage, 'setup', 'npm');
    fs.mkdirSync(list);
    fs.copyFileSync(path.join(root, 'package-lock.json'), path.join(list, 'lock.json'));
    fs.copyFileSync(path.join(root, 'package.json'), path.join(list, 'manifest.json'));
    const { dependencies: _, devDependencies: __, overrides: ___, scripts: ____, ...packed } = manifest;
    fs.writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
    const said = execFileSync('npm', ['pack', '--json', '--pack-destination', target], {
      cwd: stage,
      encoding: 'utf8',
    });
    const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(said);
    const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(
      `${path.join(target, filename)}: ${megabytes(size)}, unpacked ${megabytes(unpackedSize)}, ${entryCount} files`,
    );
    return 0;
  } finally {
    fs.rmSync(stage, { recursive: true, force: true });
  }
});
