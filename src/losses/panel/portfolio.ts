import { checkNames, checkNumber, type TF, tf } from '../../core';
import type { Loss } from '../loss';
import { centre, daysOf, type LabelledDays, labelledDays, meanOverDays } from './days';

/** Scores beyond so many standard deviations get no more weight. */
const WIDEST = 5;

/** Weights of a long-short portfolio by the predictions: standardised within the day, cut at 5 deviations, sizes summing to 1. All 0 for equal predictions. */
function portfolioWeights(days: LabelledDays): TF.Tensor2D {
  const scores = tf.mul(tf.clipByValue(centre(days.scores, days).standardised, -WIDEST, WIDEST), days.mask);
  const size = tf.sum(tf.abs(scores), 1, true);
  return tf.div(scores, tf.add(size, tf.sub(1, tf.step(size)))) as TF.Tensor2D;
}

/**
 * Minus what a long-short portfolio by the predictions earns on a day, over the size of what its positions earn: -(w · y) / sqrt(sum w² y²), averaged over
 * the days of two labels or more. Weights are the predictions of the day, standardised, cut at 5 deviations and divided by the sum of their sizes.
 *
 * It is called a Sharpe loss in the pipelines it comes from; it knows no variance over time, is not annualised, and is **not the Sharpe ratio** of a portfolio, for which
 * see `evaluation.sharpeRatio`. Days on which nothing is earned or all predictions are equal count as 0, without a gradient.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @returns a loss; when called it throws `panel-shape`.
 * @example
 * sharpePerDay()(tf.tensor2d([[1, -1]]), tf.tensor2d([[2, 0]])).dataSync()[0]; // -1.414214
 */
export function sharpePerDay(): Loss {
  return (targets, predictions) => {
    const days = labelledDays('losses.sharpePerDay', targets, predictions);
    const earned = tf.mul(portfolioWeights(days), days.labels);
    const squares = tf.sum(tf.square(earned), 1, true);
    const root = tf.sqrt(tf.add(squares, tf.sub(1, tf.step(squares))));
    return meanOverDays(tf.neg(tf.div(tf.sum(earned, 1, true), root)), daysOf(days, 2));
  };
}

/** Options of {@link turnoverPenalty}. */
export interface TurnoverOptions {
  /** How much of the average of earlier weights stays from one day to the next, in [0, 1). Default 0: the day before alone. */
  decay?: number;
}

/**
 * How much the portfolio by the predictions changes from day to day: the sum over stocks of |w - a|, with w the weights of {@link sharpePerDay} and a the
 * moving average a = decay a + (1 - decay) w of the days before, averaged over all days of the batch but its first. Between 0 and 2.
 *
 * The days of a batch are taken for consecutive ones: train with `shuffle: false`, or it compares days that have nothing to do with each other. A batch
 * of one day has none before it and costs 0. Stocks without a label have no weight.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @throws ReluctantError for a decay out of range; `panel-shape` when called.
 * @example
 * turnoverPenalty()(tf.zeros([2, 2]), tf.tensor2d([[1, 0], [0, 1]])).dataSync()[0]; // 2
 */
export function turnoverPenalty(options: TurnoverOptions = {}): Loss {
  const operation = 'losses.turnoverPenalty';
  checkNames(operation, options, ['decay']);
  const decay = checkNumber(operation, 'decay', options.decay ?? 0, 0, 0.999999);
  return (targets, predictions) => {
    const days = labelledDays(operation, targets, predictions);
    const weights = portfolioWeights(days);
    const [count] = weights.shape;
    // Nothing to compare, yet a loss that depends on the predictions.
    if (count < 2) return tf.mul(tf.sum(weights), 0);
    const before = tf.matMul(averagesBefore(count, decay), weights);
    const changes = tf.abs(tf.sub(weights.slice([1, 0], [-1, -1]), before));
    return tf.div(tf.sum(changes), count - 1);
  };
}

/** [days - 1, days]: what each day counts in the average before the next. The average begins as the weights of the first day. */
function averagesBefore(days: number, decay: number): TF.Tensor2D {
  const values = new Float32Array((days - 1) * days);
  for (let row = 0; row < days - 1; row++)
    for (let day = 0; day <= row; day++) values[row * days + day] = decay ** (row - day) * (day === 0 ? 1 : 1 - decay);
  return tf.tensor2d(values, [days - 1, days]);
}
