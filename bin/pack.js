'use strict';
// npm run pack:npm [-- FOLDER]: the package for npm, a .tgz in FOLDER (default: this one). For npm it has no dependencies: it is this
// project without sources in its folder lib/, where `npx reluctant setup` installs them as in a clone, from the lock file and with the
// overrides, which npm ignores of a dependency; and npm leaves alone what lies there.
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
    const { files, ...manifest } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    const copy = (/** @type {string} */ name, /** @type {string} */ to) =>
      fs.cpSync(path.join(root, name), path.join(stage, to, name), {
        recursive: true,
        filter: (file) => !/__pycache__|\.pyc$|\.egg-info|\/build$/.test(file),
      });
    for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md']) copy(name, '');
    for (const name of [...files, 'package.json', 'package-lock.json']) copy(name, 'lib');
    const { dependencies: _, devDependencies: __, overrides: ___, scripts: ____, ...packed } = manifest;
    const inLib = (/** @type {string} */ file) => `lib/${file}`;
    const entries = {
      main: inLib(manifest.main),
      types: inLib(manifest.types),
      bin: { reluctant: inLib(manifest.bin.reluctant) },
    };
    fs.writeFileSync(
      path.join(stage, 'package.json'),
      `${JSON.stringify({ ...packed, ...entries, files: ['lib'] }, null, 2)}\n`,
    );
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
