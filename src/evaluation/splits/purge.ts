import { ReluctantError } from '../../core';
import type { Numbers } from '../statistics/rows';
import type { Fold, Labels } from './labels';

/** Closed intervals that do not meet each other, ascending. */
type Intervals = [start: number, end: number][];

/** The union of the intervals at the given places. */
function union(start: Numbers, end: Numbers, places: Numbers): Intervals {
  const intervals = Array.from(places, (k) => [start[k]!, end[k]!] as [number, number]).sort((a, b) => a[0] - b[0]);
  const merged: Intervals = [];
  for (const [from, to] of intervals) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Position of the first interval that ends at or after `time`: the only one that can meet an interval from there on. */
function firstEndingFrom(intervals: Intervals, time: number): number {
  let [low, high] = [0, intervals.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (intervals[middle]![1] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

const meets = (intervals: Intervals, start: number, end: number): boolean => {
  const next = intervals[firstEndingFrom(intervals, start)];
  return next !== undefined && next[0] <= end;
};

/**
 * The training samples whose label interval meets that of no test sample (López de Prado 2018, snippet 7.1). The
 * intervals are closed, and each test sample counts, so this also holds for test sets with gaps. purgedcv takes intervals for half open:
 * there a label that ends with today's close does not meet one that starts from it, though both are made of that price. skfolio purges a number
 * of rows, which leaks where labels differ in length or days hold several rows.
 *
 * @param starts first date of each sample's label interval.
 * @param ends last date of it.
 * @param test positions of the test samples.
 * @returns positions of the training samples that are left.
 * @example
 * const days = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
 * purgedTraining(days, days.map((day) => day + 2), [0, 1, 2, 3, 4]); // Int32Array [ 7, 8, 9 ]
 */
export function purgedTraining(starts: Numbers, ends: Numbers, test: Numbers): Int32Array {
  const intervals = union(starts, ends, test);
  const clear: number[] = [];
  for (let k = 0; k < starts.length; k++) if (!meets(intervals, starts[k]!, ends[k]!)) clear.push(k);
  return Int32Array.from(clear);
}

/**
 * A fold: the test samples, and those of `candidates` that neither share a test sample's date, nor meet its label, nor start within
 * `embargo` distinct dates after it.
 */
export function makeFold(labels: Labels, test: Int32Array, candidates: Iterable<number>, embargo: number): Fold {
  const intervals = union(labels.start, labels.end, test);
  const shadows: Intervals = intervals.map(([, end]) => {
    let first = 0;
    let high = labels.dates.length;
    while (first < high) {
      const middle = (first + high) >> 1;
      if (labels.dates[middle]! <= end) first = middle + 1;
      else high = middle;
    }
    return [end, labels.dates[Math.min(first + embargo, labels.dates.length) - 1] ?? end];
  });
  const tested = new Set(test);
  const testDates = new Set(Array.from(test, (k) => labels.date[k]!));
  const parts = { training: [] as number[], purged: [] as number[], embargoed: [] as number[] };
  for (const k of candidates) {
    if (tested.has(k)) continue;
    if (testDates.has(labels.date[k]!) || meets(intervals, labels.start[k]!, labels.end[k]!)) parts.purged.push(k);
    else if (embargo > 0 && shadows.some(([end, last]) => labels.start[k]! > end && labels.start[k]! <= last))
      parts.embargoed.push(k);
    else parts.training.push(k);
  }
  return {
    training: Int32Array.from(parts.training),
    test,
    purged: Int32Array.from(parts.purged),
    embargoed: Int32Array.from(parts.embargoed),
  };
}

/** Throws if a fold has nothing to train on. */
export function checkFold(operation: string, fold: Fold, number: number): Fold {
  if (fold.training.length > 0) return fold;
  throw new ReluctantError({
    code: 'split-empty',
    operation,
    problem: 'nothing is left to train on',
    where: { fold: number },
    received: { test: fold.test.length, purged: fold.purged.length, embargoed: fold.embargoed.length },
    expected: 'labels and an embargo shorter than what lies outside the test samples',
    fix: 'use more data, a shorter horizon, a shorter embargo or fewer folds',
  });
}

/** Positions of the samples whose date lies in [first, last]. */
export function rowsBetween(labels: Labels, first: number, last: number): Int32Array {
  const rows: number[] = [];
  for (let k = 0; k < labels.date.length; k++) if (labels.date[k]! >= first && labels.date[k]! <= last) rows.push(k);
  return Int32Array.from(rows);
}
