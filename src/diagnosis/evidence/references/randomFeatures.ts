import { Random } from '../../../core';
import { solveRidge } from './line';
import { type Matrix, rowsOf, standardizedTogether } from './matrix';

/** Random rectified features, at most, and ridges that are tried. */
const FEATURES = 160;
const RIDGES = [1e-3, 1e-2, 1e-1, 1];

/**
 * A straight line through random rectified features of the inputs (Rahimi and Recht 2008): a hidden layer that nobody trains.
 * Smooth relations of a few columns are learnt from few rows.
 *
 * @param training inputs of the rows to learn from. @param targets `[rows, outputs]`. @param others inputs to predict for.
 * @param ridge weight of the penalty, as {@link ridgeOf} chooses it.
 */
export function randomFeatures(training: Matrix, targets: Matrix, others: readonly Matrix[], ridge: number): Matrix[] {
  const [own, ...rest] = expanded(training, others);
  return solveRidge(own!, targets)(ridge, rest);
}

/** The ridge that does best on a third of the rows, left out of the fit. */
export function ridgeOf(training: Matrix, targets: Matrix): number {
  const [own] = expanded(training, []);
  const [held, kept]: number[][] = [[], []];
  for (let row = 0; row < training.rows; row++) (row % 3 === 0 ? held! : kept!).push(row);
  const fit = solveRidge(rowsOf(own!, kept!), rowsOf(targets, kept!));
  const [probe, truth] = [rowsOf(own!, held!), rowsOf(targets, held!)];
  const error = (ridge: number) =>
    fit(ridge, [probe])[0]!.values.reduce((sum, value, k) => sum + (value - truth.values[k]!) ** 2, 0);
  return RIDGES.map((ridge) => ({ ridge, error: error(ridge) })).reduce((a, b) => (b.error < a.error ? b : a)).ridge;
}

const expanded = (training: Matrix, others: readonly Matrix[]): Matrix[] =>
  standardizedTogether(training, others).map((part) => hidden(part, FEATURES));

/** The columns themselves, and random rectified sums of them. */
function hidden({ values, rows, columns }: Matrix, count: number): Matrix {
  const random = new Random(2).fork('random features');
  // Each reads a few columns: targets depend on few at a time.
  const read = Math.min(columns, 4);
  const [places, weights, biases] = [
    new Int32Array(count * read),
    new Float64Array(count * read),
    new Float64Array(count),
  ];
  for (let k = 0; k < count; k++) {
    for (let j = 0; j < read; j++) places[k * read + j] = random.integer(0, columns - 1);
    for (let j = 0; j < read; j++) weights[k * read + j] = random.normal() / Math.sqrt(read);
    biases[k] = random.normal();
  }
  const straight = Math.min(columns, 64);
  const width = straight + count;
  const made = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < straight; c++) made[row * width + c] = values[row * columns + c]!;
    for (let k = 0; k < count; k++) {
      let sum = biases[k]!;
      for (let j = k * read; j < (k + 1) * read; j++) sum += weights[j]! * values[row * columns + places[j]!]!;
      made[row * width + straight + k] = sum > 0 ? sum : 0;
    }
  }
  return { values: made, rows, columns: width };
}
