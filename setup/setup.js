'use strict';
// npm run setup [-- --gpu | --cpu] [--tests]
require('./nodeVersion');
const { isPacked } = require('./places');
const { command } = require('./sequence');

command({ tests: process.argv.includes('--tests') }, () => {
  const next = isPacked
    ? 'npx reluctant --help, and require or import "reluctant"'
    : 'npm start, npm run lab, npm test';
  console.log(`Ready. Next: ${next}.`);
  return 0;
});
