import { type TF, tf } from '../core';
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
  return tf.neg(tf.sum(tf.mul(targets, logarithms), -1) as TF.Tensor1D);
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
