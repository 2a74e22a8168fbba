import { checkInteger, ReluctantError } from '../../core';
import { checkOptions } from '../statistics/options';
import type { Numbers } from '../statistics/rows';
import { checkLabels, cutDates, type Fold, type LabelIntervals } from './labels';
import { checkFold, makeFold, rowsBetween } from './purge';

/** Options of {@link combinatorialPurged}. */
export interface CombinatorialOptions {
  /** Groups of dates, N. Default 6. */
  groups?: number;
  /** Groups tested at a time, k, below N. Default 2. */
  testGroups?: number;
  /** Distinct dates after each test part's labels whose samples are left out of training. Default 0. */
  embargo?: number;
}

/** Folds of {@link combinatorialPurged} and how their predictions make up whole histories. */
export interface CombinatorialSplit {
  /** C(N, k) folds, in lexicographic order of their test groups. */
  folds: Fold[];
  /** Test groups of each fold. */
  tested: number[][];
  /** Positions of the samples of each group. */
  groups: Int32Array[];
  /** C(N - 1, k - 1) backtest paths: `paths[p][g]` is the fold that predicts group g in path p. */
  paths: number[][];
}

/**
 * Combinatorial purged cross-validation (López de Prado 2018, chapter 12): every choice of k among N groups of dates is tested once, so
 * that each group is predicted C(N - 1, k - 1) times, and the predictions make as many histories of the whole time instead of one.
 *
 * @throws ReluctantError `too-few-dates`, `split-empty`, and those of misshapen columns.
 * @example
 * const day = Array.from({ length: 60 }, (_, k) => k);
 * const split = combinatorialPurged({ start: day, end: day.map((d) => d + 3) }, { groups: 6, testGroups: 2 });
 * [split.folds.length, split.paths.length]; // [15, 5]
 */
export function combinatorialPurged(labels: LabelIntervals, options: CombinatorialOptions = {}): CombinatorialSplit {
  const operation = 'combinatorialPurged';
  checkOptions(operation, options, ['groups', 'testGroups', 'embargo']);
  const checked = checkLabels(operation, labels);
  const count = checkInteger(operation, 'groups', options.groups ?? 6, 2, 30);
  const testGroups = checkInteger(operation, 'testGroups', options.testGroups ?? 2, 1, count - 1);
  const embargo = checkInteger(operation, 'embargo', options.embargo ?? 0, 0);
  const groups = cutDates(operation, checked.dates, count).map((dates) =>
    rowsBetween(checked, dates[0]!, dates.at(-1)!),
  );
  const tested = [...choices(count, testGroups)];
  const folds = tested.map((chosen, number) => {
    const test = Int32Array.from(chosen.flatMap((g) => [...groups[g]!])).sort();
    return checkFold(operation, makeFold(checked, test, checked.start.keys(), embargo), number);
  });
  const byGroup = groups.map((_, g) => [...tested.keys()].filter((number) => tested[number]!.includes(g)));
  const paths = byGroup[0]!.map((_, path) => byGroup.map((numbers) => numbers[path]!));
  return { folds, tested, groups, paths };
}

/** The ways to choose `size` of the numbers below `count`, in lexicographic order. */
function* choices(count: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  else
    for (let k = from; k <= count - size; k++) for (const rest of choices(count, size - 1, k + 1)) yield [k, ...rest];
}

/**
 * Puts the predictions of the folds together to whole histories, one per path.
 *
 * @param predictions of each fold, one per sample of its `test`, in that order.
 * @returns per path, a prediction for every sample, in the order of the samples.
 * @throws ReluctantError `length-mismatch` naming the fold.
 * @example
 * const day = [0, 1, 2, 3];
 * const split = combinatorialPurged({ start: day, end: day }, { groups: 4, testGroups: 2 });
 * assemblePaths(split, split.folds.map(({ test }, fold) => Array.from(test, () => fold)))[0]; // Float64Array [0, 0, 1, 2]
 */
export function assemblePaths(split: CombinatorialSplit, predictions: readonly Numbers[]): Float64Array[] {
  const rows = split.groups.reduce((sum, group) => sum + group.length, 0);
  const byFold = split.folds.map(({ test }, number) => {
    const values = predictions[number];
    if (values?.length !== test.length || predictions.length !== split.folds.length) {
      throw new ReluctantError({
        code: 'length-mismatch',
        operation: 'assemblePaths',
        problem: 'the predictions are not those of the test samples',
        where: { fold: number },
        received: values?.length,
        expected: `${test.length} predictions in each of ${split.folds.length} folds`,
      });
    }
    return new Map(Array.from(test, (row, k) => [row, values[k]!]));
  });
  return split.paths.map((path) => {
    const history = new Float64Array(rows);
    for (const [g, number] of path.entries())
      for (const row of split.groups[g]!) history[row] = byFold[number]!.get(row)!;
    return history;
  });
}
