'use strict';
// What the kernelspec starts: node launcher.js CONNECTION_FILE. The kernel itself is src/kernel.
const fs = require('node:fs');
const module_ = require('node:module');
const path = require('node:path');

const program = path.join(__dirname, '..', 'dist', 'kernel', 'main.js');
if (!fs.existsSync(program)) {
  console.error('reluctant: the library is not built; run "npm run setup" in the project folder');
  process.exit(1);
}
// From Node 22 on the compiled form of the compiler is kept from one start to the next.
/** @type {{enableCompileCache?: (folder: string) => unknown}} */ (module_).enableCompileCache?.(
  path.join(__dirname, '..', '.setup', 'compile-cache'),
);
/** @type {{startKernel: (file: string) => void}} */ (require(program)).startKernel(process.argv[2] ?? '');
