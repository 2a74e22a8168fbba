'use strict';
// Loads TensorFlow and adds two numbers; the last proof that the add-on works on this machine.
const util = require('node:util');
process.env['TF_CPP_MIN_LOG_LEVEL'] = '3';
Object.assign(util, { isNullOrUndefined: (/** @type {unknown} */ v) => v == null, isArray: Array.isArray });
const tf = require('@tensorflow/tfjs-node-gpu');
const sum = tf.add([1], [2]).dataSync()[0];
if (sum !== 3) throw new Error(`TensorFlow says that 1 + 2 = ${sum}`);
console.log(`TensorFlow ${/** @type {any} */ (tf.backend()).binding.TF_Version}`);
