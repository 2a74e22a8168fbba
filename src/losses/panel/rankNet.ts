import { hasRandomKey, randomUniform } from '../../compile';
import { checkInteger, checkNames, type TF, tf } from '../../core';
import type { Loss } from '../loss';
import { differences, labelledDays, meanOverDays, orderedDays } from './days';

/** Options of {@link rankNet}. */
export interface RankNetOptions {
  /** Pairs drawn anew in every step and day of training; default: all pairs. Validation, and calls outside of training, take all. */
  pairs?: number;
  /** Keeps this loss's draws apart from those of others. Default 0. */
  seed?: number;
}

/**
 * RankNet's pairwise logistic loss (Burges and others 2005): log(1 + exp(-(s_i - s_j))) where label i is above label j, averaged over the
 * pairs of a day whose labels differ, then over the days that have any; 0 where none has. Equal labels order nothing and are left out.
 *
 * With `pairs`, as many places are drawn with replacement among all columns; those without label, or with equal ones, do not count. All pairs take
 * memory in the square of the stocks, drawn ones do not.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @throws ReluctantError for an option out of range; `panel-shape` when called.
 * @example
 * rankNet()(tf.tensor2d([[1, 0]]), tf.tensor2d([[0, 0]])).dataSync()[0]; // 0.693147
 */
export function rankNet(options: RankNetOptions = {}): Loss {
  const operation = 'losses.rankNet';
  checkNames(operation, options, ['pairs', 'seed']);
  const pairs = options.pairs === undefined ? undefined : checkInteger(operation, 'pairs', options.pairs, 1);
  const seed = checkInteger(operation, 'seed', options.seed ?? 0, 0, 2 ** 31 - 1);
  return (targets, predictions) => {
    const days = labelledDays(operation, targets, predictions);
    const { mask, labels, scores } = days;
    const places = pairs !== undefined && hasRandomKey() ? drawn(mask.shape, pairs, seed) : undefined;
    const of = (values: TF.Tensor2D) =>
      places ? tf.sub(chosen(values, places[0]), chosen(values, places[1])) : differences(values);
    const both = places
      ? tf.mul(chosen(mask, places[0]), chosen(mask, places[1]))
      : tf.mul(mask.expandDims(2), mask.expandDims(1));
    const above = tf.mul(tf.sign(of(labels)), both);
    const perPair = tf.mul(tf.softplus(tf.neg(tf.mul(above, of(scores)))), tf.abs(above));
    const width = perPair.size / mask.shape[0];
    const sum = (values: TF.Tensor) => tf.sum(values.reshape([mask.shape[0], width]), 1, true);
    const counted = sum(tf.abs(above));
    const perDay = tf.div(sum(perPair), tf.maximum(counted, 1));
    return meanOverDays(perDay, tf.mul(orderedDays(days), tf.step(counted)));
  };
}

/** Two columns of every pair and day, as places among all days' columns: int32, [days * pairs] each. */
function drawn([days, stocks]: readonly [number, number], pairs: number, seed: number): [TF.Tensor1D, TF.Tensor1D] {
  const first = tf.mul(tf.range(0, days, 1, 'int32'), tf.scalar(stocks, 'int32')).expandDims(1);
  const draw = (): TF.Tensor1D => {
    const column = tf.cast(tf.mul(randomUniform([days, pairs], seed), stocks), 'int32');
    return tf.add(first, tf.minimum(column, tf.scalar(stocks - 1, 'int32'))).reshape([-1]);
  };
  return [draw(), draw()];
}

/** [days, pairs] of values [days, stocks]. */
const chosen = (values: TF.Tensor2D, places: TF.Tensor1D): TF.Tensor =>
  tf.gather(values.reshape([-1]), places).reshape([values.shape[0], -1]);
