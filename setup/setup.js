'use strict';
// npm run setup [-- --gpu] [-- --tests]
const { command } = require('./sequence');

const flags = process.argv.slice(2);
command({ gpu: flags.includes('--gpu') || undefined, tests: flags.includes('--tests') }, () => {
  console.log('Ready. Next: npm start, npm run lab, npm test.');
  return 0;
});
