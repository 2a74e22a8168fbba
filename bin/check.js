'use strict';
// npm run check: what must hold before a commit, in one command: types, format, lint, directions of imports, sizes, public names.
require('../setup/nodeVersion');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { modules, root } = require('../setup/places');

const CHECKS = [
  { title: 'types', args: [path.join(modules, 'typescript/bin/tsc'), '-p', 'tests/tsconfig.json'] },
  {
    title: 'format and lint',
    args: [path.join(modules, '@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'],
  },
  { title: 'imports, sizes, public names', args: ['--import', 'tsx', 'tests/architecture/rules/main.ts'] },
];

let failed = 0;
for (const { title, args } of CHECKS) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(`${status === 0 ? '✔' : '✘'} ${title}`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed ? 1 : 0;
