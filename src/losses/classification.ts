import { checkNumber, type TF, tf } from '../core';
import { meanOverOutputs } from './rows';

/** Probabilities are kept this far from 0 and 1, as Keras keeps them, so that their logarithm is finite. */
const EPSILON = 1e-7;

/**
 * -log of the probability given to the true class. Probabilities are scaled to sum to 1 and kept at least 1e-7 from 0
 * and 1, as Keras does.
 *
 * @param targets one-hot or probabilities, shape [batch, classes]. @param predictions probabilities, same shape.
 * @returns one loss per row, shape [batch].
 * @example
 * categoricalCrossentropy(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.5]])).dataSync()[0]; // 0.6931
 */
export function categoricalCrossentropy(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  const scaled = tf.div(predictions, tf.sum(predictions, -1, true));
  const logarithms = tf.log(tf.clipByValue(scaled, EPSILON, 1 - EPSILON));
  return meanOverOutputs(tf.neg(tf.sum(tf.mul(targets, logarithms), -1)));
}

/**
 * -log of the probability given to the true label of each output, averaged over a row's outputs.
 *
 * @param targets 0 or 1 (or between), shape [batch, outputs]. @param predictions probabilities, same shape.
 * @returns one loss per row, shape [batch].
 * @example
 * binaryCrossentropy(tf.tensor2d([[1]]), tf.tensor2d([[0.5]])).dataSync()[0]; // 0.6931
 */
export function binaryCrossentropy(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  const p = tf.clipByValue(predictions, EPSILON, 1 - EPSILON);
  const ofOnes = tf.mul(targets, tf.log(p));
  const ofZeros = tf.mul(tf.sub(1, targets), tf.log(tf.sub(1, p)));
  return meanOverOutputs(tf.neg(tf.add(ofOnes, ofZeros)));
}

/** One-hot rows of labels, of as many classes as the predictions have. */
function oneHot(labels: TF.Tensor, predictions: TF.Tensor): TF.Tensor {
  const { shape } = predictions;
  const numbers = tf.cast(labels, 'int32').reshape(shape.slice(0, -1));
  return tf.oneHot(numbers, shape.at(-1)!).toFloat();
}

/**
 * {@link categoricalCrossentropy} of class numbers instead of one-hot rows.
 *
 * @param labels class numbers from 0, shape [batch, 1]. @param predictions probabilities, shape [batch, classes].
 * @returns one loss per row, shape [batch].
 * @example
 * sparseCategoricalCrossentropy(tf.tensor2d([[1]]), tf.tensor2d([[0.5, 0.5]])).dataSync()[0]; // 0.6931
 */
export function sparseCategoricalCrossentropy(labels: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  return categoricalCrossentropy(oneHot(labels, predictions), predictions);
}

/**
 * Cross-entropy of the softmax of the predictions, computed without it: exact where probabilities would round to 0 or 1. For
 * heads without an activation.
 *
 * @param targets one-hot or probabilities, shape [batch, classes]. @param predictions any numbers, same shape.
 * @returns one loss per row, shape [batch].
 * @example
 * categoricalCrossentropyFromLogits(tf.tensor2d([[0, 1]]), tf.tensor2d([[3, 3]])).dataSync()[0]; // 0.6931
 */
export function categoricalCrossentropyFromLogits(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  return meanOverOutputs(tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(predictions)), -1)));
}

/**
 * {@link categoricalCrossentropyFromLogits} of class numbers instead of one-hot rows.
 *
 * @param labels class numbers from 0, shape [batch, 1]. @param predictions any numbers, shape [batch, classes].
 * @returns one loss per row, shape [batch].
 * @example
 * sparseCategoricalCrossentropyFromLogits(tf.tensor2d([[1]]), tf.tensor2d([[3, 3]])).dataSync()[0]; // 0.6931
 */
export function sparseCategoricalCrossentropyFromLogits(labels: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  return categoricalCrossentropyFromLogits(oneHot(labels, predictions), predictions);
}

/**
 * Cross-entropy of the sigmoid of each prediction, averaged over a row's outputs, in the form max(x, 0) - x y + log(1 + e^-|x|),
 * which does not overflow. For heads without an activation.
 *
 * @param targets 0 or 1 (or between), shape [batch, outputs]. @param predictions any numbers, same shape.
 * @returns one loss per row, shape [batch].
 * @example
 * binaryCrossentropyFromLogits(tf.tensor2d([[1]]), tf.tensor2d([[0]])).dataSync()[0]; // 0.6931
 */
