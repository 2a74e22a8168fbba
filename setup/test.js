'use strict';
// npm test [-- PATTERN...]: all set-up, then every test file (or those whose path contains a PATTERN), on Node's own runner.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { root } = require('./places');
const { command } = require('./sequence');

/** Slow suites end in .slow.test.ts and have commands of their own. */
function testFiles() {
  const files = fs.readdirSync(path.join(root, 'tests'), { recursive: true, encoding: 'utf8' });
  const patterns = process.argv.slice(2);
  return files
    .filter((file) => file.endsWith('.test.ts') && (patterns.length > 0 || !file.endsWith('.slow.test.ts')))
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
    .map((file) => path.join('tests', file))
    .sort();
}

command({ tests: true }, () => {
  const files = testFiles();
  if (files.length === 0) {
    console.error('no test file matches');
    return 1;
  }
  const args = [
    '--import',
    'tsx',
    '--enable-source-maps',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test',
    ...files,
  ];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
});
