import * as fs from 'node:fs';
import * as path from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { ReluctantError } from './errors';
import { lazy } from './lazy';
import './nodeUtil';

/** The types of TensorFlow.js, for signatures: `TF.Tensor`, `TF.LayersModel` ... */
export type * as TF from '@tensorflow/tfjs-node-gpu';

/**
 * TensorFlow for Node, loaded on first use. The same object as `require('@tensorflow/tfjs-node-gpu')`, with the traps of
 * that package mended before it loads; a missing or broken add-on is reported with the command that rebuilds it.
 */
export const tf: typeof TensorFlow = lazy(load);

function load(): typeof TensorFlow {
  // TensorFlow's C++ side writes start-up notices straight to the terminal; warnings and errors are kept.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  // oneDNN picks other orders of summation from run to run; without it the same seed gives the same bits.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0';
  try {
    return require('@tensorflow/tfjs-node-gpu') as typeof TensorFlow;
  } catch (cause) {
    throw new ReluctantError({
      code: 'tensorflow-not-loaded',
      operation: 'TensorFlow',
      problem: 'the native add-on of @tensorflow/tfjs-node-gpu could not be loaded',
      where: { folder: addOnFolder() },
      received: cause instanceof Error ? cause.message.split('\n')[0] : cause,
      fix: 'run "npm run setup" in the project folder, which builds it again',
      cause,
    });
  }
}

function addOnFolder(): string {
  try {
    const folder = path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
    const file = path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
    return fs.existsSync(file) ? file : `${file} (absent)`;
  } catch {
    return 'node_modules/@tensorflow/tfjs-node-gpu (absent)';
  }
}
