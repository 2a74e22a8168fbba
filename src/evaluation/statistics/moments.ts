import { checkRows, type Numbers } from './rows';

/** The arithmetic mean; NaN if any value is NaN. Throws `no-rows` on an empty array.
 *
 * @example
 * mean([1, 2, 6]); // 3
 */
export function mean(values: Numbers): number {
  const n = checkRows('mean', 'values', values);
  let sum = 0;
  for (let k = 0; k < n; k++) sum += values[k]!;
  return sum / n;
}

/**
 * The mean of squared distances from the mean, by two passes. Divides by n - `degreesLost`; 0 (the default) is the
 * population variance that tfjs, NumPy and scikit-learn compute by default.
 *
 * @returns NaN if any value is NaN or when n <= degreesLost. Throws `no-rows` on an empty array.
 * @example
 * variance([1, 2, 3, 4]); // 1.25
 */
export function variance(values: Numbers, degreesLost = 0): number {
  const n = checkRows('variance', 'values', values);
  const center = mean(values);
  let sum = 0;
  for (let k = 0; k < n; k++) sum += (values[k]! - center) ** 2;
  return n > degreesLost ? sum / (n - degreesLost) : Number.NaN;
}

/** The square root of {@link variance}.
 *
 * @example
 * standardDeviation([1, 1, 3, 3]); // 1
 */
export function standardDeviation(values: Numbers, degreesLost = 0): number {
  return Math.sqrt(variance(values, degreesLost));
}

/** What a column of numbers holds. `mean` to `max` are over the finite values; what is not finite is counted, never hidden. */
export interface Census {
  /** Number of values. */
  count: number;
  /** How many are NaN. */
  nan: number;
  /** How many are +Infinity or -Infinity. */
  infinite: number;
  /** How many are exactly 0. */
  zeros: number;
  /** How many are below 0 (-Infinity included). */
  negatives: number;
  /** Mean of the finite values; NaN when there are none. */
  mean: number;
  /** Population standard deviation of the finite values; NaN when there are none. */
  std: number;
  /** Smallest finite value; NaN when there are none. */
  min: number;
  /** Largest finite value; NaN when there are none. */
  max: number;
  /** Euclidean norm of the finite values. */
  norm: number;
}

/**
 * Counts and moments of a column in two passes and no extra memory. Unlike most histograms, it counts NaN and infinite
 * values apart instead of dropping them first, so a failed layer is seen and not hidden.
 *
 * @example
 * census([0, -1, Number.NaN]).nan; // 1
 */
export function census(values: Numbers): Census {
  let [nan, infinite, zeros, negatives, sum, squares] = [0, 0, 0, 0, 0, 0];
  let min = Infinity;
  let max = -Infinity;
  const count = values.length;
  for (let k = 0; k < count; k++) {
    const value = values[k]!;
    if (Number.isNaN(value)) {
      nan++;
      continue;
    }
    if (value < 0) negatives++;
    if (value === Infinity || value === -Infinity) {
      infinite++;
      continue;
    }
    if (value === 0) zeros++;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    squares += value * value;
  }
  const finite = count - nan - infinite;
  const none = finite === 0;
  const center = none ? Number.NaN : sum / finite;
  let spread = 0;
  for (let k = 0; k < count; k++) {
    const distance = values[k]! - center;
    if (Number.isFinite(distance)) spread += distance * distance;
  }
  return {
    count,
    nan,
    infinite,
    zeros,
    negatives,
    mean: center,
    std: none ? Number.NaN : Math.sqrt(spread / finite),
    min: none ? Number.NaN : min,
    max: none ? Number.NaN : max,
    norm: Math.sqrt(squares),
  };
}
