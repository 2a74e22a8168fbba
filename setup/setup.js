'use strict';
// npm run setup [-- --gpu | --cpu] [--tests]
require('./nodeVersion');
const { command } = require('./sequence');

command({ tests: process.argv.includes('--tests') }, () => {
  console.log('Ready. Next: npm start, npm run lab, npm test.');
  return 0;
});
