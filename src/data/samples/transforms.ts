import { checkNumber } from '../../core';
import { mean, quantileOfSorted, standardDeviation } from '../../evaluation';

/** The groups a transform works within, one key per value (days, say); without keys all values are one group. */
export type GroupKeys = ArrayLike<number>;

/**
 * Ranks on [0, 1]: (rank - 1) / (n - 1) with ties sharing their mean rank, over all values or within each group. Bounded
 * whatever the tails, so no outlier can dominate a loss. NaN stays NaN and does not count; a group of one gives 0.5.
 *
 * @example
 * rankTransform([10, 30, 20, 20]); // Float64Array [ 0, 1, 0.5, 0.5 ]
 */
export function rankTransform(values: ArrayLike<number>, keys?: GroupKeys): Float64Array {
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  for (const rows of groups(values, keys)) {
    rows.sort((a, b) => values[a]! - values[b]!);
    const n = rows.length;
    for (let from = 0; from < n; ) {
      let to = from + 1;
      while (to < n && values[rows[to]!] === values[rows[from]!]) to += 1;
      const rank = n === 1 ? 0.5 : (from + to - 1) / 2 / (n - 1);
      for (let k = from; k < to; k++) ranks[rows[k]!] = rank;
      from = to;
    }
  }
  return ranks;
}

/**
 * Values beyond two quantiles moved to them (winsorising), over all values or within each group. NaN stays NaN.
 *
 * @param low @param high quantiles in [0, 1]; default 0.01 and 0.99.
 * @example
 * winsorize([1, 2, 3, 4, 1000], { low: 0, high: 0.75 }); // Float64Array [ 1, 2, 3, 4, 4 ]
 */
export function winsorize(
  values: ArrayLike<number>,
  { low = 0.01, high = 0.99, keys }: { low?: number; high?: number; keys?: GroupKeys } = {},
): Float64Array {
  checkNumber('data.winsorize', 'low', low, 0, 1);
  checkNumber('data.winsorize', 'high', high, low, 1);
  const moved = Float64Array.from(values);
  for (const rows of groups(values, keys)) {
    const sorted = Float64Array.from(rows, (row) => values[row]!).sort();
    const least = quantileOfSorted(sorted, low);
    const most = quantileOfSorted(sorted, high);
    for (const row of rows) moved[row] = Math.min(most, Math.max(least, values[row]!));
  }
  return moved;
}

/**
 * Standard scores, (x - mean) / standard deviation of the sample, over all values or within each group (cross-sectional
 * z-scores, with days as keys). NaN stays NaN; a group without spread gives 0.
 *
 * @example
 * zScore([1, 2, 3]); // Float64Array [ -1, 0, 1 ]
 */
export function zScore(values: ArrayLike<number>, keys?: GroupKeys): Float64Array {
  const scores = new Float64Array(values.length).fill(Number.NaN);
  for (const rows of groups(values, keys)) {
    const group = Float64Array.from(rows, (row) => values[row]!);
    const center = mean(group);
    const deviation = standardDeviation(group, 1);
    for (const row of rows) scores[row] = deviation > 0 ? (values[row]! - center) / deviation : 0;
  }
  return scores;
}

/**
 * Ranks of new values among fitted ones: where a value would stand in the training part, on [0, 1]. What
 * {@link rankTransform} gives for the training part itself, without a look at what comes after it.
 */
export class RankMap {
  private constructor(private readonly sorted: Float64Array) {}

  /** Learns the training values; NaN is skipped. */
  static fit(values: ArrayLike<number>): RankMap {
    return new RankMap(
      Float64Array.from(values)
        .filter((value) => !Number.isNaN(value))
        .sort(),
    );
  }

  /** The place of a value, ties at the middle of their equals; between two fitted values the place lies between theirs. */
  rank(value: number): number {
    if (Number.isNaN(value) || this.sorted.length === 0) return Number.NaN;
    const n = this.sorted.length;
    const below = this.count(value, false);
    const upTo = this.count(value, true);
    if (n === 1) return 0.5;
    const place = upTo > below ? (below + upTo - 1) / 2 : below - 0.5;
    return Math.min(1, Math.max(0, place / (n - 1)));
  }

  /** The value that has a rank: the inverse of {@link rank}. */
  value(rank: number): number {
    return quantileOfSorted(this.sorted, Math.min(1, Math.max(0, rank)));
  }

  /** Fitted values below `value`, or up to and with it. */
  private count(value: number, withEqual: boolean): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const left = withEqual ? this.sorted[middle]! <= value : this.sorted[middle]! < value;
      if (left) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Row numbers of each group, NaN left out. */
function groups(values: ArrayLike<number>, keys?: GroupKeys): number[][] {
  const found = new Map<number, number[]>();
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row]!)) continue;
    const key = keys?.[row] ?? 0;
    const rows = found.get(key);
    if (rows) rows.push(row);
    else found.set(key, [row]);
  }
  return [...found.values()];
}
