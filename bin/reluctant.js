#!/usr/bin/env node
'use strict';
// The `reluctant` command. It stands outside dist/ so that the link in node_modules/.bin exists before the first build.
require('../setup/nodeVersion');
const fs = require('node:fs');
const path = require('node:path');

const program = path.join(__dirname, '..', 'dist', 'cli', 'main.js');
const { isPacked, modules } = require('../setup/places');

/** What set-up installs, and nothing in this file needs. */
const isSetUp = fs.existsSync(program) && fs.existsSync(path.join(modules, 'commander'));

const asksForHelp = process.argv.some((word) => word === '--help' || word === '-h');

if (process.argv[2] === 'setup' && !(isSetUp && asksForHelp)) {
  process.argv.splice(2, 1);
  require('../setup/setup.js');
} else if (!isSetUp) {
  const how = isPacked ? '"npx reluctant setup"' : '"npm run setup" in the project folder';
  console.error(`reluctant: what it needs is not installed yet; run ${how} first`);
  process.exitCode = 1;
} else require(program);
