'use strict';
// npm test [-- PATTERN...]: all set-up, then every test file (or those whose path contains a PATTERN), on Node's own runner.
// npm run test:offline [-- PATTERN...]: the same, and the tests' processes have no network, loopback aside.
require('../setup/nodeVersion');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { root } = require('../setup/places');
const { command } = require('../setup/sequence');
const { withoutNetwork } = require('./offline');

/** Slow suites end in .slow.test.ts and run only when a pattern with "slow" in it matches them. @param {string[]} patterns */
function testFiles(patterns) {
  const files = fs.readdirSync(path.join(root, 'tests'), { recursive: true, encoding: 'utf8' });
  return files
    .map((file) => path.join('tests', file))
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => {
      const asked = patterns.filter((pattern) => file.includes(pattern));
      // A pattern that names one slow suite does not ask for those that other patterns happen to match.
      if (file.endsWith('.slow.test.ts')) return asked.some((pattern) => pattern.includes('slow'));
      return patterns.length === 0 || asked.length > 0;
    })
    .sort();
}

command({ tests: true }, (words) => {
  const isOffline = words.includes('--offline');
  const patterns = words.filter((word) => word !== '--offline');
  const files = testFiles(patterns);
  if (files.length === 0) {
    console.error(`no test file matches ${patterns.join(', ')}`);
    return 1;
  }
  const built = ['--import', pathToFileURL(path.join(__dirname, 'builtModules.js')).href];
  const args = ['--import', 'tsx', ...built, '--enable-source-maps', path.join(__dirname, 'suite.js'), ...files];
  // What tests train is nobody's trial; those of the ledger name a file of their own.
  const env = { RELUCTANT_LEDGER: 'off', ...process.env };
  const line = isOffline ? withoutNetwork([process.execPath, ...args]) : [process.execPath, ...args];
  if (!line) {
    console.error(
      'this machine cannot take the network from a program: it needs unshare (util-linux) or sandbox-exec (macOS)',
    );
    return 1;
  }
  const { status } = spawnSync(line[0], line.slice(1), { cwd: root, env, stdio: 'inherit' });
  return status === null ? 1 : status;
});
