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

/** Tells whether a step with a random key is running, so that {@link randomUniform} may be called. */
export const hasRandomKey = (): boolean => current !== undefined;

/**
 * Uniform numbers on [0, 1) that depend on the key of the running step and on nothing else, so that drawing is a pure
 * operation and can be part of a compiled step. Each number is a hash of its place, the step, the seed and the stream: the
 * 32-bit finaliser of MurmurHash3 (Appleby 2011), in integer arithmetic that gives the same bits in every mode (TensorFlow's own
 * stateless generator gives others under XLA). Meant for masks and noise, not for cryptography.
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
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tidy(() => {
    const integer = (value: number) => tf.scalar(value | 0, 'int32');
    const [seed, step] = [key.slice([0], [1]), key.slice([1], [1])];
    const place = integer(Math.imul(stream, 0x9e3779b1) ^ Math.imul(draw + 1, 0x85ebca77));
    const stepKey = finalise(tf.add(finalise(tf.add(finalise(tf.add(seed, place)), step)), place));
    const hash = finalise(tf.add(finalise(tf.add(tf.range(0, size, 1, 'int32'), stepKey)), stepKey));
    const bits = bitwise('BitwiseAnd', bitwise('RightShift', hash, integer(8)), integer(0xffffff));
    return tf.mul(tf.cast(bits, 'float32'), 2 ** -24).reshape([...shape]);
  });
}

/** The finaliser, of which every input bit changes every output bit half the time. */
function finalise(values: TF.Tensor): TF.Tensor {
  const mixed = tf.mul(fold(values, 16), tf.scalar(0x85ebca6b | 0, 'int32'));
  return fold(tf.mul(fold(mixed, 13), tf.scalar(0xc2b2ae35 | 0, 'int32')), 16);
}

/** x ^ (x >>> bits); TensorFlow's shift of a signed integer repeats the sign, so those bits are cut off. */
function fold(values: TF.Tensor, bits: number): TF.Tensor {
  const shifted = bitwise('RightShift', values, tf.scalar(bits, 'int32'));
  return bitwise('BitwiseXor', values, bitwise('BitwiseAnd', shifted, tf.scalar(0xffffffff >>> bits, 'int32')));
}

function bitwise(name: 'BitwiseAnd' | 'BitwiseXor' | 'RightShift', first: TF.Tensor, second: TF.Tensor): TF.Tensor {
  const type = { name: 'T', type: backend().binding.TF_ATTR_TYPE, value: 3 };
  return backend().executeSingleOutput(name, [type], [first, second]);
}
