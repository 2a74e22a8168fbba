import { type Matrix, standardizer } from './matrix';

/** Steps of the descent, and the penalty on weights as a share of the rows. */
const STEPS = 80;
const PENALTY = 2e-3;

/**
 * A straight line for classes: logistic regression, of one class of many with a softmax, else column by column. Fitted by
 * accelerated descent (Nesterov 1983) with the step that the curvature allows.
 *
 * @param training inputs of the rows to learn from. @param targets `[rows, classes]`. @param others inputs to predict for.
 * @returns probabilities for each of `others`, `[rows, classes]`.
 */
export function logisticLine(
  training: Matrix,
  targets: Matrix,
  others: readonly Matrix[],
  isOneOfMany: boolean,
): Matrix[] {
  const scale = standardizer(training);
  const x = scale(training);
  const outputs = targets.columns;
  const width = x.columns + 1;
  let weights = new Float64Array(width * outputs);
  let ahead = weights.slice();
  // The largest eigenvalue of x'x / rows is at most its trace; a softmax bends by half at most, a sigmoid by a quarter.
  const step = 1 / ((isOneOfMany ? 0.5 : 0.25) * largestEigenvalue(x) + PENALTY);
  for (let turn = 0; turn < STEPS; turn++) {
    const slope = gradientAt(ahead, x, targets, isOneOfMany);
    const next = ahead.map((weight, k) => weight - step * slope[k]!);
    const momentum = turn / (turn + 3);
    ahead = next.map((weight, k) => weight + momentum * (weight - weights[k]!));
    weights = next;
  }
  return others.map((matrix) => ({
    values: probabilities(weights, scale(matrix), outputs, isOneOfMany),
    rows: matrix.rows,
    columns: outputs,
  }));
}

function probabilities(
  weights: Float64Array,
  { values, rows, columns }: Matrix,
  outputs: number,
  isOneOfMany: boolean,
): Float64Array {
  const told = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    const at = row * outputs;
    for (let c = 0; c < outputs; c++) told[at + c] = weights[columns * outputs + c]!;
    for (let j = 0; j < columns; j++) {
      const value = values[row * columns + j]!;
      for (let c = 0; c < outputs; c++) told[at + c]! += value * weights[j * outputs + c]!;
    }
    let [most, sum] = [-Infinity, 0];
    for (let c = 0; c < outputs; c++) most = Math.max(most, told[at + c]!);
    for (let c = 0; c < outputs; c++) {
      told[at + c] = isOneOfMany ? Math.exp(told[at + c]! - most) : 1 / (1 + Math.exp(-told[at + c]!));
      sum += told[at + c]!;
    }
    if (isOneOfMany) for (let c = 0; c < outputs; c++) told[at + c]! /= sum;
  }
  return told;
}

function gradientAt(weights: Float64Array, x: Matrix, targets: Matrix, isOneOfMany: boolean): Float64Array {
  const { rows, columns } = x;
  const outputs = targets.columns;
  const told = probabilities(weights, x, outputs, isOneOfMany);
  const slope = weights.map((weight, k) => (k < columns * outputs ? PENALTY * weight : 0));
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < outputs; c++) {
      const away = (told[row * outputs + c]! - targets.values[row * outputs + c]!) / rows;
      for (let j = 0; j < columns; j++) slope[j * outputs + c]! += away * x.values[row * columns + j]!;
      slope[columns * outputs + c]! += away;
    }
  return slope;
}

/** Of x'x / rows with a column of ones, by a few turns of the power method, a tenth added for what they leave. */
function largestEigenvalue({ values, rows, columns }: Matrix): number {
  let direction = new Float64Array(columns).fill(1 / Math.sqrt(Math.max(1, columns)));
  let value = 1;
  for (let turn = 0; turn < 12; turn++) {
    const image = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += values[row * columns + j]! * direction[j]!;
      for (let j = 0; j < columns; j++) image[j]! += (sum * values[row * columns + j]!) / rows;
    }
    value = Math.sqrt(image.reduce((sum, one) => sum + one * one, 0));
    if (!(value > 0)) return 1;
    direction = image.map((one) => one / value);
  }
  return 1.3 * Math.max(1, value);
}
