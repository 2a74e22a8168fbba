import { checkNumber } from '../../core';
import { hasNaN, sort } from './order';
import { checkRows, type Numbers } from './rows';

/**
 * Quantiles by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996; NumPy's default).
 *
 * @param probabilities each in [0, 1].
 * @returns one value per probability; all NaN if any value is NaN.
 * @example
 * quantiles([3, 1, 2], [0, 0.5, 1]); // [1, 2, 3]
 */
export function quantiles(values: Numbers, probabilities: readonly number[]): number[] {
  checkRows('quantiles', 'values', values);
  for (const p of probabilities) checkNumber('quantiles', 'probability', p, 0, 1);
  const sorted = sort(values);
  return probabilities.map((p) => quantileOfSorted(sorted, p));
}

/** One quantile; see {@link quantiles}.
 *
 * @example
 * quantile([1, 2, 3, 4], 0.5); // 2.5
 */
export function quantile(values: Numbers, probability: number): number {
  return quantiles(values, [probability])[0]!;
}

/**
 * The largest distance between two empirical distribution functions (Kolmogorov 1933, Smirnov 1948).
 *
 * @returns in [0, 1]; NaN if either side holds a NaN.
 * @example
 * kolmogorovSmirnov([1, 2], [3, 4]); // 1
 */
export function kolmogorovSmirnov(first: Numbers, second: Numbers): number {
  checkRows('kolmogorovSmirnov', 'first', first);
  checkRows('kolmogorovSmirnov', 'second', second);
  const [a, b] = [sort(first), sort(second)];
  if (hasNaN(a) || hasNaN(b)) return Number.NaN;
  let [i, j, worst] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    worst = Math.max(worst, Math.abs(i / a.length - j / b.length));
  }
  return worst;
}

/**
 * The area between two empirical distribution functions: the least work that turns one into the other (Wasserstein-1, earth
 * mover's distance), in the unit of the values.
 *
 * @returns at least 0; NaN if either side holds a NaN.
 * @example
 * wasserstein([0, 1, 3], [5, 6, 8]); // 5
 */
export function wasserstein(first: Numbers, second: Numbers): number {
  checkRows('wasserstein', 'first', first);
  checkRows('wasserstein', 'second', second);
  const [a, b] = [sort(first), sort(second)];
  if (hasNaN(a) || hasNaN(b)) return Number.NaN;
  let [i, j, area] = [0, 0, 0];
  let previous = Math.min(a[0]!, b[0]!);
  while (i < a.length || j < b.length) {
    const value = Math.min(i < a.length ? a[i]! : Infinity, j < b.length ? b[j]! : Infinity);
    area += Math.abs(i / a.length - j / b.length) * (value - previous);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    previous = value;
  }
  return area;
}

/**
 * One quantile of values that are in ascending order already, for callers that ask for many of the same values; see
 * {@link quantiles}.
 *
 * @param sorted ascending, NaN (if any) last; not looked at for order.
 * @returns NaN if any value is NaN, and of no values.
 * @example
 * quantileOfSorted([1, 2, 3, 4], 0.5); // 2.5
 */
export function quantileOfSorted(sorted: Numbers, probability: number): number {
  if (sorted.length === 0 || hasNaN(sorted)) return Number.NaN;
  const place = (sorted.length - 1) * probability;
  const low = Math.floor(place);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return a === b ? a : a + (b - a) * (place - low);
}
