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

/**
 * 100 |y - p| / |y|, averaged over a row's outputs: errors in percent of the target, which is kept at least 1e-7 from 0.
 *
 * @param targets, @param predictions shape [batch, outputs].
 * @returns one loss per row, shape [batch].
 * @example
 * meanAbsolutePercentageError(tf.tensor2d([[2]]), tf.tensor2d([[1]])).dataSync()[0]; // 50
 */
export function meanAbsolutePercentageError(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  const size = tf.maximum(tf.abs(targets), 1e-7);
  return meanOverOutputs(tf.mul(tf.abs(tf.div(tf.sub(targets, predictions), size)), 100));
}

/**
 * Squared difference of log(1 + y), averaged over a row's outputs: relative errors of numbers that span magnitudes. Numbers below
 * 1e-7 count as that.
 *
 * @param targets, @param predictions not negative, shape [batch, outputs].
 * @returns one loss per row, shape [batch].
 * @example
 * meanSquaredLogarithmicError(tf.tensor2d([[0]]), tf.tensor2d([[0]])).dataSync()[0]; // 0
 */
export function meanSquaredLogarithmicError(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  const [y, p] = [targets, predictions].map((values) => tf.log(tf.add(tf.maximum(values, 1e-7), 1)));
  return meanOverOutputs(tf.squaredDifference(y!, p!));
}

/**
 * p - y log p, averaged over a row's outputs: the negative log likelihood of counts under a Poisson distribution of mean p, without the
 * part that does not depend on it.
 *
 * @param targets counts, shape [batch, outputs]. @param predictions means above 0, same shape.
 * @returns one loss per row, shape [batch].
 * @example
 * poisson(tf.tensor2d([[3]]), tf.tensor2d([[1]])).dataSync()[0]; // 1.0000
 */
export function poisson(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  return meanOverOutputs(tf.sub(predictions, tf.mul(targets, tf.log(tf.add(predictions, 1e-7)))));
}
