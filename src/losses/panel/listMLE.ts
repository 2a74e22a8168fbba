import { tf } from '../../core';
import type { Loss } from '../loss';
import { differences, labelledDays, meanOverDays, orderedDays } from './days';

/**
 * ListMLE (Xia and others 2008): the negative log likelihood of the labels' order under the Plackett-Luce model of the predictions. Of
 * every stock, log of the sum of exp over the stocks that are not better, less its own prediction; summed over the stocks of a day.
 * Equal labels stand in each other's sums (Breslow 1974), so that the order of columns decides nothing.
 *
 * The mean is over days with two different labels; without such a day it is 0. Every two stocks of a day are compared: memory grows with the square of
 * their number.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @returns a loss; when called it throws `panel-shape`.
 * @example
 * listMLE()(tf.tensor2d([[1, 0]]), tf.tensor2d([[0.5, 0.3]])).dataSync()[0]; // 0.598139
 */
export function listMLE(): Loss {
  return (targets, predictions) => {
    const days = labelledDays('losses.listMLE', targets, predictions);
    const { mask, labels, scores } = days;
    // [day, i, j]: whether j stands in the sum of i.
    const isNotBetter = tf.cast(tf.greaterEqual(differences(labels), 0), 'float32');
    const counted = tf.mul(isNotBetter, mask.expandDims(1));
    const logits = tf.add(scores.expandDims(1), tf.mul(tf.sub(counted, 1), 1e9));
    const perStock = tf.sub(tf.logSumExp(logits, 2), scores);
    return meanOverDays(tf.sum(tf.mul(perStock, mask), 1, true), orderedDays(days));
  };
}
