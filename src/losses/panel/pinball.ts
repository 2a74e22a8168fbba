import { checkNames, checkNumber, ReluctantError, type TF, tf } from '../../core';
import type { Loss } from '../loss';
import { labelledOutputs, meanOverLabels } from './rows';

/** Options of {@link pinball} and {@link quantileCrossing}. */
export interface QuantileOptions {
  /** Which quantiles the outputs are, ascending, each above 0 and below 1: `[0.1, 0.5, 0.9]`. */
  quantiles: readonly number[];
}

/**
 * The pinball loss: for quantile q and error e = y - p, max(q e, (q - 1) e), averaged over quantiles and labels (Koenker and Bassett 1978).
 * Its minimiser is the conditional quantile. Labels that are NaN do not count; without any label it is 0.
 *
 * Shapes: targets [days, stocks] with predictions [days, stocks, quantiles], or [rows, 1] with [rows, quantiles]; a number for the batch.
 *
 * @throws ReluctantError `quantiles-not-usable`; `outputs-shape` when called.
 * @example
 * pinball({ quantiles: [0.1, 0.9] })(tf.tensor2d([[1]]), tf.tensor2d([[0, 2]])).dataSync()[0]; // 0.1000
 */
export function pinball(options: QuantileOptions): Loss {
  const levels = checkQuantiles('losses.pinball', options);
  return (targets, predictions) => {
    const { mask, labels, outputs } = labelledOutputs(
      'losses.pinball',
      targets,
      predictions,
      levels.length,
      'one number per quantile',
    );
    const error = tf.sub(labels, outputs);
    const level = tf.tensor2d([...levels], [1, levels.length]);
    const loss = tf.maximum(tf.mul(error, level), tf.mul(error, tf.sub(level, 1)));
    return tf.div(meanOverLabels(loss, mask), levels.length);
  };
}

/**
 * A penalty on quantiles that cross: how far each lies above the next higher one, averaged over neighbours and labels; 0 where they
 * are in order. Small weights (0.001 to 0.005) keep heads apart that share no weights.
 *
 * Shapes as of {@link pinball}.
 *
 * @throws ReluctantError as {@link pinball}; two quantiles or more are needed.
 * @example
 * quantileCrossing({ quantiles: [0.1, 0.9] })(tf.tensor2d([[1]]), tf.tensor2d([[2, 0]])).dataSync()[0]; // 2
 */
export function quantileCrossing(options: QuantileOptions): Loss {
  const operation = 'losses.quantileCrossing';
  const count = checkQuantiles(operation, options, 2).length;
  return (targets, predictions) => {
    const { mask, outputs } = labelledOutputs(operation, targets, predictions, count, 'one number per quantile');
    const lower = outputs.slice([0, 0], [-1, count - 1]);
    const higher = outputs.slice([0, 1], [-1, count - 1]);
    return tf.div(meanOverLabels(tf.relu(tf.sub(lower, higher)), mask), count - 1) as TF.Tensor;
  };
}

function checkQuantiles(operation: string, options: QuantileOptions, least = 1): readonly number[] {
  checkNames(operation, options ?? {}, ['quantiles']);
  const quantiles = options?.quantiles;
  if (Array.isArray(quantiles) && quantiles.length >= least) {
    quantiles.forEach((level) => {
      checkNumber(operation, 'a quantile', level, 1e-6, 1 - 1e-6);
    });
    if (quantiles.every((level, k) => k === 0 || level > quantiles[k - 1]!)) return [...quantiles];
  }
  throw new ReluctantError({
    code: 'quantiles-not-usable',
    operation,
    problem: 'quantiles are not usable',
    received: quantiles,
    expected: `${least === 1 ? 'one number or more' : `${least} numbers or more`} between 0 and 1, ascending`,
  });
}
