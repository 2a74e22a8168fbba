import { checkNames, checkNumber, type TF, tf } from '../../core';
import type { Loss } from '../loss';
import { centre, correlation, differences, type LabelledDays, labelledDays, meanOverDays, orderedDays } from './days';

/**
 * One less Pearson's correlation of predictions and labels within each day, averaged over the days that order anything: 0 for a
 * perfect line, 1 for none, 2 for the opposite. It is the information coefficient of the textbooks and **no rank correlation**,
 * whatever a setting calls it; for ranks see {@link softSpearman}. Predictions that are equal over a day correlate with nothing: that day counts as 1, without
 * a gradient.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @returns a loss; when called it throws `panel-shape`.
 * @example
 * pearsonPerDay()(tf.tensor2d([[1, 2, 3]]), tf.tensor2d([[2, 4, 6]])).dataSync()[0]; // 0.0000
 */
export function pearsonPerDay(): Loss {
  return (targets, predictions) => {
    const days = labelledDays('losses.pearsonPerDay', targets, predictions);
    return meanOverDays(tf.sub(1, correlation(days.labels, days.scores, days)), orderedDays(days));
  };
}

/** Options of {@link softSpearman}. */
export interface SoftSpearmanOptions {
  /** Width of the soft comparison, in standard deviations of the day's predictions: the smaller, the nearer to true ranks. Default 0.5. */
  temperature?: number;
}

/**
 * One less a differentiable rank correlation within each day: true ranks of the labels (equal ones share the mean of theirs), and for the predictions
 * soft ranks, sums of sigmoid((s_i - s_j) / tau) with tau = temperature times their standard deviation (Qin, Liu and Li 2010). It does not change when predictions are scaled or
 * shifted, and tends to 1 - Spearman's correlation for small temperatures. Equal predictions count as in {@link pearsonPerDay}.
 *
 * Every two stocks of a day are compared: memory grows with the square of their number.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @throws ReluctantError for a temperature that is not above 0; `panel-shape` when called.
 * @example
 * softSpearman({ temperature: 0.01 })(tf.tensor2d([[1, 2, 3]]), tf.tensor2d([[1, 10, 90]])).dataSync()[0] < 1e-5; // true
 */
export function softSpearman(options: SoftSpearmanOptions = {}): Loss {
  const operation = 'losses.softSpearman';
  checkNames(operation, options, ['temperature']);
  const temperature = checkNumber(operation, 'temperature', options.temperature ?? 0.5, 1e-6);
  return (targets, predictions) => {
    const days = labelledDays(operation, targets, predictions);
    const standardised = centre(days.scores, days).standardised;
    const soft = ranked(tf.sigmoid(tf.div(differences(standardised), temperature)), days);
    // Half the sum of a sign and 1: 1 above, 1/2 for equals, 0 below.
    const hard = ranked(tf.div(tf.add(tf.sign(differences(days.labels)), 1), 2), days);
    return meanOverDays(tf.sub(1, correlation(hard, soft, days)), orderedDays(days));
  };
}

/** Ranks out of comparisons [days, stocks, stocks], but for a constant: [days, stocks]. */
function ranked(comparisons: TF.Tensor, { mask }: LabelledDays): TF.Tensor2D {
  return tf.mul(tf.sum(tf.mul(comparisons, mask.expandDims(1)), 2), mask) as TF.Tensor2D;
}
