import { type TF, tf } from '../core';
import { meanOverOutputs } from './rows';

/**
 * Squared difference, averaged over a row's outputs: what to use when large errors should count most; its minimiser is
 * the conditional mean.
 *
 * @param targets, @param predictions shape [batch, outputs].
 * @returns one loss per row, shape [batch].
 * @example
 * meanSquaredError(tf.tensor2d([[1], [2]]), tf.tensor2d([[1], [4]])).dataSync(); // Float32Array [0, 4]
 */
export function meanSquaredError(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  return meanOverOutputs(tf.squaredDifference(targets, predictions));
}

/**
 * Absolute difference, averaged over a row's outputs: robust to outliers; its minimiser is the conditional median.
 *
 * @param targets, @param predictions shape [batch, outputs].
 * @returns one loss per row, shape [batch].
 * @example
 * meanAbsoluteError(tf.tensor2d([[1], [2]]), tf.tensor2d([[1], [4]])).dataSync(); // Float32Array [0, 2]
 */
export function meanAbsoluteError(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  return meanOverOutputs(tf.abs(tf.sub(targets, predictions)));
}

/**
 * Half the squared error up to `delta`, linear beyond it (Huber 1964): gradients of bounded size and a smooth minimum.
 *
 * @param targets, @param predictions shape [batch, outputs].
 * @param delta where the square turns into a line, in units of the target; 1 as in Keras.
 * @returns one loss per row, shape [batch].
 * @example
 * huber(tf.tensor2d([[0], [0]]), tf.tensor2d([[0.5], [3]])).dataSync(); // Float32Array [0.125, 2.5]
 */
export function huber(targets: TF.Tensor, predictions: TF.Tensor, delta = 1): TF.Tensor1D {
  const error = tf.abs(tf.sub(targets, predictions));
  const quadratic = tf.minimum(error, delta);
  const linear = tf.sub(error, quadratic);
  return meanOverOutputs(tf.add(tf.mul(0.5, tf.square(quadratic)), tf.mul(delta, linear)));
}

/**
 * log(cosh(error)), averaged over a row's outputs: like the square near zero, like the absolute value far from it, and
 * twice differentiable everywhere. Written as e + softplus(-2e) - log 2, which does not overflow.
 *
 * @param targets, @param predictions shape [batch, outputs].
 * @returns one loss per row, shape [batch].
 * @example
 * logCosh(tf.tensor2d([[0]]), tf.tensor2d([[0]])).dataSync(); // Float32Array [0]
 */
export function logCosh(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  const error = tf.sub(predictions, targets);
  return meanOverOutputs(tf.sub(tf.add(error, tf.softplus(tf.mul(error, -2))), Math.LN2));
}
