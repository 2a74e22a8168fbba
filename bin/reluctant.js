#!/usr/bin/env node
'use strict';
// The `reluctant` command. It stands outside dist/ so that the link in node_modules/.bin exists before the first build.
require('../setup/nodeVersion');
const fs = require('node:fs');
const path = require('node:path');

const program = path.join(__dirname, '..', 'dist', 'cli', 'main.js');
if (!fs.existsSync(program)) {
  console.error('reluctant: the library is not built yet; run "npm run setup" in the project folder first');
  process.exitCode = 1;
} else require(program);
