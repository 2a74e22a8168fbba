import { checkInteger, checkNumber, ReluctantError } from '../../core';

/** How {@link splitByTime} cuts. */
export interface TimeSplitOptions {
  /** Share of the distinct dates for training. Default 0.7. */
  training?: number;
  /** Share for validation; what is left is the test part. Default 0.15. */
  validation?: number;
  /** Distinct dates left out at the start of validation and of test, beside what purging drops. Default 0. */
  embargo?: number;
}

/** Positions of the samples of each part, in their original order. */
export interface TimeSplit {
  training: Int32Array;
  validation: Int32Array;
  test: Int32Array;
  /** Dropped because their label was not known before the next part began. */
  purged: Int32Array;
  /** Dropped by the embargo. */
  embargoed: Int32Array;
}

/**
 * Cuts samples by time: training, then validation, then test; all samples of one date stay together. A sample whose label
 * reaches into the next part is dropped (purging, Lopez de Prado 2018, chapter 7): its target was made of prices that
 * the next part is judged on. The embargo widens the gap against what lingers longer than a label.
 *
 * @param starts the date of each sample (days or milliseconds).
 * @param ends the date on which each sample's label is known, not before its start.
 * @throws ReluctantError for shares out of range, or `split-empty` when training or validation would hold nothing.
 * @example
 * const days = Int32Array.from({ length: 10 }, (_, k) => k);
 * splitByTime(days, days.map((d) => d + 2), { training: 0.5, validation: 0.5 }).training; // Int32Array [ 0, 1, 2 ]
 */
export function splitByTime(
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
  { training = 0.7, validation = 0.15, embargo = 0 }: TimeSplitOptions = {},
): TimeSplit {
  const operation = 'data.splitByTime';
  checkNumber(operation, 'training', training, 0, 1);
  checkNumber(operation, 'validation', validation, 0, 1 - training + 1e-9);
  checkInteger(operation, 'embargo', embargo, 0);
  const dates = [...new Set(Array.from(starts))].sort((a, b) => a - b);
  const cut = (share: number) => Math.round(share * dates.length + 1e-9);
  const firstValidation = cut(training);
  const firstTest = cut(training + validation);
  const dateAt = (index: number) => dates[index] ?? Infinity;
  const parts = { training: [], validation: [], test: [], purged: [], embargoed: [] } as Record<
    keyof TimeSplit,
    number[]
  >;
  for (let k = 0; k < starts.length; k++) {
    const start = starts[k]!;
    const end = ends[k]!;
    if (start < dateAt(firstValidation)) parts[end < dateAt(firstValidation) ? 'training' : 'purged'].push(k);
    else if (start < dateAt(firstTest)) {
      if (start < dateAt(firstValidation + embargo)) parts.embargoed.push(k);
      else parts[end < dateAt(firstTest) ? 'validation' : 'purged'].push(k);
    } else parts[start < dateAt(firstTest + embargo) ? 'embargoed' : 'test'].push(k);
  }
  if (parts.training.length === 0 || (validation > 0 && parts.validation.length === 0)) {
    throw new ReluctantError({
      code: 'split-empty',
      operation,
      problem: `nothing is left for ${parts.training.length === 0 ? 'training' : 'validation'}`,
      received: { samples: starts.length, dates: dates.length, training, validation, embargo },
      expected: 'enough dates that each part is longer than a label and the embargo',
      fix: 'use more data, a shorter horizon or a shorter embargo',
    });
  }
  return Object.fromEntries(
    Object.entries(parts).map(([name, rows]) => [name, Int32Array.from(rows)]),
  ) as unknown as TimeSplit;
}
