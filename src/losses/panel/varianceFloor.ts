import { checkNames, checkNumber, tf } from '../../core';
import type { Loss } from '../loss';
import { centre, daysOf, labelledDays, meanOverDays } from './days';

/** Options of {@link varianceFloor}. */
export interface VarianceFloorOptions {
  /** The standard deviation that predictions of a day should have at least, in units of the predictions. */
  least: number;
}

/**
 * A penalty on predictions that hardly differ from each other: relu(least - sd)² with sd the standard deviation (of the population) of a day's predictions, averaged over
 * the days of two labels or more. It is 0 above the floor. Predictions that are exactly equal cost least² and have no direction to go apart,
 * so their gradient is 0.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @throws ReluctantError unless `least` is above 0; `panel-shape` when called.
 * @example
 * varianceFloor({ least: 2 })(tf.zeros([1, 2]), tf.tensor2d([[1, -1]])).dataSync()[0]; // 1
 */
export function varianceFloor(options: VarianceFloorOptions): Loss {
  const operation = 'losses.varianceFloor';
  checkNames(operation, options ?? {}, ['least']);
  const least = checkNumber(operation, 'least', options?.least, 1e-12);
  return (targets, predictions) => {
    const days = labelledDays(operation, targets, predictions);
    const { deviation } = centre(days.scores, days);
    return meanOverDays(tf.square(tf.relu(tf.sub(least, deviation))), daysOf(days, 2));
  };
}
