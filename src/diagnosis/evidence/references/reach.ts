import { boostedTrees, type Link } from './boostedTrees';
import { solveRidge, straightLine } from './line';
import { logisticLine } from './logistic';
import { type Matrix, rowsOf } from './matrix';
import { nearestNeighbours } from './neighbours';
import { randomFeatures, ridgeOf } from './randomFeatures';
import { bestConstant, constantPredictions, hits, type Measure, rowErrors } from './score';

/** A predictor that asks for no tuning: what is easily reached. */
export type ReferenceName = 'constant' | 'line' | 'neighbours' | 'features' | 'trees' | 'patterns';

/** How a reference does on some rows that it was not fitted to. */
export interface Reach {
  by: ReferenceName;
  /** Error of every row, in the head's {@link Measure}. */
  errors: Float64Array;
  /** Share of the best constant's error that is removed. */
  skill: number;
  /** What it predicts for these rows, `[rows, outputs]`. */
  predictions: Matrix;
  /** Share of rows whose class is right; NaN for numbers. */
  hitShare: number;
}

/** What is easily reached for one head: every reference on training rows (out of fold), and on validation rows. */
export interface References {
  training: readonly Reach[];
  validation: readonly Reach[];
  /** Validation rows predicted by the fit of the first fold: as many rows to learn from as `training` had. */
  validationByFold: readonly Reach[];
  /** What more rows bring; where there are few, and validation rows to see it on. */
  moreRows?: MoreRows;
}

/** Skill on validation rows of the best reference, fitted to half of the training rows and to all. */
export interface MoreRows {
  half: number;
  all: number;
}

/** What the references are asked. */
export interface ReferenceTask {
  inputs: Matrix;
  targets: Matrix;
  validation?: { inputs: Matrix; targets: Matrix; patterns?: Matrix };
  /** What random filters find in the inputs, row by row; of windows and pictures. */
  patterns?: Matrix;
  measure: Measure;
  /** Targets are classes: predictions are probabilities. */
  classes: boolean;
  /** One of many, each row's targets summing to 1. */
  isOneOfMany: boolean;
}

type Task = ReferenceTask & { ridge: number };

/** Training rows up to which it is asked what more would bring. */
const FEW_ROWS = 200;
/** More outputs than this are fitted by line and neighbours alone. */
const MOST_TREE_OUTPUTS = 10;

/**
 * Fits the constant, the line, the neighbours and the trees to training rows, and measures each on rows it was not fitted to.
 * Seeded: the same rows give the same numbers.
 */
export function references(asked: ReferenceTask): References {
  const { inputs, targets, validation, measure } = asked;
  const task = { ...asked, ridge: inputs.columns > 0 && targets.rows >= 12 ? ridgeOf(inputs, targets) : 1 };
  const names: ReferenceName[] = ['constant', 'line', 'neighbours', 'features', 'trees'];
  if (targets.columns > MOST_TREE_OUTPUTS) names.pop();
  if (inputs.columns === 0) names.length = 1;
  if (asked.patterns) names.push('patterns');
  const folds = targets.rows < 1200 ? 3 : 2;
  const constant = bestConstant(measure, targets);
  const zero = (rows: Matrix) => meanOf(rowErrors(measure, rows, constantPredictions(constant, rows.rows)));
  const reach = (by: ReferenceName, of: Matrix, told: Matrix): Reach => {
    const errors = rowErrors(measure, of, told);
    const hitShare = task.classes ? meanOf(hits(of, told, task.isOneOfMany)) : Number.NaN;
    return { by, errors, predictions: told, skill: 1 - meanOf(errors) / zero(of), hitShare };
  };
  const byFold = names.map((by) => outOfFold(by, task, folds));
  const training = names.map((by, k) => reach(by, targets, byFold[k]!.training));
  const later = validation?.targets.rows
    ? names.map((by) =>
        reach(by, validation.targets, predict(by, task, readBy(by, task), targets, [readBy(by, validation)])[0]!),
      )
    : [];
  const validationByFold = names.flatMap((by, k) =>
    byFold[k]!.validation ? [reach(by, validation!.targets, byFold[k]!.validation)] : [],
  );
  const more =
    validation?.targets.rows && targets.rows <= FEW_ROWS
      ? moreRows({ training, validation: later }, task, reach)
      : undefined;
  return { training, validation: later, validationByFold, ...(more && { moreRows: more }) };
}

