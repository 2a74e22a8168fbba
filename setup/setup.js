'use strict';
// npm run setup [-- --gpu | --cpu] [--tests] [--cluster]
require('./nodeVersion');
const { isPacked } = require('./places');
const { command } = require('./sequence');

const isAsked = (/** @type {string} */ flag) => process.argv.includes(flag);

command({ tests: isAsked('--tests'), cluster: isAsked('--cluster') }, () => {
  const next = isPacked
    ? 'npx reluctant --help, and require or import "reluctant"'
    : 'npm start, npm run lab, npm test';
  console.log(`Ready. Next: ${next}.`);
  return 0;
});