export function binaryCrossentropyFromLogits(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  const tail = tf.log1p(tf.exp(tf.neg(tf.abs(predictions))));
  return meanOverOutputs(tf.add(tf.sub(tf.relu(predictions), tf.mul(predictions, targets)), tf.cast(tail, 'float32')));
}

/**
 * {@link binaryCrossentropy} times (1 - p)^gamma, p being the probability given to the true label (Lin et al. 2017, equation 4, gamma
 * 2): rows that are right already count next to nothing, so that rare ones are heard.
 *
 * @param targets 0 or 1, shape [batch, outputs]. @param predictions probabilities, same shape. @param gamma at least 0.
 * @returns one loss per row, shape [batch].
 * @example
 * binaryFocalCrossentropy(tf.tensor2d([[1]]), tf.tensor2d([[0.5]])).dataSync()[0]; // 0.1733
 */
export function binaryFocalCrossentropy(targets: TF.Tensor, predictions: TF.Tensor, gamma = 2): TF.Tensor1D {
  const p = tf.clipByValue(predictions, EPSILON, 1 - EPSILON);
  const right = tf.add(tf.mul(targets, p), tf.mul(tf.sub(1, targets), tf.sub(1, p)));
  const ofOnes = tf.mul(targets, tf.log(p));
  const ofZeros = tf.mul(tf.sub(1, targets), tf.log(tf.sub(1, p)));
  return meanOverOutputs(tf.neg(tf.mul(tf.pow(tf.sub(1, right), gamma), tf.add(ofOnes, ofZeros))));
}

/**
 * {@link categoricalCrossentropy} times 0.25 (1 - p)^gamma, p being the probability of each class (Lin et al. 2017, equation 5).
 *
 * @param targets one-hot, shape [batch, classes]. @param predictions probabilities, same shape.
 * @param gamma at least 0. @param alpha factor on the whole.
 * @returns one loss per row, shape [batch].
 * @example
 * categoricalFocalCrossentropy(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.5]])).dataSync()[0]; // 0.0433
 */
export function categoricalFocalCrossentropy(
  targets: TF.Tensor,
  predictions: TF.Tensor,
  gamma = 2,
  alpha = 0.25,
): TF.Tensor1D {
  const scaled = tf.div(predictions, tf.sum(predictions, -1, true));
  const p = tf.clipByValue(scaled, EPSILON, 1 - EPSILON);
  const factor = tf.mul(tf.pow(tf.sub(1, p), gamma), alpha);
  return meanOverOutputs(tf.neg(tf.sum(tf.mul(factor, tf.mul(targets, tf.log(p))), -1)));
}

/**
 * Sum of y log(y / p): how far the predicted distribution is from the true one (Kullback and Leibler 1951). Both are kept in
 * [1e-7, 1].
 *
 * @param targets, @param predictions probabilities, shape [batch, classes].
 * @returns one loss per row, shape [batch].
 * @example
 * klDivergence(tf.tensor2d([[0.5, 0.5]]), tf.tensor2d([[0.5, 0.5]])).dataSync()[0]; // 0
 */
export function klDivergence(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  const [y, p] = [targets, predictions].map((values) => tf.clipByValue(values, EPSILON, 1)) as [TF.Tensor, TF.Tensor];
  return meanOverOutputs(tf.sum(tf.mul(y, tf.log(tf.div(y, p))), -1));
}

/**
 * The targets of a loss moved towards even odds before it is called (Szegedy et al. 2016, section 7): with share s,
 * y (1 - s) + s / classes, or y (1 - s) + s / 2 for one output. Keeps a head from being certain.
 *
 * @param loss a loss on one-hot rows or on 0 and 1. @param share in [0, 1).
 * @returns a loss of the same shapes.
 * @example
 * const smoothed = labelSmoothing(categoricalCrossentropy, 0.1);
 * smoothed(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.5]])).dataSync()[0]; // 0.6931
 */
export function labelSmoothing(
  loss: (targets: TF.Tensor, predictions: TF.Tensor) => TF.Tensor,
  share: number,
): (targets: TF.Tensor, predictions: TF.Tensor) => TF.Tensor {
  const left = 1 - checkNumber('labelSmoothing', 'share', share, 0, 0.999999);
  return (targets, predictions) => {
    const classes = targets.shape.at(-1)!;
    return loss(tf.add(tf.mul(targets, left), (1 - left) / (classes > 1 ? classes : 2)), predictions);
  };
}
