'use strict';
// The first thing every command requires, in syntax of 2015: an old Node gets a sentence, not a syntax error.
var LEAST = [20, 19];
var found = process.versions.node.split('.').map(Number);
if (found[0] < LEAST[0] || (found[0] === LEAST[0] && found[1] < LEAST[1])) {
  console.error(`Set-up stopped: Node ${process.versions.node} is too old; 20.19 or later is needed`);
  console.error('  What to do: install a current Node from nodejs.org or with a version manager (nvm install 22)');
  process.exit(1);
}
module.exports = {};
