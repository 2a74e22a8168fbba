import { countCompiled } from '../compile';
import { checkChoice, ReluctantError, type TF, tf } from '../core';
import { formatDuration, Table } from '../tables';
import { type FitOptions, fit, type Run, type Samples, type Trainable } from '../training';
import { predictHeads } from './predictHeads';
import { type ProgramLike, toProgram } from './program';
import type { StandardSetting } from './setting';

/** One fold of a split: positions of rows along the first axis of the data. */
export interface RowFold {
  training: ArrayLike<number>;
  test: ArrayLike<number>;
}

/** Options of {@link crossValidate}: standard settings, as for `program.with`, and how the folds are followed. */
export interface CrossValidationOptions extends Partial<StandardSetting>, Pick<FitOptions, 'signal' | 'onProgress'> {
  /**
   * Whether every fold trains on as many rows, the fewest of any: then all folds share what was compiled. `auto` (default) does so where no fold
   * loses more than 5 % of its rows, the first ones; what was left out is told in {@link ValidatedFold.leftOut}. Where a fold then still loses
   * no more than that, the rows are made whole batches, so that one graph does for all.
   */
  sameRows?: boolean | 'auto';
  /** Told after each fold. */
  onFold?: (fold: ValidatedFold, folds: number) => void;
}

/** What became of one fold. */
export interface ValidatedFold {
  /** Counted from 0. */
  fold: number;
  run: Run;
  /** Positions of the rows that were trained on. */
  training: Int32Array;
  /** Rows of the fold's training part that were left out so that all folds are of one size. */
  leftOut: number;
  test: Int32Array;
  /** Predictions for the test rows by head, row-major [test rows * outputs]. */
  predictions: Readonly<Record<string, Float32Array>>;
}

/**
 * What {@link crossValidate} found: a fold each with its run and its predictions out of sample.
 */
export class CrossValidation {
  constructor(
    readonly folds: readonly ValidatedFold[],
    /** Graphs that were compiled for it: the folds share them where they train on as many rows. */
    readonly compiled: number,
    readonly seconds: number,
    /** Rows of the data, and numbers per row of each head. */
    readonly rows: number,
    readonly outputs: Readonly<Record<string, number>>,
  ) {}

  /**
   * Predictions of a head for all rows, each by a model that has not seen it, row-major; NaN for rows that no fold tested.
   *
   * @throws ReluctantError `head-unknown`; `row-tested-twice`, as in combinatorial splits, whose histories `evaluation.assemblePaths` puts together.
   */
  predictions(head: string): Float32Array {
    const width = this.outputs[head];
    if (width === undefined) {
      throw new ReluctantError({
        code: 'head-unknown',
        operation: 'CrossValidation.predictions',
        problem: 'the model has no such head',
        received: head,
        expected: Object.keys(this.outputs).join(', '),
      });
    }
    const all = new Float32Array(this.rows * width).fill(Number.NaN);
    const tested = new Uint8Array(this.rows);
    for (const { test, predictions, fold } of this.folds)
      test.forEach((row, k) => {
        if (tested[row]++) throw testedTwice(row, fold);
        all.set(predictions[head]!.subarray(k * width, (k + 1) * width), row * width);
      });
    return all;
  }

  /** Time of the fits alone, each with its tracing and compiling; the rest of {@link seconds} is choosing rows and predicting. */
  get fitSeconds(): number {
    return this.folds.reduce((sum, { run }) => sum + run.seconds, 0);
  }

  /** A row per fold: rows, epochs, how it ended, last loss. */
  table(): Table {
    const rows = this.folds.map(({ fold, run, training, leftOut, test }) => ({
      fold,
      training: training.length,
      'left out': leftOut,
      test: test.length,
      epochs: run.history.length,
      ended: run.stopReason,
      loss: run.history.at(-1)?.loss ?? Number.NaN,
    }));
    const share = (this.seconds / this.fitSeconds).toFixed(2);
    const title = `${rows.length} folds in ${formatDuration(this.seconds)}, ${share} times the fits alone; ${this.compiled} graphs compiled`;
    return new Table(rows, { title });
  }

  toString(): string {
    return this.table().toString();
  }
}

function testedTwice(row: number, fold: number): ReluctantError {
  return new ReluctantError({
    code: 'row-tested-twice',
    operation: 'CrossValidation.predictions',
    problem: 'a row was tested in several folds, so it has no one prediction',
    where: { row, fold },
    fix: 'use the predictions of each fold; evaluation.assemblePaths makes histories of combinatorial splits',
  });
}

/**
 * Trains a program anew on the training rows of every fold and predicts its test rows, over any split: `evaluation.walkForward`, `purgedKFold`,
 * `combinatorialPurged(...).folds`, or one of your own. Each fold starts from the same initial weights; no fold sees its test rows, neither to
 * stop early nor to choose an epoch. Folds of one size share what was compiled.
 *
 * The validation rows of the program are not used. Look the split over with `evaluation.auditLeakage` first.
 *
 * @param given a program, or `{ model, data, options }`, its data in memory.
 * @param folds positions of the rows.
 * @throws ReluctantError `row-out-of-range`, `folds-empty`, `validation-needed` for options that ask for numbers of validation rows, and as `fit`.
 * @example
 * const inputs = tf.randomNormal([60, 2], 0, 1, 'float32', 1);
 * const program = {
 *   model: () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'price' })] }),
 *   data: { inputs, targets: inputs.sum(1, true) },
 *   options: { losses: 'meanSquaredError', epochs: 2 } as const,
 * };
 * const day = Array.from({ length: 60 }, (_, k) => k);
 * const folds = rl.evaluation.purgedKFold({ start: day, end: day.map((d) => d + 2) }, { folds: 3 });
 * const found = await crossValidate(program, folds);
 * found.predictions('price').length; // 60
 */
