import { type TF, tf } from '../../core';

/** A weight is never pushed to zero, from where it could not come back. */
const LEAST_WEIGHT = 1e-3;

/**
 * Weights at which GradNorm (Chen, Badrinarayanan, Lee and Rabinovich 2018) comes to rest: they add up to K, and under them the
 * norm of term i's weighted gradient is proportional to r_i^alpha, r_i being its loss over its first loss, over the mean of
 * these. With alpha 0 all weighted norms are equal.
 *
 * @param norms norm of each term's unweighted gradient on the shared weights, positive.
 * @param rates r_i of each term; their scale does not matter.
 * @param alpha how strongly slow terms are favoured, at least 0.
 *
 * @example
 * gradNormWeights([1, 3], [1, 1], 0); // [1.5, 0.5]
 */
export function gradNormWeights(norms: readonly number[], rates: readonly number[], alpha: number): number[] {
  const raw = norms.map((norm, k) => rates[k]! ** alpha / norm);
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => (norms.length * weight) / sum);
}

/**
 * One step of GradNorm's own gradient descent: on the sum of |w_i g_i - target_i| with target_i = mean(w g) r_i^alpha held
 * fixed, then scaled so that the weights add up to K. The step is divided by the mean of g, so that the scale of the losses
 * does not decide how fast the weights move (the paper leaves that to the learning rate).
 *
 * @param weights w, [terms]. @param norms g, norms of the unweighted gradients, [terms]. @param rates r, [terms].
 * @param options `alpha` and `learningRate`.
 *
 * @example
 * const ones = tf.ones([2]);
 * gradNormStep(ones, tf.tensor1d([1, 3]), ones, { alpha: 0, learningRate: 0.1 }).arraySync(); // [1.10526, 0.89474]
 */
export function gradNormStep(
  weights: TF.Tensor1D,
  norms: TF.Tensor1D,
  rates: TF.Tensor1D,
  { alpha, learningRate }: { alpha: number; learningRate: number },
): TF.Tensor1D {
  return tf.tidy(() => {
    const terms = weights.shape[0];
    const weighted = tf.mul(weights, norms);
    const relative = tf.div(rates, tf.mean(rates));
    const target = tf.mul(tf.mean(weighted), tf.pow(relative, alpha));
    const slope = tf.div(tf.mul(tf.sign(tf.sub(weighted, target)), norms), tf.maximum(tf.mean(norms), 1e-30));
    const moved = tf.maximum(tf.sub(weights, tf.mul(slope, learningRate)), LEAST_WEIGHT);
    return tf.mul(tf.div(moved, tf.sum(moved)), terms) as TF.Tensor1D;
  });
}
