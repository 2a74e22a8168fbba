'use strict';
// What the kernelspec starts: node launcher.js CONNECTION_FILE. The kernel itself is src/kernel. Jupyter starts it in the folder of the
// notebook: where that has a library of its own, set up, it is that one's kernel, so that cells are run by the version they import.
const fs = require('node:fs');
const module_ = require('node:module');
const path = require('node:path');

/** The folder of an installation's compiled kernel, if it is there. @param {string} root @returns {string | undefined} */
const builtIn = (root) => {
  const program = path.join(root, 'dist', 'kernel', 'main.js');
  return fs.existsSync(program) ? program : undefined;
};

/** The kernel of the library that a folder or the nearest one above it has installed. @param {string} folder @returns {string | undefined} */
function ofFolder(folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    // A package from npm keeps its installation in lib/; see bin/pack.js.
    for (const place of ['lib', '.']) {
      const root = path.join(at, 'node_modules', 'reluctant', place);
      const isSetUp = fs.existsSync(path.join(root, 'node_modules', 'tslab'));
      if (isSetUp && builtIn(root)) return fs.realpathSync(root);
    }
    if (at === path.dirname(at)) return undefined;
  }
}

const own = path.join(__dirname, '..');
const root = ofFolder(process.cwd()) || own;
const program = builtIn(root);
if (!program) {
  console.error('reluctant: the library is not built; run "npm run setup" in the project folder');
  process.exit(1);
}
// From Node 22 on the compiled form of the compiler is kept from one start to the next.
/** @type {{enableCompileCache?: (folder: string) => unknown}} */ (module_).enableCompileCache?.(
  path.join(root, '.setup', 'compile-cache'),
);
/** @type {{startKernel: (file: string) => void}} */ (require(program)).startKernel(process.argv[2] ?? '');