export async function crossValidate(
  given: ProgramLike,
  folds: readonly RowFold[],
  options: CrossValidationOptions = {},
): Promise<CrossValidation> {
  const { sameRows = 'auto', onFold, signal, onProgress, ...settings } = options;
  const started = performance.now();
  const parts = await toProgram(given).with(settings).parts();
  const rows = rowCount(parts.data);
  const chosen = chooseRows(checkFolds(folds, rows), checkSame(sameRows), parts.options.batchSize ?? 32);
  const [before, outputs] = [countCompiled(), {} as Record<string, number>];
  const done: ValidatedFold[] = [];
  let mode = parts.options.mode;
  for (const [fold, { training, test, leftOut }] of chosen.entries()) {
    const model = await parts.model();
    const data = take(parts.data, training);
    const inputs = takeOne(parts.data.inputs, test);
    try {
      const following = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
      const run = await fit(model, data, { ...parts.options, ...following, ...(mode && { mode }) });
      // How it runs best was measured in the first fold.
      mode ??= run.mode;
      if (run.stopReason === 'aborted') break;
      const predictions = predictHeads(model, inputs);
      for (const [head, values] of Object.entries(predictions)) outputs[head] = values.length / test.length;
      done.push({ fold, run, training, leftOut, test, predictions });
      onFold?.(done.at(-1)!, chosen.length);
    } finally {
      tf.dispose([data, inputs] as unknown as TF.TensorContainer);
      disposeModel(model);
    }
  }
  return new CrossValidation(done, countCompiled() - before, (performance.now() - started) / 1000, rows, outputs);
}

interface ChosenRows {
  training: Int32Array;
  test: Int32Array;
  leftOut: number;
}

/** The share of its rows that a fold may lose so that all folds are of one size. */
const SPARE = 0.05;

/** Rows to train on in each fold; where all are to be as many, the first of the larger ones are left out. */
function chooseRows(
  folds: readonly Omit<ChosenRows, 'leftOut'>[],
  sameRows: boolean | 'auto',
  batchSize: number,
): ChosenRows[] {
  const counts = folds.map(({ training }) => training.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const equal = sameRows === 'auto' ? least >= (1 - SPARE) * most : sameRows;
  const whole = least - (least % batchSize);
  const wanted = whole > 0 && whole >= (1 - SPARE) * most ? whole : least;
  return folds.map(({ training, test }) => {
    const leftOut = equal ? training.length - wanted : 0;
    return { training: training.subarray(leftOut), test, leftOut };
  });
}

/** @throws ReluctantError `unknown-choice`. */
function checkSame(sameRows: boolean | 'auto'): boolean | 'auto' {
  return typeof sameRows === 'boolean'
    ? sameRows
    : checkChoice('crossValidate', 'sameRows', sameRows, ['auto'] as const);
}

function checkFolds(folds: readonly RowFold[], rows: number): Omit<ChosenRows, 'leftOut'>[] {
  const operation = 'crossValidate';
  if (!Array.isArray(folds) || folds.length === 0) {
    const expected = 'at least one fold { training, test }, e.g. of evaluation.purgedKFold';
    throw new ReluctantError({
      code: 'folds-empty',
      operation,
      problem: 'there are no folds',
      received: folds,
      expected,
    });
  }
  return folds.map((fold: RowFold, number) => {
    const part = (name: 'training' | 'test') => {
      const places = Array.from(fold[name] ?? []);
      const bad = places.findIndex((row) => !Number.isInteger(row) || row < 0 || row >= rows);
      if (bad < 0 && places.length > 0) return Int32Array.from(places);
      throw new ReluctantError({
        code: 'row-out-of-range',
        operation,
        problem:
          places.length === 0 ? `the ${name} part has no rows` : `a position of the ${name} part is that of no row`,
        where: { fold: number },
        received: places[bad],
        expected: `whole numbers from 0 to ${rows - 1}`,
      });
    };
    return { training: part('training'), test: part('test') };
  });
}

type Tensors = TF.Tensor | Readonly<Record<string, TF.Tensor>>;

const firstOf = (tensors: Tensors): TF.Tensor => (tensors instanceof tf.Tensor ? tensors : Object.values(tensors)[0]!);

function rowCount(data: Samples & { source?: unknown; stream?: unknown }): number {
  if (!data.source && !data.stream) return firstOf(data.inputs).shape[0]!;
  throw new ReluctantError({
    code: 'rows-not-in-memory',
    operation: 'crossValidate',
    problem: 'the rows of this program are fetched as they are needed, and cannot be chosen by position',
    expected: 'inputs and targets as tensors',
  });
}

function takeOne<T extends Tensors>(tensors: T, rows: Int32Array): T {
  return tf.tidy(() => {
    const places = tf.tensor1d(rows, 'int32');
    if (tensors instanceof tf.Tensor) return tf.gather(tensors, places) as unknown as T;
    const taken = Object.entries(tensors).map(([name, tensor]) => [name, tf.gather(tensor, places)]);
    return Object.fromEntries(taken) as T;
  });
}

function take({ inputs, targets, sampleWeights }: Samples, rows: Int32Array): Samples {
  return {
    inputs: takeOne(inputs, rows),
    targets: takeOne(targets, rows),
    ...(sampleWeights && { sampleWeights: takeOne(sampleWeights, rows) }),
  };
}

function disposeModel(model: Trainable): void {
  if (model instanceof tf.LayersModel) model.dispose();
  else tf.dispose([...model.variables]);
}
