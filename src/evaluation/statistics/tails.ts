import { quantile } from './distributions';
import { checkRows, type Numbers } from './rows';

/** How far a column reaches from its middle. */
export interface Tail {
  median: number;
  /** Median absolute deviation over the 75 % quantile of the normal law (times 1.4826): the standard deviation of a normal column (Hampel 1974). */
  robustStd: number;
  /** Largest |value - median| / robustStd; about 3.5 for 2,000 normal values. NaN when over half the values are equal. */
  largestRobustZ: number;
  /**
   * Hill's estimate (1975) of the tail index from the largest 2 % of distances from the median (at least 10): about 2 for
   * tails with barely a variance, 1 for Cauchy, above 4 for normal samples.
   */
  tailIndex: number;
  /**
   * Share of the sum of squared distances from the median that the farthest 1 % of the values (at least one) make up: 0.085
   * for normal values, about a quarter for Student's t with 4 degrees of freedom, nearly 1 for Cauchy.
   */
  farShare: number;
}

/** 1 / the 75 % quantile of the standard normal law. */
const NORMAL_PER_DEVIATION = 1.4826022185056018;

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
  const robustStd = NORMAL_PER_DEVIATION * quantile(distances, 0.5);
  const largest = distances[n - 1]!;
  const k = Math.min(n - 1, Math.max(10, Math.floor(n * 0.02)));
  const start = distances[n - 1 - k]!;
  let logs = 0;
  for (let i = n - k; i < n; i++) logs += Math.log(distances[i]! / start);
  const squares = (from: number) => {
    let sum = 0;
    for (let i = from; i < n; i++) sum += distances[i]! ** 2;
    return sum;
  };
  return {
    median,
    robustStd,
    largestRobustZ: robustStd > 0 ? largest / robustStd : Number.NaN,
    tailIndex: start > 0 && logs > 0 ? k / logs : Number.NaN,
    farShare: largest > 0 ? squares(n - Math.max(1, Math.floor(n * 0.01))) / squares(0) : Number.NaN,
  };
}
