import { ReluctantError, type TF, tf } from '../core';
import { backend } from './backend';

/** The key of the step being run: int32 [seed, step]. Undefined outside {@link withRandomKey}. */
let current: { key: TF.Tensor1D; draws: number } | undefined;

/**
 * Runs `run` with `key` (int32, shape [2]: seed and step number) as the source of every {@link randomUniform} inside.
 * In a compiled step the key is an argument, so each step draws other numbers and nothing recompiles.
 *
 * @example
 * const draw = () => withRandomKey(tf.tensor1d([7, 0], 'int32'), () => randomUniform([2]).dataSync());
 * draw()[0] === draw()[0]; // true: the same key gives the same numbers
 */
export function withRandomKey<T>(key: TF.Tensor1D, run: () => T): T {
  const outer = current;
  current = { key, draws: 0 };
  try {
    return run();
  } finally {
    current = outer;
  }
}

/** Whether a step with a random key is running, so that {@link randomUniform} may be called. */
export const hasRandomKey = (): boolean => current !== undefined;

/**
 * Uniform numbers on [0, 1) that depend on the key of the running step and on nothing else (Philox, Salmon and others
 * 2011, as TensorFlow's StatelessRandomUniform): a pure operation, so it can be part of a compiled step.
 *
 * @param shape of the result.
 * @param stream a whole number that keeps the draws of one user (a layer, say) apart from another's.
 * @throws `no-random-key` outside {@link withRandomKey}.
 * @example
 * withRandomKey(tf.tensor1d([7, 0], 'int32'), () => randomUniform([2, 3])).shape; // [2, 3]
 */
export function randomUniform(shape: readonly number[], stream = 0): TF.Tensor {
  if (!current) {
    throw new ReluctantError({
      code: 'no-random-key',
      operation: 'randomUniform',
      problem: 'no step with a random key is running',
      fix: 'call it inside fit, or wrap the call in withRandomKey(key, ...)',
    });
  }
  const { key } = current;
  const draw = current.draws++;
  return tf.tidy(() => {
    const apart = tf.tensor1d([(Math.imul(stream, 0x9e3779b1) + Math.imul(draw, 0x85ebca77)) | 0, 0], 'int32');
    const seed = tf.add(key, apart);
    const { binding } = backend();
    const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
    return backend().executeSingleOutput(
      'StatelessRandomUniform',
      [type('dtype', 1), type('T', 3), type('Tseed', 3)],
      [tf.tensor1d(Int32Array.from(shape), 'int32'), seed],
    );
  });
}
