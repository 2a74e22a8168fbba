import { ReluctantError } from '../../core';
import { checkOptions } from '../statistics/options';
import { finiteRows, type Numbers } from '../statistics/rows';

/**
 * What a split must know of each sample, as columns: sample k is the k-th of each. All times are numbers that grow with time:
 * days since 1970, milliseconds, or the numbers of trading days.
 */
export interface LabelIntervals {
  /** First time that the label is made of. */
  start: Numbers;
  /** Last time that the label is made of; the interval is closed. */
  end: Numbers;
  /** The moment of prediction, by which samples are grouped and ordered. Default: `start`. */
  date?: Numbers;
  /** Symbol of each sample; only named in findings, since symbols of one date share their market. */
  symbol?: readonly string[];
}

/** Training and test samples of one fold, as ascending positions, and what was left out between them. */
export interface Fold {
  training: Int32Array;
  test: Int32Array;
  /** Left out because their label meets that of a test sample. */
  purged: Int32Array;
  /** Left out by the embargo after the test samples. */
  embargoed: Int32Array;
}

/** Checked columns. */
export interface Labels {
  start: Float64Array;
  end: Float64Array;
  date: Float64Array;
  symbol?: readonly string[];
  /** Distinct dates, ascending. */
  dates: Float64Array;
}

/** The columns as checked copies, with the distinct dates. */
export function checkLabels(operation: string, labels: LabelIntervals): Labels {
  checkOptions(operation, labels, ['start', 'end', 'date', 'symbol']);
  const start = finiteRows(operation, 'start', labels.start ?? []);
  const end = finiteRows(operation, 'end', labels.end ?? []);
  const date = labels.date === undefined ? start : finiteRows(operation, 'date', labels.date);
  for (const [name, length] of [
    ['end', end.length],
    ['date', date.length],
    ['symbol', labels.symbol?.length ?? start.length],
  ] as const) {
    if (length === start.length) continue;
    throw new ReluctantError({
      code: 'length-mismatch',
      operation,
      problem: `${name} and start have different lengths`,
      received: { start: start.length, [name]: length },
      expected: 'one value per sample in each column',
    });
  }
  const backwards = start.findIndex((value, k) => value > end[k]!);
  if (backwards >= 0) {
    throw new ReluctantError({
      code: 'interval-backwards',
      operation,
      problem: 'a label ends before it starts',
      where: { row: backwards },
      received: { start: start[backwards], end: end[backwards] },
      expected: 'start of at most end',
    });
  }
  return {
    start,
    end,
    date,
    ...(labels.symbol ? { symbol: labels.symbol } : {}),
    dates: Float64Array.from(new Set(date)).sort(),
  };
}

/** Cuts distinct dates into `count` runs of even length, the first ones longer by one where it does not come out even. */
export function cutDates(operation: string, dates: Float64Array, count: number): Float64Array[] {
  if (dates.length < count) {
    throw new ReluctantError({
      code: 'too-few-dates',
      operation,
      problem: `${dates.length} distinct dates cannot be cut into ${count} groups`,
      received: dates.length,
      expected: `at least ${count} distinct dates`,
      fix: 'use fewer groups; samples of one date stay together',
    });
  }
  const short = Math.floor(dates.length / count);
  const longer = dates.length % count;
  let first = 0;
  return Array.from({ length: count }, (_, k) => {
    const end = first + short + (k < longer ? 1 : 0);
    const run = dates.slice(first, end);
    first = end;
    return run;
  });
}