function moreRows(
  found: Pick<References, 'training' | 'validation'>,
  task: Task,
  reach: (by: ReferenceName, of: Matrix, told: Matrix) => Reach,
): MoreRows | undefined {
  const best = bestReach({ ...found, validationByFold: [] }, 'validation');
  if (!best || best.by === 'constant' || !task.validation) return undefined;
  const half = Array.from({ length: Math.ceil(task.targets.rows / 2) }, (_, k) => 2 * k);
  const [told] = predict(best.by, task, rowsOf(task.inputs, half), rowsOf(task.targets, half), [
    task.validation.inputs,
  ]);
  return { half: reach(best.by, task.validation.targets, told!).skill, all: best.skill };
}

/** The reference that does best on training rows, with what it reaches on the rows asked for. */
export function bestReach(found: References, part: 'training' | 'validation' | 'validationByFold'): Reach | undefined {
  const order = [...found.training].sort((a, b) => finite(b.skill) - finite(a.skill));
  return found[part].find(({ by }) => by === order[0]?.by);
}

const finite = (value: number): number => (Number.isFinite(value) ? value : -Infinity);

function outOfFold(by: ReferenceName, task: Task, folds: number): { training: Matrix; validation?: Matrix } {
  const { targets } = task;
  const inputs = readBy(by, task);
  const { rows, columns } = targets;
  const values = new Float64Array(rows * columns);
  let validation: Matrix | undefined;
  for (let fold = 0; fold < folds; fold++) {
    const [kept, left]: number[][] = [[], []];
    // Rows were drawn at random before they were put in order, so that every so manyth is a random part as well.
    for (let row = 0; row < rows; row++) (row % folds === fold ? left! : kept!).push(row);
    const [x, z] = [rowsOf(inputs, kept!), rowsOf(targets, kept!)];
    const later = fold === 0 && task.validation?.targets.rows ? [readBy(by, task.validation)] : [];
    const [told, ofLater] = predict(by, task, x, z, [rowsOf(inputs, left!), ...later]);
    left!.forEach((row, k) => {
      values.set(told!.values.subarray(k * columns, (k + 1) * columns), row * columns);
    });
    validation ??= ofLater;
  }
  return { training: { values, rows, columns }, ...(validation && { validation }) };
}

/** What a reference reads of some rows. */
const readBy = (by: ReferenceName, { inputs, patterns }: Pick<ReferenceTask, 'inputs' | 'patterns'>): Matrix =>
  by === 'patterns' ? (patterns ?? inputs) : inputs;

/** Ridge of the line through what filters find: many columns that say much the same. */
const PATTERN_RIDGE = 0.02;

function predict(by: ReferenceName, task: Task, inputs: Matrix, targets: Matrix, others: readonly Matrix[]): Matrix[] {
  const { measure, classes, isOneOfMany } = task;
  const constant = bestConstant(measure, targets);
  if (by === 'constant') return others.map((of) => constantPredictions(constant, of.rows));
  if (by === 'trees') {
    const link: Link = classes ? (isOneOfMany ? 'softmax' : 'logistic') : 'identity';
    return boostedTrees(inputs, targets, others, link);
  }
  if (by === 'line' && classes) return logisticLine(inputs, targets, others, isOneOfMany);
  const fit = {
    line: straightLine,
    patterns: (x: Matrix, y: Matrix, of: readonly Matrix[]) => solveRidge(x, y)(PATTERN_RIDGE, of),
    neighbours: nearestNeighbours,
    features: (x: Matrix, y: Matrix, of: readonly Matrix[]) => randomFeatures(x, y, of, task.ridge),
  }[by];
  const told = fit(inputs, targets, others);
  if (!classes) return told;
  // Probabilities: a share of 0 or 1 among few rows is not certain.
  const drawnIn = (value: number, k: number) =>
    by === 'neighbours' ? (12 * value + constant[k % constant.length]!) / 13 : Math.max(0.01, Math.min(0.99, value));
  return told.map((of) => ({ ...of, values: of.values.map(drawnIn) }));
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
