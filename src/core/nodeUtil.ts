/**
 * tfjs-node 4.22 calls two functions of Node's `util` that Node 22 warns of and Node 23 removed; without them every op
 * throws. They are put back when this file loads, so that TensorFlow and danfojs work in whatever order a notebook imports
 * them. (`import * as` would give a copy of the module, and mend that.)
 */
import util = require('node:util');

Object.assign(util, {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
});
