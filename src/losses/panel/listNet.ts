import { checkInteger, checkNames, checkNumber, type TF, tf } from '../../core';
import type { Loss } from '../loss';
import { type LabelledDays, labelledDays, meanOverDays, orderedDays } from './days';

/** Options of {@link listNet}. */
export interface ListNetOptions {
  /** What labels and predictions are divided by before their softmax: the smaller, the more the top counts. Default 1. */
  temperature?: number;
  /** Spreads the wanted shares evenly over so many of the highest labels. Default: the softmax of the labels. */
  topK?: number;
}

/** Added to scores that must not count: its exponential is 0 in single precision. */
const EXCLUDED = -1e9;

/**
 * ListNet's cross-entropy of top-one shares (Cao and others 2007): - sum q log p, with q the softmax of the labels and p that of the
 * predictions within a day, each over `temperature`. With `topK`, q is 1 / k on the k highest labels; labels that tie for the
 * last places share them, so the order of columns decides nothing.
 *
 * The softmax of raw daily returns is nearly uniform: rank or standardise labels within the day first. The mean is over days with two different labels; other
 * days order nothing. Without such a day it is 0.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @throws ReluctantError for an option out of range; `panel-shape` when called.
 * @example
 * listNet()(tf.tensor2d([[1, 0]]), tf.tensor2d([[0.5, 0.2]])).dataSync()[0]; // 0.635038
 */
export function listNet(options: ListNetOptions = {}): Loss {
  const operation = 'losses.listNet';
  checkNames(operation, options, ['temperature', 'topK']);
  const temperature = checkNumber(operation, 'temperature', options.temperature ?? 1, 1e-6);
  const topK = options.topK === undefined ? undefined : checkInteger(operation, 'topK', options.topK, 1);
  return (targets, predictions) => {
    const days = labelledDays(operation, targets, predictions);
    const logits = (values: TF.Tensor) =>
      tf.add(tf.div(values, temperature), tf.mul(tf.sub(1, days.mask), EXCLUDED)) as TF.Tensor2D;
    const wanted = topK === undefined ? tf.softmax(logits(days.labels)) : highest(days, topK);
    const scores = logits(days.scores);
    const logShares = tf.sub(scores, tf.logSumExp(scores, 1, true));
    const perDay = tf.neg(tf.sum(tf.mul(tf.mul(wanted, logShares), days.mask), 1, true));
    return meanOverDays(perDay, orderedDays(days));
  };
}

/** 1 / k on the k highest labels of each day, or on all of a day that has fewer; ties at the end share. [days, stocks]. */
function highest({ mask, labels, counts }: LabelledDays, k: number): TF.Tensor2D {
  const sunk = tf.sub(labels, tf.mul(tf.sub(1, mask), 1e30)) as TF.Tensor2D;
  const places = Math.min(k, labels.shape[1]);
  const last = tf.topk(sunk, places).values.slice([0, places - 1], [-1, 1]);
  const above = tf.mul(tf.cast(tf.greater(sunk, last), 'float32'), mask);
  const level = tf.mul(tf.cast(tf.equal(sunk, last), 'float32'), mask);
  const chosen = tf.minimum(counts, places);
  const left = tf.sub(chosen, tf.sum(above, 1, true));
  const share = tf.div(left, tf.maximum(tf.sum(level, 1, true), 1));
  return tf.div(tf.add(above, tf.mul(level, share)), tf.maximum(chosen, 1)) as TF.Tensor2D;
}
