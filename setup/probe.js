'use strict';
// Loads TensorFlow and adds two numbers; the last proof that the add-on works on this machine. With --gpu it also says
// whether TensorFlow found one.
const util = require('node:util');
process.env['TF_CPP_MIN_LOG_LEVEL'] = '3';
process.env['TF_ENABLE_ONEDNN_OPTS'] = '0'; // as the library has it; says less
Object.assign(util, { isNullOrUndefined: (/** @type {unknown} */ v) => v == null, isArray: Array.isArray });
try {
  const tf = require('@tensorflow/tfjs-node-gpu');
  const sum = tf.add([1], [2]).dataSync()[0];
  if (sum !== 3) throw new Error(`TensorFlow says that 1 + 2 = ${sum}`);
  const backend = /** @type {any} */ (tf.backend());
  console.log(`TensorFlow ${backend.binding.TF_Version}, ${backend.isUsingGpuDevice ? 'GPU' : 'CPU'}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
