import { checkInteger, ReluctantError } from '../../core';
import { checkPairs, type Numbers } from '../statistics/rows';

/** Class numbers of rows: of one column which side of one half, of several the largest (the first of equals). */
function classNumbers(values: Numbers, columns: number): Int32Array {
  const rows = values.length / columns;
  return Int32Array.from({ length: rows }, (_, row) => {
    if (columns === 1) return values[row]! > 0.5 ? 1 : 0;
    let best = 0;
    for (let c = 1; c < columns; c++) if (values[row * columns + c]! > values[row * columns + best]!) best = c;
    return best;
  });
}

/**
 * How often rows of each class were predicted as each class: `[target][prediction]` counts, as scikit-learn's `confusion_matrix`. Targets are of the predictions' layout, or class numbers, one per row.
 *
 * @param targets one-hot rows, 0 and 1 for one column, or class numbers. @param predictions `[rows * columns]`, row after row.
 * @param columns numbers that are predicted for a row: one per class, or 1 for two classes told by one half.
 * @returns one row per true class, one column per predicted class.
 * @throws ReluctantError `shape-mismatch`, `unknown-class`.
 * @example
 * confusionMatrix([0, 1, 1], [0.2, 0.9, 0.4], 1); // [[1, 0], [1, 1]]
 */
export function confusionMatrix(targets: Numbers, predictions: Numbers, columns: number): number[][] {
  checkInteger('confusionMatrix', 'columns', columns, 1);
  if (predictions.length % columns !== 0) throw unevenRows(predictions.length, columns);
  const predicted = classNumbers(predictions, columns);
  const areNumbers = columns > 1 && targets.length === predicted.length;
  if (!areNumbers) checkPairs('confusionMatrix', targets, predictions);
  const truth = areNumbers ? targets : classNumbers(targets, columns);
  const classes = columns === 1 ? 2 : columns;
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < predicted.length; row++) {
    const ofRow = counts[truth[row]!];
    if (!ofRow) throw unknownClass(row, truth[row], classes);
    ofRow[predicted[row]!]!++;
  }
  return counts;
}

const unevenRows = (values: number, columns: number) =>
  new ReluctantError({
    code: 'shape-mismatch',
    operation: 'confusionMatrix',
    problem: `${values} values are not rows of ${columns} classes`,
    expected: 'rows * classes values',
  });

const unknownClass = (row: number, received: unknown, classes: number) =>
  new ReluctantError({
    code: 'unknown-class',
    operation: 'confusionMatrix',
    problem: 'a target is no class number',
    where: { row },
    received,
    expected: `whole numbers from 0 to ${classes - 1}`,
  });

/** Right predictions over some count of each class; 0 where the count is, as scikit-learn's zero_division. */
function perClass(matrix: number[][], count: (c: number) => number): number[] {
  return matrix.map((row, c) => (count(c) > 0 ? row[c]! / count(c) : 0));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Of one column the number of the positive class, of several the mean over classes. */
const macro = (values: readonly number[], columns: number): number =>
  columns === 1 ? values[1]! : sum(values) / values.length;

const precisions = (matrix: number[][]) => perClass(matrix, (c) => sum(matrix.map((row) => row[c]!)));
const recalls = (matrix: number[][]) => perClass(matrix, (c) => sum(matrix[c]!));

/**
 * Share of the rows predicted as a class that are of it: of the positive class for one column, else the mean over classes
 * (scikit-learn's `precision_score`, macro, 0 where a class was never predicted).
 *
 * @param targets, @param predictions, @param columns as of {@link confusionMatrix}.
 * @example
 * precision([0, 1, 1], [0.2, 0.9, 0.4], 1); // 1
 */
export function precision(targets: Numbers, predictions: Numbers, columns: number): number {
  return macro(precisions(confusionMatrix(targets, predictions, columns)), columns);
}

/**
 * Share of the rows of a class that were predicted as it: of the positive class for one column, else the mean over classes
 * (scikit-learn's `recall_score`, macro).
 *
 * @param targets, @param predictions, @param columns as of {@link confusionMatrix}.
 * @example
 * recall([0, 1, 1], [0.2, 0.9, 0.4], 1); // 0.5
 */
export function recall(targets: Numbers, predictions: Numbers, columns: number): number {
  return macro(recalls(confusionMatrix(targets, predictions, columns)), columns);
}

/**
 * Harmonic mean of precision and recall (van Rijsbergen 1979): of the positive class for one column, else the mean over classes
 * of each class's own (scikit-learn's `f1_score`, macro).
 *
 * @param targets, @param predictions, @param columns as of {@link confusionMatrix}.
 * @example
 * f1Score([0, 1, 1], [0.2, 0.9, 0.4], 1); // 0.6666666666666666
 */
export function f1Score(targets: Numbers, predictions: Numbers, columns: number): number {
  const matrix = confusionMatrix(targets, predictions, columns);
  const r = recalls(matrix);
  const values = precisions(matrix).map((p, c) => (p + r[c]! > 0 ? (2 * p * r[c]!) / (p + r[c]!) : 0));
  return macro(values, columns);
}

/**
 * Share of the rows whose class is among the `k` largest predictions; classes as large as the true one count as smaller, as in
 * TensorFlow's `in_top_k`.
 *
 * @param targets, @param predictions, @param columns as of {@link confusionMatrix}, with at least 2 columns.
 * @example
 * topKAccuracy([2, 0], [0.5, 0.2, 0.3, 0.1, 0.7, 0.2], 3, 2); // 0.5
 */
export function topKAccuracy(targets: Numbers, predictions: Numbers, columns: number, k: number): number {
  const rows = predictions.length / columns;
  const truth = targets.length === rows ? targets : classNumbers(targets, columns);
  let among = 0;
  for (let row = 0; row < rows; row++) {
    const ofTruth = predictions[row * columns + truth[row]!]!;
    let larger = 0;
    for (let c = 0; c < columns; c++) if (predictions[row * columns + c]! > ofTruth) larger++;
    if (larger < k) among++;
  }
  return among / rows;
}
