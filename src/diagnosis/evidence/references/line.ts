import { tf } from '../../../core';
import { type Matrix, standardizer } from './matrix';
import { scoped } from './scope';

/** Weight of the penalty, as a share of the rows: enough to keep collinear columns apart. */
const RIDGE = 1e-3;

/**
 * Least squares with a little ridge: predictions of a straight line through standardised columns.
 *
 * @param training inputs of the rows to learn from. @param targets `[rows, outputs]`. @param others inputs to predict for.
 */
export function straightLine(training: Matrix, targets: Matrix, others: readonly Matrix[]): Matrix[] {
  return solveRidge(training, targets)(RIDGE * Math.max(1, (5 * training.columns) / training.rows), others);
}

/** Ridge regression (Hoerl and Kennard 1970) for any ridge, given as a share of the rows: the sums are made once. */
export function solveRidge(training: Matrix, targets: Matrix): (ridge: number, others: readonly Matrix[]) => Matrix[] {
  const scale = standardizer(training);
  const own = scale(training);
  const center = new Float64Array(targets.columns);
  targets.values.forEach((value, k) => {
    center[k % targets.columns]! += value / targets.rows;
  });
  const centred = targets.values.map((value, k) => value - center[k % targets.columns]!);
  const { normal, right } = scoped(() => {
    const x = tf.tensor2d(new Float32Array(own.values), [own.rows, own.columns]);
    const y = tf.tensor2d(Float32Array.from(centred), [targets.rows, targets.columns]);
    return { normal: tf.matMul(x, x, true).dataSync(), right: tf.matMul(x, y, true).dataSync() };
  });
  return (ridge, others) => {
    const weights = solve(normal, right, own.columns, targets.columns, ridge * own.rows);
    return scoped(() => {
      const w = tf.tensor2d(Float32Array.from(weights), [own.columns, targets.columns]);
      return others.map(scale).map(({ values, rows, columns }) => {
        const told = tf.matMul(tf.tensor2d(new Float32Array(values), [rows, columns]), w).dataSync();
        return {
          values: Float64Array.from(told, (value, k) => value + center[k % targets.columns]!),
          rows,
          columns: targets.columns,
        };
      });
    });
  };
}

/** Solves the penalised normal equations by Cholesky's decomposition. */
function solve(
  normal: ArrayLike<number>,
  right: ArrayLike<number>,
  n: number,
  outputs: number,
  ridge: number,
): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = normal[i * n + j]! + (i === j ? ridge : 0);
      const [a, b] = [i * n, j * n];
      for (let k = 0; k < j; k++) sum -= factor[a + k]! * factor[b + k]!;
      factor[a + j] = i === j ? Math.sqrt(Math.max(sum, 1e-9)) : sum / factor[b + j]!;
    }
  const solution = new Float64Array(n * outputs);
  for (let output = 0; output < outputs; output++) {
    const z = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let sum = right[i * outputs + output]!;
      for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * z[k]!;
      z[i] = sum / factor[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = z[i]!;
      for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * solution[k * outputs + output]!;
      solution[i * outputs + output] = sum / factor[i * n + i]!;
    }
  }
  return solution;
}
