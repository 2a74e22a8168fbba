import { checkNames, checkNumber, ReluctantError, type TF, tf } from '../../core';
import type { Loss } from '../loss';
import { labelledOutputs, meanOverLabels } from './rows';

/** Options of {@link studentTLikelihood}. */
export interface StudentTOptions {
  /** Least and most degrees of freedom, both above 2, so that there is a variance. Default [2.2, 40]. */
  degrees?: readonly [number, number];
  /** Added to the scale, in units of the target. Default 1e-6. */
  leastScale?: number;
}

/**
 * The negative log likelihood of Student's t with a location, a scale and degrees of freedom of each label's own: heavy tails where the data have them. Of the three outputs
 * a, b and c the location is a, the scale softplus(b) + leastScale, and the degrees low + (high - low) sigmoid(c).
 *
 * Shapes: targets (NaN for none) [days, stocks] with predictions [days, stocks, 3], or [rows, 1] with [rows, 3]; a number for the batch: the mean over
 * the labels, 0 without any.
 *
 * @throws ReluctantError for an option out of range; `outputs-shape` when called.
 * @example
 * studentTLikelihood()(tf.tensor2d([[1]]), tf.tensor2d([[0, 0, 0]])).dataSync()[0]; // 1.603806
 */
export function studentTLikelihood(options: StudentTOptions = {}): Loss {
  const operation = 'losses.studentTLikelihood';
  checkNames(operation, options, ['degrees', 'leastScale']);
  const [low, high] = checkDegrees(operation, options.degrees ?? [2.2, 40]);
  const leastScale = checkNumber(operation, 'leastScale', options.leastScale ?? 1e-6, 1e-12);
  return (targets, predictions) => {
    const meaning = 'a location, a scale and degrees of freedom';
    const { mask, labels, outputs } = labelledOutputs(operation, targets, predictions, 3, meaning);
    const output = (k: number) => outputs.slice([0, k], [-1, 1]);
    const scale = tf.add(tf.softplus(output(1)), leastScale);
    const degrees = tf.add(tf.mul(tf.sigmoid(output(2)), high - low), low);
    const distance = tf.div(tf.sub(labels, output(0)), scale);
    const half = tf.div(degrees, 2);
    const constant = tf.sub(logGamma(half), logGamma(tf.add(half, 0.5)));
    const spread = tf.add(tf.div(tf.log(tf.mul(degrees, Math.PI)), 2), tf.log(scale));
    const tail = tf.mul(tf.add(half, 0.5), tf.log1p(tf.div(tf.square(distance), degrees)));
    return meanOverLabels(tf.add(tf.add(constant, spread), tail), mask);
  };
}

/**
 * log of the gamma function for x above 1: Stirling's series at x + 4, brought back by the recurrence (Abramowitz and Stegun 6.1.41);
 * its error there is below 1e-8. tfjs has no such function.
 */
function logGamma(x: TF.Tensor): TF.Tensor {
  const far = tf.add(x, 4);
  const [inverse, product] = [
    tf.reciprocal(far),
    [1, 2, 3].reduce<TF.Tensor>((sum, k) => tf.mul(sum, tf.add(x, k)), x),
  ];
  const square = tf.square(inverse);
  const series = tf.mul(inverse, tf.add(1 / 12, tf.mul(square, tf.add(-1 / 360, tf.mul(square, 1 / 1260)))));
  const stirling = tf.add(tf.sub(tf.mul(tf.sub(far, 0.5), tf.log(far)), far), Math.log(2 * Math.PI) / 2);
  return tf.sub(tf.add(stirling, series), tf.log(product));
}

function checkDegrees(operation: string, degrees: readonly [number, number]): readonly [number, number] {
  const [low, high] = [degrees?.[0], degrees?.[1]];
  if (low > 2 && high > low && high < Infinity) return [low, high];
  throw new ReluctantError({
    code: 'degrees-not-usable',
    operation,
    problem: 'the range of degrees of freedom is not usable',
    received: degrees,
    expected: '[low, high] with 2 < low < high',
  });
}
