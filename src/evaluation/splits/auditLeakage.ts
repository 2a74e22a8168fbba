import { checkInteger, ReluctantError } from '../../core';
import { checkOptions } from '../statistics/options';
import type { Numbers } from '../statistics/rows';
import { checkLabels, type LabelIntervals, type Labels } from './labels';

/** One fold of a split from anywhere: positions of samples. */
export interface AnyFold {
  training: Numbers;
  test: Numbers;
}

/** A way in which training knows of the test. */
export type LeakKind = 'same-sample' | 'same-date' | 'label-overlap' | 'within-embargo' | 'trains-on-later';

/** What {@link auditLeakage} found of one kind in one fold. */
export interface Leak {
  fold: number;
  kind: LeakKind;
  /** Training samples that leak in this way. */
  count: number;
  /** Share of the fold's training samples. */
  share: number;
  /** One of them. */
  training: number;
  /** A test sample that it knows of. */
  test: number;
  /** The two, in words. */
  words: string;
}

/** Options of {@link auditLeakage}. */
export interface AuditOptions {
  /** Distinct dates after each test label's end that training should leave out. Default 0: none. */
  embargo?: number;
  /** Whether training after the test counts as a leak, as it should for walk-forward splits. Default false. */
  forwardOnly?: boolean;
}

/**
 * Looks for leaks in a split made by any program: samples on both sides, one date on both sides, labels of training that meet those of
 * the test, training within the embargo, training that comes later. Every pair is compared in time order; nothing is taken from the code that makes splits here.
 *
 * @param folds one fold or several, as positions in `labels`.
 * @returns the leaks found, at most one entry per fold and kind; empty means clean.
 * @throws ReluctantError `row-out-of-range`, and those of misshapen columns.
 * @example
 * const day = [0, 1, 2, 3, 4, 5, 6, 7];
 * const labels = { start: day, end: day.map((d) => d + 2) };
 * auditLeakage({ training: [0, 1, 2, 3], test: [4, 5, 6, 7] }, labels).map(({ kind, count }) => [kind, count]); // [['label-overlap', 2]]
 */
export function auditLeakage(
  folds: AnyFold | readonly AnyFold[],
  labels: LabelIntervals,
  options: AuditOptions = {},
): Leak[] {
  const operation = 'auditLeakage';
  checkOptions(operation, options, ['embargo', 'forwardOnly']);
  const checked = checkLabels(operation, labels);
  const embargo = checkInteger(operation, 'embargo', options.embargo ?? 0, 0);
  const list = Array.isArray(folds) ? (folds as readonly AnyFold[]) : [folds as AnyFold];
  return list.flatMap((fold, number) => {
    const training = positions(operation, fold.training, checked, number, 'training');
    const test = positions(operation, fold.test, checked, number, 'test');
    if (training.length === 0 || test.length === 0) return [];
    const finders: [LeakKind, (row: number) => number | undefined][] = [
      ['same-sample', sameSample(test)],
      ['same-date', sameDate(checked, test)],
      ['label-overlap', overlap(checked, test)],
    ];
    if (embargo > 0) finders.push(['within-embargo', withinEmbargo(checked, test, embargo)]);
    if (options.forwardOnly) finders.push(['trains-on-later', later(checked, test)]);
    return finders.flatMap(([kind, find]) => gather(checked, number, kind, training, find));
  });
}

function gather(
  labels: Labels,
  fold: number,
  kind: LeakKind,
  training: Int32Array,
  find: (row: number) => number | undefined,
): Leak[] {
  let count = 0;
  let first: [number, number] | undefined;
  for (const row of training) {
    const test = find(row);
    if (test === undefined) continue;
    count++;
    first ??= [row, test];
  }
  if (!first) return [];
  const name = (row: number) =>
    `${labels.symbol ? `${labels.symbol[row]} ` : ''}row ${row}, label ${labels.start[row]} to ${labels.end[row]}`;
  return [
    {
      fold,
      kind,
      count,
      share: count / training.length,
      training: first[0],
      test: first[1],
      words: `training ${name(first[0])}; test ${name(first[1])}`,
    },
  ];
}

function sameSample(test: Int32Array) {
  const tested = new Set(test);
  return (row: number) => (tested.has(row) ? row : undefined);
}

function sameDate(labels: Labels, test: Int32Array) {
  const tested = new Set(test);
  const byDate = new Map(Array.from(test, (row) => [labels.date[row]!, row]));
  return (row: number) => (tested.has(row) ? undefined : byDate.get(labels.date[row]!));
}

/** By the latest end among the test labels that start no later: it is the one that reaches farthest. */
function overlap(labels: Labels, test: Int32Array) {
  const tested = new Set(test);
  const byStart = Array.from(test).sort((a, b) => labels.start[a]! - labels.start[b]!);
  const farthest: number[] = [];
  for (const row of byStart) {
    const before = farthest.at(-1);
    farthest.push(before !== undefined && labels.end[before]! >= labels.end[row]! ? before : row);
  }
  return (row: number) => {
    if (tested.has(row)) return undefined;
    const place = lastAtMost(byStart.length, (k) => labels.start[byStart[k]!]! <= labels.end[row]!);
    const candidate = farthest[place];
    return candidate !== undefined && labels.end[candidate]! >= labels.start[row]! ? candidate : undefined;
  };
}

function withinEmbargo(labels: Labels, test: Int32Array, embargo: number) {
  const place = (time: number) => lastAtMost(labels.dates.length, (k) => labels.dates[k]! <= time);
  const byEnd = Array.from(test).sort((a, b) => labels.end[a]! - labels.end[b]!);
  return (row: number) => {
    // The test label that ends last before this one starts.
    const before = byEnd[lastAtMost(byEnd.length, (k) => labels.end[byEnd[k]!]! < labels.start[row]!)];
    if (before === undefined) return undefined;
    return place(labels.start[row]!) - place(labels.end[before]!) <= embargo ? before : undefined;
  };
}

function later(labels: Labels, test: Int32Array) {
  const earliest = test.reduce((a, b) => (labels.date[b]! < labels.date[a]! ? b : a));
  return (row: number) => (labels.date[row]! > labels.date[earliest]! ? earliest : undefined);
}

/** The last position for which `holds`, which holds up to some place and nowhere after; -1 for none. */
function lastAtMost(count: number, holds: (k: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function positions(operation: string, rows: Numbers, labels: Labels, fold: number, part: string): Int32Array {
  const bad = Array.from(rows ?? [Number.NaN]).findIndex(
    (row) => !Number.isInteger(row) || row < 0 || row >= labels.start.length,
  );
  if (bad >= 0) {
    throw new ReluctantError({
      code: 'row-out-of-range',
      operation,
      problem: `a position of the ${part} part is that of no sample`,
      where: { fold, position: bad },
      received: rows?.[bad],
      expected: `whole numbers from 0 to ${labels.start.length - 1}`,
    });
  }
  return Int32Array.from(rows);
}
