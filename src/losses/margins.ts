import { type TF, tf } from '../core';
import { meanOverOutputs } from './rows';

/** Labels of 0 and 1 as -1 and 1; others as they are. As in Keras, labels count as 0 and 1 where all of the batch are. */
function signs(targets: TF.Tensor): TF.Tensor {
  const areBinary = tf.all(tf.logicalOr(tf.equal(targets, 0), tf.equal(targets, 1)));
  return tf.where(areBinary, tf.sub(tf.mul(targets, 2), 1), targets);
}

/**
 * max(1 - y p, 0), averaged over a row's outputs: the loss of support vector machines, zero once the margin is 1.
 *
 * @param targets -1 or 1 (0 and 1 are taken for these), shape [batch, outputs]. @param predictions any numbers, same shape.
 * @returns one loss per row, shape [batch].
 * @example
 * hinge(tf.tensor2d([[1], [-1]]), tf.tensor2d([[0.5], [0.5]])).dataSync(); // Float32Array [0.5, 1.5]
 */
export function hinge(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  return meanOverOutputs(tf.relu(tf.sub(1, tf.mul(signs(targets), predictions))));
}

/**
 * max(1 - y p, 0)^2, averaged over a row's outputs: as {@link hinge}, with a gradient that grows with the violation.
 *
 * @param targets -1 or 1 (0 and 1 are taken for these), shape [batch, outputs]. @param predictions any numbers, same shape.
 * @returns one loss per row, shape [batch].
 * @example
 * squaredHinge(tf.tensor2d([[1]]), tf.tensor2d([[0.5]])).dataSync(); // Float32Array [0.25]
 */
export function squaredHinge(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  return meanOverOutputs(tf.square(tf.relu(tf.sub(1, tf.mul(signs(targets), predictions)))));
}

/**
 * Minus the cosine of the angle between a row's targets and predictions: -1 where they point the same way, whatever their lengths.
 *
 * @param targets, @param predictions shape [batch, outputs].
 * @returns one loss per row in [-1, 1], shape [batch].
 * @example
 * cosineSimilarity(tf.tensor2d([[1, 0]]), tf.tensor2d([[5, 0]])).dataSync()[0]; // -1
 */
export function cosineSimilarity(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor1D {
  const unit = (rows: TF.Tensor) => {
    const squares = tf.sum(tf.square(rows), -1, true);
    return tf.div(rows, tf.sqrt(tf.maximum(squares, 1e-12)));
  };
  return meanOverOutputs(tf.neg(tf.sum(tf.mul(unit(targets), unit(predictions)), -1)));
}
