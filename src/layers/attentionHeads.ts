import { type TF, tf } from '../core';

/** Added to scores that must not count: exp of it is 0 in single precision, and it is still finite. */
const EXCLUDED = -1e9;

/**
 * Every head's own projection of a sequence.
 *
 * @param x `[samples, time, channels]`. @param kernel `[channels, heads, width]`. @param bias `[heads, width]`, if any.
 * @returns `[samples, heads, time, width]`.
 */
export function projectToHeads(x: TF.Tensor3D, kernel: TF.Tensor, bias: TF.Tensor | undefined): TF.Tensor4D {
  const [samples, time, channels] = x.shape;
  const [, heads, width] = kernel.shape as [number, number, number];
  const flat = x.reshape([samples * time, channels]) as TF.Tensor2D;
  let projected: TF.Tensor = tf.matMul(flat, kernel.reshape([channels, heads * width]) as TF.Tensor2D);
  if (bias) projected = tf.add(projected, bias.reshape([heads * width]));
  return tf.transpose(projected.reshape([samples, time, heads, width]) as TF.Tensor4D, [0, 2, 1, 3]);
}

/**
 * Scaled dot-product attention of every head: softmax(Q Kᵀ / √d) V (Vaswani and others 2017).
 *
 * @param isCausal whether a step sees only those up to its own number.
 * @param drop applied to the weights of the steps, if given.
 * @returns `[samples, heads, query time, value width]`.
 */
export function attendByHeads(
  query: TF.Tensor4D,
  key: TF.Tensor4D,
  value: TF.Tensor4D,
  { isCausal, drop = (weights) => weights }: { isCausal: boolean; drop?: (weights: TF.Tensor) => TF.Tensor },
): TF.Tensor4D {
  let scores: TF.Tensor = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(query.shape[3]));
  if (isCausal) scores = tf.add(scores, futureMask(query.shape[2], key.shape[2]));
  return tf.matMul(drop(tf.softmax(scores, -1)), value) as TF.Tensor4D;
}

/**
 * The heads' results as one sequence again.
 *
 * @param mixed `[samples, heads, time, width]`. @param kernel `[heads, width, outputs]`. @param bias `[outputs]`, if any.
 * @returns `[samples, time, outputs]`.
 */
export function joinHeads(mixed: TF.Tensor4D, kernel: TF.Tensor, bias: TF.Tensor | undefined): TF.Tensor3D {
  const [samples, heads, time, width] = mixed.shape;
  const outputs = kernel.shape[2]!;
  const joined = tf.transpose(mixed, [0, 2, 1, 3]).reshape([samples * time, heads * width]) as TF.Tensor2D;
  const y = tf.matMul(joined, kernel.reshape([heads * width, outputs]) as TF.Tensor2D);
  return (bias ? tf.add(y, bias) : y).reshape([samples, time, outputs]) as TF.Tensor3D;
}

/** [time, seen]: 0 where a step may look, hardly anything left where it may not. */
export function futureMask(time: number, seen = time): TF.Tensor2D {
  const values = new Float32Array(time * seen);
  for (let t = 0; t < time; t++) values.fill(EXCLUDED, Math.min(t * seen + t + 1, (t + 1) * seen), (t + 1) * seen);
  return tf.tensor2d(values, [time, seen]);
}
