import { checkInteger, ReluctantError } from '../../core';
import { checkOptions } from '../statistics/options';
import { checkLabels, type Fold, type LabelIntervals } from './labels';
import { checkFold, makeFold, rowsBetween } from './purge';

/** Options of {@link walkForward}. Lengths count distinct dates. */
export interface WalkForwardOptions {
  /** Dates of each test part. */
  test: number;
  /** Dates before the first test part. */
  first: number;
  /** Dates of the training window that moves along. Default: all dates so far. */
  window?: number;
  /** Dates from one test part to the next. Default: `test`, so that each date is tested once. */
  step?: number;
  /** Dates left out before each test part, beside what purging leaves out. Default 0. */
  gap?: number;
}

/**
 * Walk-forward folds: train on the past, test on the dates that follow, move on. Labels that reach into the test dates are purged. What
 * is left after the last whole test part is not tested.
 *
 * @throws ReluctantError `too-few-dates`, `split-empty`, and those of misshapen columns.
 * @example
 * const day = Array.from({ length: 12 }, (_, k) => k);
 * const folds = walkForward({ start: day, end: day.map((d) => d + 1) }, { first: 6, test: 3 });
 * [folds.length, folds[0].training, folds[0].test]; // [2, Int32Array [0, 1, 2, 3, 4], Int32Array [6, 7, 8]]
 */
export function walkForward(labels: LabelIntervals, options: WalkForwardOptions): Fold[] {
  const operation = 'walkForward';
  checkOptions(operation, options, ['test', 'first', 'window', 'step', 'gap']);
  const checked = checkLabels(operation, labels);
  const count = checked.dates.length;
  const test = checkInteger(operation, 'test', options.test, 1);
  const first = checkInteger(operation, 'first', options.first, 1);
  const window = checkInteger(operation, 'window', options.window ?? count, 1);
  const step = checkInteger(operation, 'step', options.step ?? test, 1);
  const gap = checkInteger(operation, 'gap', options.gap ?? 0, 0);
  if (first + test > count) {
    throw new ReluctantError({
      code: 'too-few-dates',
      operation,
      problem: `${count} distinct dates hold no test part of ${test} after the first ${first}`,
      received: count,
      expected: `at least ${first + test} distinct dates`,
    });
  }
  const folds: Fold[] = [];
  for (let begin = first; begin + test <= count; begin += step) {
    const rows = rowsBetween(checked, checked.dates[begin]!, checked.dates[begin + test - 1]!);
    const last = begin - gap - 1;
    const past =
      last < 0 ? [] : rowsBetween(checked, checked.dates[Math.max(0, begin - window)]!, checked.dates[last]!);
    folds.push(checkFold(operation, makeFold(checked, rows, past, 0), folds.length));
  }
  return folds;
}
