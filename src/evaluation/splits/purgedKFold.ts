import { checkInteger } from '../../core';
import { checkOptions } from '../statistics/options';
import { checkLabels, cutDates, type Fold, type LabelIntervals } from './labels';
import { checkFold, makeFold, rowsBetween } from './purge';

/** Options of {@link purgedKFold}. */
export interface PurgedKFoldOptions {
  /** Default 5. */
  folds?: number;
  /** Distinct dates after each test part's labels whose samples are left out of training. Default 0. */
  embargo?: number;
}

/**
 * K-fold cross-validation in order of time, with purging and embargo (López de Prado 2018, chapter 7): time is cut into
 * runs of dates, each is tested once, and training keeps only samples whose labels do not meet those that are tested. Samples of one date stay
 * together. The embargo counts from the end of the labels, not from the first test date; counted from there it leaves out what purging does.
 *
 * @throws ReluctantError `too-few-dates`, `split-empty`, and those of misshapen columns.
 * @example
 * const day = Array.from({ length: 10 }, (_, k) => k);
 * purgedKFold({ start: day, end: day.map((d) => d + 2) }, { folds: 2 }).map(({ training }) => training); // [Int32Array [7, 8, 9], Int32Array [0, 1, 2]]
 */
export function purgedKFold(labels: LabelIntervals, options: PurgedKFoldOptions = {}): Fold[] {
  const operation = 'purgedKFold';
  checkOptions(operation, options, ['folds', 'embargo']);
  const checked = checkLabels(operation, labels);
  const folds = checkInteger(operation, 'folds', options.folds ?? 5, 2);
  const embargo = checkInteger(operation, 'embargo', options.embargo ?? 0, 0);
  return cutDates(operation, checked.dates, folds).map((dates, number) => {
    const test = rowsBetween(checked, dates[0]!, dates.at(-1)!);
    return checkFold(operation, makeFold(checked, test, checked.start.keys(), embargo), number);
  });
}
