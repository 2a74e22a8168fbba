import { ReluctantError } from '../../core';
import { checkPairs, type Numbers } from '../statistics/rows';

/**
 * Area under the receiver operating characteristic: the chance that a positive row scores above a negative one, ties
 * counting one half, by the rank-sum identity (Hanley and McNeil 1982). Exact, not a histogram of thresholds.
 *
 * @param targets 1 for positive rows, 0 for negative ones.
 * @param scores any increasing measure of belief: probabilities or logits.
 * @returns in [0, 1]; NaN when one class is absent or a score is NaN. Throws `not-binary` on other targets.
 * @example
 * rocAUC([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 */
export function rocAUC(targets: Numbers, scores: Numbers): number {
  const n = checkPairs('rocAUC', targets, scores);
  const make = (length: number) =>
    scores instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  let positives = 0;
  for (let k = 0; k < n; k++) {
    const target = targets[k]!;
    if (target === 1) positives++;
    else if (target !== 0) {
      throw new ReluctantError({
        code: 'not-binary',
        operation: 'rocAUC',
        problem: 'a target is neither 0 nor 1',
        where: { row: k },
        received: target,
        expected: '0 or 1',
      });
    }
  }
  const negatives = n - positives;
  if (positives === 0 || negatives === 0) return Number.NaN;
  // Each class sorted by itself, as numbers: many times faster than an order of all rows.
  const [low, high] = [make(negatives), make(positives)];
  let [l, h] = [0, 0];
  for (let k = 0; k < n; k++) {
    if (targets[k] === 0) low[l++] = scores[k]!;
    else high[h++] = scores[k]!;
  }
  low.sort();
  high.sort();
  if (Number.isNaN(low[negatives - 1]!) || Number.isNaN(high[positives - 1]!)) return Number.NaN;
  let sum = 0;
  let [below, notAbove] = [0, 0];
  for (const score of high) {
    while (below < negatives && low[below]! < score) below++;
    while (notAbove < negatives && low[notAbove]! <= score) notAbove++;
    sum += (below + notAbove) / 2;
  }
  return sum / (positives * negatives);
}

/**
 * Area under the ROC curve of several classes, one against the rest, as
 * `sklearn.metrics.roc_auc_score(multi_class="ovr")` (Provost and Domingos 2000 for the prevalence weights).
 *
 * @param targets one-hot rows, flattened: `[rows * classes]`.
 * @param scores of the same layout.
 * @param classes how many columns a row has, at least 2.
 * @param average `macro` weighs classes alike, `weighted` by how often they occur.
 * @returns in [0, 1]; NaN when a class never occurs or always does.
 * @example
 * rocAUCOneVsRest([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.8], 2); // 1
 */
export function rocAUCOneVsRest(
  targets: Numbers,
  scores: Numbers,
  classes: number,
  average: 'macro' | 'weighted' = 'macro',
): number {
  const rows = classRows('rocAUCOneVsRest', targets, scores, classes);
  const column = (values: Numbers, c: number) => {
    const own = values instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
    for (let k = 0; k < rows; k++) own[k] = values[k * classes + c]!;
    return own;
  };
  let sum = 0;
  let weights = 0;
  for (let c = 0; c < classes; c++) {
    const target = column(targets, c);
    const weight = average === 'macro' ? 1 : sumOf(target);
    sum += weight * rocAUC(target, column(scores, c));
    weights += weight;
  }
  return sum / weights;
}

/**
 * The share of rows whose largest prediction is at the largest target (the first of equals, as NumPy's argmax).
 *
 * @param classes columns per row in the flattened `[rows * classes]` arrays.
 * @returns in [0, 1]; NaN when a prediction is NaN.
 * @throws ReluctantError `shape-mismatch`, `length-mismatch`.
 * @example
 * accuracy([1, 0, 0, 1], [0.9, 0.1, 0.8, 0.2], 2); // 0.5
 */
export function accuracy(targets: Numbers, predictions: Numbers, classes: number): number {
  const rows = classRows('accuracy', targets, predictions, classes);
  for (let k = 0; k < rows * classes; k++) if (Number.isNaN(targets[k]! + predictions[k]!)) return Number.NaN;
  let right = 0;
  for (let k = 0; k < rows; k++) if (argmax(targets, k, classes) === argmax(predictions, k, classes)) right++;
  return right / rows;
}

/**
 * The mean of -log p at the true class, in nats; the log loss of scikit-learn with its clipping at the smallest normal
 * step of double precision.
 *
 * @returns NaN when a prediction is NaN.
 * @throws ReluctantError `not-probabilities` naming the row of a prediction outside [0, 1], `shape-mismatch`, `length-mismatch`.
 * @example
 * logLoss([1, 0], [0.5, 0.5], 2); // 0.6931471805599453
 */
export function logLoss(targets: Numbers, predictions: Numbers, classes: number): number {
  const rows = classRows('logLoss', targets, predictions, classes);
  let sum = 0;
  for (let k = 0; k < rows * classes; k++) {
    if (predictions[k]! < -1e-6 || predictions[k]! > 1 + 1e-6)
      throw noProbability(Math.floor(k / classes), predictions[k]!);
    const p = Math.max(Number.EPSILON, Math.min(1 - Number.EPSILON, predictions[k]!));
    if (targets[k] !== 0) sum -= targets[k]! * Math.log(p);
    else if (Number.isNaN(p)) return Number.NaN;
  }
  return sum / rows;
}

/** Rows of flattened `[rows * classes]` arrays. */
function classRows(operation: string, targets: Numbers, predictions: Numbers, classes: number): number {
  const values = checkPairs(operation, targets, predictions);
  if (Number.isInteger(classes) && classes >= 1 && values % classes === 0) return values / classes;
  throw new ReluctantError({
    code: 'shape-mismatch',
    operation,
    problem: `${values} values are not rows of ${classes} classes`,
    expected: 'rows * classes values',
  });
}

function noProbability(row: number, received: number): ReluctantError {
  return new ReluctantError({
    code: 'not-probabilities',
    operation: 'logLoss',
    problem: 'a prediction is no probability',
    where: { row },
    received,
    expected: 'probabilities from 0 to 1',
    fix: 'put logits through a softmax first',
  });
}

function sumOf(values: Numbers): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]!;
  return sum;
}

function argmax(values: Numbers, row: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (values[row * classes + c]! > values[row * classes + best]!) best = c;
  return best;
}
