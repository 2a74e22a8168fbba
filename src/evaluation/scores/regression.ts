import { quantile } from '../statistics/distributions';
import { mean, standardDeviation, variance } from '../statistics/moments';
import { checkPairs, type Numbers } from '../statistics/rows';

/** The mean of |target - prediction|, in the unit of the target.
 *
 * @example
 * meanAbsoluteError([1, 2], [1, 4]); // 1
 */
export function meanAbsoluteError(targets: Numbers, predictions: Numbers): number {
  const n = checkPairs('meanAbsoluteError', targets, predictions);
  let sum = 0;
  for (let k = 0; k < n; k++) sum += Math.abs(targets[k]! - predictions[k]!);
  return sum / n;
}

/** The mean of (target - prediction)^2, in the target's unit squared.
 *
 * @example
 * meanSquaredError([1, 2], [1, 4]); // 2
 */
export function meanSquaredError(targets: Numbers, predictions: Numbers): number {
  const n = checkPairs('meanSquaredError', targets, predictions);
  let sum = 0;
  for (let k = 0; k < n; k++) sum += (targets[k]! - predictions[k]!) ** 2;
  return sum / n;
}

/** The square root of {@link meanSquaredError}, in the unit of the target.
 *
 * @example
 * rootMeanSquaredError([0, 0], [3, -3]); // 3
 */
export function rootMeanSquaredError(targets: Numbers, predictions: Numbers): number {
  return Math.sqrt(meanSquaredError(targets, predictions));
}

/** The mean of prediction - target: positive when the model overshoots.
 *
 * @example
 * meanError([1, 1], [2, 2]); // 1
 */
export function meanError(targets: Numbers, predictions: Numbers): number {
  checkPairs('meanError', targets, predictions);
  return mean(predictions) - mean(targets);
}

/**
 * std(predictions) / std(targets). Judge it beside the correlation: for the optimal forecast the two are equal, so 0.05
 * at an IC of 0.05 is right and 0.05 at an IC of 0.6 is a collapse.
 *
 * @returns at least 0; NaN when the targets are constant (nothing to scale to).
 * @example
 * scaleRatio([0, 2], [0, 1]); // 0.5
 */
export function scaleRatio(targets: Numbers, predictions: Numbers): number {
  checkPairs('scaleRatio', targets, predictions);
  const spread = standardDeviation(targets);
  return spread > 0 ? standardDeviation(predictions) / spread : Number.NaN;
}

/** A line `target = intercept + slope * prediction`. */
export interface CalibrationLine {
  /** 1 for a calibrated forecast; below 1 it is too bold, above 1 too timid. */
  slope: number;
  /** 0 for a calibrated forecast. */
  intercept: number;
}

/**
 * Least squares of target on prediction (Mincer and Zarnowitz 1969).
 *
 * @returns NaN for both when the predictions are constant.
 * @example
 * calibrationLine([0, 4], [0, 2]).slope; // 2
 */
export function calibrationLine(targets: Numbers, predictions: Numbers): CalibrationLine {
  const n = checkPairs('calibrationLine', targets, predictions);
  const [a, b] = [mean(targets), mean(predictions)];
  let [ab, bb] = [0, 0];
  for (let k = 0; k < n; k++) {
    ab += (targets[k]! - a) * (predictions[k]! - b);
    bb += (predictions[k]! - b) ** 2;
  }
  if (bb <= n * (8 * Number.EPSILON * Math.abs(b)) ** 2) return { slope: Number.NaN, intercept: Number.NaN };
  return { slope: ab / bb, intercept: a - (ab / bb) * b };
}

/**
 * R squared: 1 - MSE / variance of the targets. 0 is what the constant mean earns; negative is worse than it.
 *
 * @returns NaN when the targets are constant.
 * @example
 * rSquared([1, 2, 3], [1, 2, 3]); // 1
 */
export function rSquared(targets: Numbers, predictions: Numbers): number {
  const error = meanSquaredError(targets, predictions);
  const spread = variance(targets);
  return spread > 0 ? 1 - error / spread : Number.NaN;
}

/**
 * The share of a loss that the model removes against the best constant: 1 - loss(model) / loss(constant). The best constant
 * is the mean for squared error and the median for absolute error, taken from these very targets, so it is the hardest
 * constant to beat.
 *
 * @returns at most 1; 0 means no better than a constant; NaN when the targets are constant.
 * @example
 * skillOverConstant([1, 2, 3], [2, 2, 2]); // 0
 */
export function skillOverConstant(
  targets: Numbers,
  predictions: Numbers,
  loss: 'squared' | 'absolute' = 'squared',
): number {
  const n = checkPairs('skillOverConstant', targets, predictions);
  if (loss === 'squared') return rSquared(targets, predictions);
  const median = quantile(targets, 0.5);
  let constant = 0;
  for (let k = 0; k < n; k++) constant += Math.abs(targets[k]! - median);
  return constant > 0 ? 1 - (n * meanAbsoluteError(targets, predictions)) / constant : Number.NaN;
}
