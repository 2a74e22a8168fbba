'use strict';
// What the kernelspec starts: node launcher.js CONNECTION_FILE. The kernel itself is src/kernel.
const fs = require('node:fs');
const path = require('node:path');

const program = path.join(__dirname, '..', 'dist', 'kernel', 'main.js');
if (!fs.existsSync(program)) {
  console.error('reluctant: the library is not built; run "npm run setup" in the project folder');
  process.exit(1);
}
/** @type {{startKernel: (file: string) => void}} */ (require(program)).startKernel(process.argv[2] ?? '');
