import { checkNames, checkNumber, ReluctantError, type TF, tf } from '../../core';
import type { Loss } from '../loss';
import { centre, daysOf, type LabelledDays, labelledDays, meanOverDays } from './days';

/** Options of {@link exposurePenalty}. */
export interface ExposureOptions {
  /** `exposures[stock][k]`: what each stock has of each thing the predictions should not be about, e.g. 1 for its sector, or its beta. */
  exposures: readonly (readonly number[])[];
}

/**
 * The share of the predictions' variance within a day that known exposures explain: R² of their regression on `exposures` and a
 * constant, averaged over the days of two labels or more. 0 for neutral predictions, 1 for predictions that are nothing but a bet on sectors or on the market.
 * Exposures that the others determine on a day (all sectors together are the constant) are left out of it.
 *
 * Shapes: targets (NaN for none) and predictions [days, stocks]; a number for the batch.
 *
 * @throws ReluctantError `exposures-not-usable`; `panel-shape` when called, and `exposures-not-usable` for another number of stocks.
 * @example
 * const bySector = exposurePenalty({ exposures: [[1], [1], [0], [0]] });
 * bySector(tf.zeros([1, 4]), tf.tensor2d([[2, 2, 1, 1]])).dataSync()[0]; // 1.0000
 */
export function exposurePenalty(options: ExposureOptions): Loss {
  const operation = 'losses.exposurePenalty';
  const { stocks, columns } = checkExposures(operation, options);
  return (targets, predictions) => {
    const days = labelledDays(operation, targets, predictions);
    if (days.mask.shape[1] !== stocks)
      throw notUsable(operation, `${stocks} stocks`, `${days.mask.shape[1]} stocks, as the predictions have`);
    const scores = centre(days.scores, days).standardised;
    const explained = basis(columns, days).map((column) => tf.square(tf.sum(tf.mul(scores, column), 1, true)));
    // Standardised scores have a sum of squares of their number.
    const share = tf.div(tf.addN(explained), tf.maximum(days.counts, 1));
    return meanOverDays(share, daysOf(days, 2));
  };
}

/** The exposures of the labelled stocks, centred and made orthonormal one after the other (Gram and Schmidt): [days, stocks] each. */
function basis(columns: readonly Float32Array[], days: LabelledDays): TF.Tensor2D[] {
  const found: TF.Tensor2D[] = [];
  for (const values of columns) {
    const labelled = tf.mul(tf.tensor2d(values, [1, values.length]), days.mask) as TF.Tensor2D;
    const { centred } = centre(labelled, days);
    const whole = tf.sum(tf.square(centred), 1, true);
    let rest: TF.Tensor = centred;
    for (const before of found) rest = tf.sub(rest, tf.mul(before, tf.sum(tf.mul(rest, before), 1, true)));
    const left = tf.sum(tf.square(rest), 1, true);
    // What is left of a column that the others determine is rounding.
    const counts = tf.step(tf.sub(left, tf.add(tf.mul(whole, 1e-8), 1e-30)));
    const root = tf.sqrt(tf.add(tf.mul(left, counts), tf.sub(1, counts)));
    found.push(tf.mul(tf.div(rest, root), counts) as TF.Tensor2D);
  }
  return found;
}

function checkExposures(operation: string, options: ExposureOptions) {
  checkNames(operation, options ?? {}, ['exposures']);
  const exposures = options?.exposures;
  const width = Array.isArray(exposures) ? (exposures[0]?.length ?? 0) : 0;
  if (width === 0 || !exposures.every((row) => row?.length === width))
    throw notUsable(operation, exposures, 'one row per stock, each with the same number of exposures, at least one');
  for (const row of exposures) for (const value of row) checkNumber(operation, 'an exposure', value);
  const columns = Array.from({ length: width }, (_, k) => Float32Array.from(exposures, (row) => row[k]!));
  return { stocks: exposures.length, columns };
}

const notUsable = (operation: string, received: unknown, expected: string) =>
  new ReluctantError({
    code: 'exposures-not-usable',
    operation,
    problem: 'the exposures do not fit the stocks',
    received,
    expected,
  });
