import { quantile } from './distributions';
import { checkRows, type Numbers } from './rows';

/** How far a column reaches from its middle. */
export interface Tail {
  median: number;
  /** Median absolute deviation times 1.4826: the standard deviation of a normal column (Hampel 1974). */
  robustStd: number;
  /** Largest |value - median| / robustStd; about 3.5 for 2,000 normal values. NaN when over half the values are equal. */
  largestRobustZ: number;
  /**
   * Hill's estimate (1975) of the tail index from the largest 2 % of distances from the median (at least 10): about 2 for
   * tails with barely a variance, 1 for Cauchy, above 4 for normal samples.
   */
  tailIndex: number;
}

/**
 * Tails of a column by measures that the tails themselves cannot bend.
 *
 * @returns NaN where a measure is undefined; NaN in the column makes all NaN.
 * @example
 * tail([1, 2, 3, 4, 1000]).largestRobustZ > 100; // true
 */
export function tail(values: Numbers): Tail {
  const n = checkRows('tail', 'values', values);
  const median = quantile(values, 0.5);
  const distances = Float64Array.from(values, (value) => Math.abs(value - median)).sort();
  const robustStd = 1.4826 * quantile(distances, 0.5);
  const largest = distances[n - 1]!;
  const k = Math.min(n - 1, Math.max(10, Math.floor(n * 0.02)));
  const start = distances[n - 1 - k]!;
  let logs = 0;
  for (let i = n - k; i < n; i++) logs += Math.log(distances[i]! / start);
  return {
    median,
    robustStd,
    largestRobustZ: robustStd > 0 ? largest / robustStd : Number.NaN,
    tailIndex: start > 0 && logs > 0 ? k / logs : Number.NaN,
  };
}
