import { type TF, tf } from '../../core';

/** Enough for the weights of five terms to settle to 1e-3; two terms are exact after one. */
const SWEEPS = 12;

/**
 * MGDA (Désidéri 2012; Sener and Koltun 2018): the convex weights under which the combined gradient is shortest. Stepping
 * along it makes no term worse; where it is zero, none can be bettered without worsening another.
 *
 * Solved by exact steps on one pair of weights after the other (Platt 1998), a fixed number of times, so that it can be part
 * of a compiled step.
 *
 * @param gradients one term per row, [terms, parameters].
 * @returns weights of the terms, at least 0, adding up to 1, [terms].
 *
 * @example
 * minimumNormWeights(tf.tensor2d([[1, 0], [0, 2]])).arraySync(); // [0.8, 0.2]
 */
export function minimumNormWeights(gradients: TF.Tensor2D): TF.Tensor1D {
  return tf.tidy(() => {
    const [terms] = gradients.shape;
    const products = tf.matMul(gradients, gradients, false, true);
    const at = (row: number, column: number): TF.Scalar => products.slice([row, column], [1, 1]).reshape([]);
    const weights: TF.Tensor[] = Array.from({ length: terms }, () => tf.scalar(1 / terms));
    /** Inner product of term k's gradient with the combination as it is. */
    const along = (k: number): TF.Tensor => tf.addN(weights.map((weight, j) => tf.mul(weight, at(k, j))));
    for (let sweep = 0; sweep < (terms === 2 ? 1 : SWEEPS); sweep++) {
      for (let i = 0; i < terms; i++) {
        for (let j = i + 1; j < terms; j++) {
          const mass = tf.add(weights[i]!, weights[j]!);
          const curvature = tf.add(tf.sub(at(i, i), tf.mul(at(i, j), 2)), at(j, j));
          const step = tf.div(tf.sub(along(j), along(i)), tf.maximum(curvature, 1e-30));
          const moved = tf.minimum(tf.maximum(tf.add(weights[i]!, step), 0), mass);
          weights[j] = tf.sub(mass, moved);
          weights[i] = moved;
        }
      }
    }
    return tf.stack(weights) as TF.Tensor1D;
  });
}
