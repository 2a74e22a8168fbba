'use strict';
// npm run check: what must hold before a commit, in one command: types, format, lint, import arrows.
require('../setup/nodeVersion');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { modules, root } = require('../setup/places');

const CHECKS = [
  { title: 'types', script: 'typescript/bin/tsc', args: ['-p', 'tests/tsconfig.json'] },
  { title: 'format and lint', script: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings'] },
  {
    title: 'import arrows',
    script: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: [
      ...['src', 'kernels'].filter((folder) => fs.existsSync(path.join(root, folder))),
      '--config',
      '.dependency-cruiser.cjs',
    ],
  },
];

let failed = 0;
for (const { title, script, args } of CHECKS) {
  const { status } = spawnSync(process.execPath, [path.join(modules, script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(`${status === 0 ? '✔' : '✘'} ${title}`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed ? 1 : 0;
