import { mean } from './moments';
import { hasNaN, sort } from './order';
import { checkPairs, checkRows, type Numbers } from './rows';

/**
 * Pearson's product-moment correlation. In this field it is called the information coefficient (IC) when the targets are
 * the returns that followed.
 *
 * @returns in [-1, 1]; NaN when either side is constant, has one row, or holds a NaN.
 * @example
 * pearson([1, 2, 3], [2, 4, 6]); // 1
 */
export function pearson(targets: Numbers, predictions: Numbers): number {
  const n = checkPairs('pearson', targets, predictions);
  const [a, b] = [mean(targets), mean(predictions)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    const [x, y] = [targets[k]! - a, predictions[k]! - b];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  // A constant column keeps rounding errors of its mean; they are no variation.
  const still = (squares: number, center: number) => squares <= n * (8 * Number.EPSILON * Math.abs(center)) ** 2;
  if (still(aa, a) || still(bb, b)) return Number.NaN;
  return Math.max(-1, Math.min(1, ab / Math.sqrt(aa) / Math.sqrt(bb)));
}

/** The information coefficient (IC): {@link pearson} of what happened with what was predicted. */
export const informationCoefficient = pearson;

/**
 * Ranks from 1, ties sharing the mean of their ranks (midranks), as `scipy.stats.rankdata(method="average")`.
 *
 * @returns all NaN if any value is NaN, since a NaN has no place in an order.
 * @example
 * ranks([10, 30, 10]); // Float64Array [1.5, 3, 1.5]
 */
export function ranks(values: Numbers): Float64Array {
  const n = checkRows('ranks', 'values', values);
  const sorted = sort(values);
  const result = new Float64Array(n);
  if (hasNaN(sorted)) return result.fill(Number.NaN);
  const midranks = new Float64Array(n);
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && sorted[end] === sorted[start]) end++;
    midranks[start] = (start + end + 1) / 2;
    start = end;
  }
  // Numbers sorted as such and found again: many times faster than sorting their places.
  for (let k = 0; k < n; k++) {
    const value = values[k]!;
    let [low, high] = [0, n - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    result[k] = midranks[low]!;
  }
  return result;
}

/**
 * The rank information coefficient: Spearman's correlation, Pearson's of midranks (Spearman 1904).
 *
 * @returns in [-1, 1]; NaN when either side is constant or holds a NaN.
 * @example
 * rankIC([1, 2, 3], [10, 100, 1000]); // 1
 */
export function rankIC(targets: Numbers, predictions: Numbers): number {
  checkPairs('rankIC', targets, predictions);
  return pearson(ranks(targets), ranks(predictions));
}
