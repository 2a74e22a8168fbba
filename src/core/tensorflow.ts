import * as fs from 'node:fs';
import * as path from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { compileCacheFolder } from './compileCache';
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
  // TensorFlow's C++ side writes notices straight to the terminal, among them an "error" about every kept machine code that
  // names two features no processor reports. Errors that matter reach the caller as exceptions.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  // oneDNN picks other orders of summation from run to run; without it the same seed gives the same bits. It is no faster
  // either on small models: a graph step of the WaveNet took 3 ms without and 7 to 28 ms with it, in the same run.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0';
  keepCompiledCode();
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

/** What XLA compiled once is kept on disk: the second run of a notebook does not compile again. */
function keepCompiledCode(): void {
  if (process.env['TF_XLA_FLAGS'] !== undefined) return;
  try {
    const folder = path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
    const library = process.platform === 'darwin' ? 'libtensorflow.dylib' : 'libtensorflow.so';
    const cache = compileCacheFolder(path.join(folder, 'deps', 'lib', library));
    if (cache) process.env['TF_XLA_FLAGS'] = `--tf_xla_persistent_cache_directory=${cache}`;
  } catch {
    // Without the package there is nothing to keep, and loading it says so.
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
