'use strict';
// npm run lab [-- OPTIONS of jupyter lab]: set-up, then JupyterLab on the notebooks; see src/cli/lab.ts.
require('../setup/nodeVersion');
const fs = require('node:fs');
const path = require('node:path');
const { root } = require('../setup/places');
const { command } = require('../setup/sequence');

command({}, (args) => {
  const notebooks = path.join(root, 'notebooks');
  /** @type {{openLab: (folder: string, given: string[]) => Promise<number>}} */
  const { openLab } = require('../dist/cli/lab.js'); // set-up has compiled it
  return openLab(fs.existsSync(notebooks) ? notebooks : root, args);
});
