import { quantile } from '../../../evaluation';
import type { Matrix } from './matrix';

/**
 * How a head's outputs are measured, as its loss sees them: numbers by squared, absolute or Huber's error; classes by the log
 * loss, of one class of many after the outputs are scaled to sum to 1 where the loss does that.
 */
export type Measure = 'squared' | 'absolute' | 'huber' | 'each-log' | 'one-log';

/** Outputs are kept this far from 0 and 1, as the losses keep them. */
const EPSILON = 1e-7;

/** The measure of every row, averaged over its columns (summed over classes for a log loss of one of many). */
export function rowErrors(measure: Measure, targets: Matrix, predictions: Matrix): Float64Array {
  const { rows, columns, values } = targets;
  const errors = new Float64Array(rows);
  const logarithm = (p: number) => Math.log(Math.max(EPSILON, Math.min(1 - EPSILON, p)));
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    if (measure === 'one-log') for (let c = 0; c < columns; c++) sum += predictions.values[row * columns + c]!;
    let error = 0;
    for (let c = 0; c < columns; c++) {
      const [t, p] = [values[row * columns + c]!, predictions.values[row * columns + c]!];
      if (measure === 'squared') error += (t - p) ** 2 / columns;
      else if (measure === 'absolute') error += Math.abs(t - p) / columns;
      else if (measure === 'huber')
        error += (Math.abs(t - p) <= 1 ? (t - p) ** 2 / 2 : Math.abs(t - p) - 0.5) / columns;
      else if (measure === 'one-log') error -= t === 0 ? 0 : t * logarithm(p / sum);
      else error -= (t * logarithm(p) + (1 - t) * logarithm(1 - p)) / columns;
    }
    errors[row] = error;
  }
  return errors;
}

/** The constant with the least error on the training targets, column by column. */
export function bestConstant(measure: Measure, { values, rows, columns }: Matrix): Float64Array {
  return Float64Array.from({ length: columns }, (_, c) => {
    const column = Float64Array.from({ length: rows }, (_, row) => values[row * columns + c]!);
    if (measure === 'absolute') return quantile(column, 0.5);
    let center = column.reduce((a, b) => a + b, 0) / rows;
    // Huber's centre by reweighting: rows beyond 1 count with weight 1 / distance.
    for (let turn = 0; measure === 'huber' && turn < 20; turn++) {
      let [sum, weight] = [0, 0];
      for (const value of column) {
        const w = 1 / Math.max(1, Math.abs(value - center));
        sum += w * value;
        weight += w;
      }
      center = sum / weight;
    }
    return center;
  });
}

/** The same row again and again. */
export const constantPredictions = (row: Float64Array, rows: number): Matrix => ({
  values: Float64Array.from({ length: rows * row.length }, (_, k) => row[k % row.length]!),
  rows,
  columns: row.length,
});

/** Share of rows whose class is right: the largest output of several, the side of a half of one; for several labels, each. */
export function hits(targets: Matrix, predictions: Matrix, isOneOfMany: boolean): Float64Array {
  const { rows, columns } = targets;
  return Float64Array.from({ length: rows }, (_, row) => {
    if (!isOneOfMany) {
      let right = 0;
      for (let c = 0; c < columns; c++)
        if (targets.values[row * columns + c]! > 0.5 === predictions.values[row * columns + c]! > 0.5) right++;
      return right / columns;
    }
    return largest(targets, row) === largest(predictions, row) ? 1 : 0;
  });
}

function largest({ values, columns }: Matrix, row: number): number {
  let best = 0;
  for (let c = 1; c < columns; c++) if (values[row * columns + c]! > values[row * columns + best]!) best = c;
  return best;
}
