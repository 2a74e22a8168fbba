import { type TF, tf } from '../../core';

/**
 * The loss of homoscedastic uncertainty weighting (Kendall, Gal and Cipolla 2018): sum of L e^(-s) / 2 + s / 2 over the terms,
 * s = log of the term's variance being learnt along. At the minimum s = ln L, so that a term weighs 1 / (2 L); a loss that
 * reaches zero or below has no minimum, and its weight runs off to infinity.
 *
 * @param losses [terms], positive.
 * @param logVariances [terms].
 *
 * @example
 * const losses = tf.tensor1d([2, 0.5]);
 * uncertaintyLoss(losses, tf.zeros([2])).dataSync()[0]; // 1.25
 */
export function uncertaintyLoss(losses: TF.Tensor1D, logVariances: TF.Tensor1D): TF.Scalar {
  return tf.tidy(() => tf.sum(tf.add(tf.mul(losses, uncertaintyWeights(logVariances)), tf.div(logVariances, 2))));
}

/**
 * Weight of each term under {@link uncertaintyLoss}: e^(-s) / 2.
 *
 * @param logVariances [terms].
 *
 * @example
 * uncertaintyWeights(tf.zeros([2])).arraySync(); // [0.5, 0.5]
 */
export function uncertaintyWeights(logVariances: TF.Tensor1D): TF.Tensor1D {
  return tf.tidy(() => tf.div(tf.exp(tf.neg(logVariances)), 2) as TF.Tensor1D);
}
