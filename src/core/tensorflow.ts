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
  // either on small models: a graph step of the WaveNet took 3 ms without it and 7 to 28 ms with it, each in a process of its
  // own, since the choice holds for the whole process.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0';
  keepCompiledCode();
  let loaded: typeof TensorFlow;
  try {
    loaded = require('@tensorflow/tfjs-node-gpu') as typeof TensorFlow;
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
  tuneXLA((loaded.backend() as unknown as { binding: { TF_Version: string } }).binding.TF_Version);
  return loaded;
}

/**
 * By default XLA runs the operations of a program side by side where they do not depend on each other. In steps of small
 * operations handing them to threads takes longer than doing them: an MLP's step took 11 µs with it and 5.5 µs without.
 *
 * A loop whose step touches little memory becomes one function of machine code, instead of one per operation that an executor
 * calls in turn: an MLP's step then took 2.6 µs instead of 6.2, that of the robust model 8 instead of 19 (batches of 16).
 * Above the threshold, in bytes per step, executor calls no longer matter and the code for one operation at a time, which is
 * better made, wins: from batches of 48 on for the MLP, and by six times for the WaveNet. XLA's own threshold is 1,024 bytes.
 */
const XLA_FLAGS = [
  '--xla_cpu_enable_concurrency_optimized_scheduler=false',
  '--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=86016',
].join(' ');

/** XLA reads its flags when it first compiles. One it does not know ends the process, so only versions tried get any. */
function tuneXLA(version: string): void {
  if (/^2\.21\./.test(version)) process.env['XLA_FLAGS'] ??= XLA_FLAGS;
}

/** What XLA compiled once is kept on disk: the second run of a notebook does not compile again. */
function keepCompiledCode(): void {
  if (process.env['TF_XLA_FLAGS'] !== undefined) return;
  try {
    const folder = path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
    const library = process.platform === 'darwin' ? 'libtensorflow.dylib' : 'libtensorflow.so';
    const cache = compileCacheFolder(path.join(folder, 'deps', 'lib', library), process.env['XLA_FLAGS'] ?? XLA_FLAGS);
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
