import { checkNames, checkNumber, tf } from '../../core';
import type { Loss } from '../loss';
import { labelledDays } from './days';

/** Options of {@link labelledSquaredError}. */
export interface LabelledErrorOptions {
  /** Share of the Huber loss in it, from 0 (default) to 1. */
  huberShare?: number;
  /** Where Huber's square turns into a line, in units of the target. Default 1. */
  delta?: number;
}

/**
 * Squared error over the stocks that have a label, mixed with Huber's: (1 - h) e² + h smooth(e), with smooth(e) = e² / (2 delta) up to
 * `delta` and |e| - delta / 2 beyond it. Every label counts alike, so days of many stocks count more; without any label it is 0.
 *
 * Shapes: targets and predictions [days, stocks]; a number for the batch.
 *
 * @throws ReluctantError for an option out of range; `panel-shape` when called.
 * @example
 * labelledSquaredError()(tf.tensor2d([[1, NaN]]), tf.tensor2d([[3, 9]])).dataSync()[0]; // 4
 */
export function labelledSquaredError(options: LabelledErrorOptions = {}): Loss {
  const operation = 'losses.labelledSquaredError';
  checkNames(operation, options, ['huberShare', 'delta']);
  const huberShare = checkNumber(operation, 'huberShare', options.huberShare ?? 0, 0, 1);
  const delta = checkNumber(operation, 'delta', options.delta ?? 1, 1e-12);
  return (targets, predictions) => {
    const { labels, scores, counts } = labelledDays(operation, targets, predictions);
    const error = tf.abs(tf.sub(labels, scores));
    const short = tf.minimum(error, delta);
    const smooth = tf.add(tf.div(tf.square(short), 2 * delta), tf.sub(error, short));
    const mixed = tf.add(tf.mul(tf.square(error), 1 - huberShare), tf.mul(smooth, huberShare));
    return tf.div(tf.sum(mixed), tf.maximum(tf.sum(counts), 1));
  };
}
