import { ReluctantError, type TF } from '../core';
import {
  calibrationLine,
  census,
  kolmogorovSmirnov,
  type Numbers,
  pearson,
  quantiles,
  rankIC,
  rocAUC,
  scaleRatio,
  sharingOrder,
  skillOverConstant,
  wasserstein,
} from '../evaluation';
import { type Figure, type HeadPredictions, predictionDistributions, predictionScatter } from '../plots';
import { formatShare } from '../tables';
import { DrawnTable } from './drawnTable';

/** Values of a head: a tensor or array of rows, or rows of several columns (classes). */
export type HeadValues = TF.Tensor | Numbers | readonly (readonly number[])[];

/** Heads by name, or one head alone, which is then called `prediction`. */
export type Heads = HeadValues | Record<string, HeadValues>;

/** Options of {@link predictions}. */
export interface PredictionOptions {
  /** Largest plausible value, for all heads or by head; `beyondShare` counts the predictions above it. */
  bound?: number | Record<string, number>;
}

/** Quality of one head's predictions (of one column, for a head with classes). Shares are fractions of 1. */
export interface PredictionRow {
  /** The head, or `head[column]` for one of several columns. */
  head: string;
  rows: number;
  /** Rows with a NaN or infinite target or prediction; the other statistics are over the rest. */
  incomplete: number;
  mean: number;
  targetMean: number;
  std: number;
  targetStd: number;
  min: number;
  max: number;
  targetMin: number;
  targetMax: number;
  zeroShare: number;
  negativeShare: number;
  /** Share of negative targets, to judge `negativeShare` by. */
  targetNegativeShare: number;
  /** Share of predictions above the bound; NaN without one. */
  beyondShare: number;
  /** std(prediction) / std(target): judge it beside `ic`, its value for the optimal forecast. */
  scaleRatio: number;
  /** Slope of target on prediction: 1 when calibrated. */
  slope: number;
  /** Ratio of the 5 %, 50 % and 95 % quantiles, prediction over target. */
  quantileRatio05: number;
  quantileRatio50: number;
  quantileRatio95: number;
  /** Pearson and Spearman correlation. */
  ic: number;
  rankIC: number;
  /** Share of the squared and of the absolute loss removed against the best constant. */
  skill: number;
  skillAbsolute: number;
  /** Area under the ROC curve, where the targets are 0 and 1. */
  auc: number;
  /** Kolmogorov-Smirnov distance between the two distributions, in [0, 1]. */
  ks: number;
  /** Wasserstein-1 distance, in the unit of the target. */
  wasserstein: number;
}

/** A row per head, or per column of a head with classes: what {@link predictions} gives. */
export class PredictionTable extends DrawnTable<PredictionRow> {
  constructor(
    rows: PredictionRow[],
    /** At most {@link ROWS_DRAWN} evenly spaced rows of every column. */
    private readonly samples: readonly HeadPredictions[],
  ) {
    super(rows, {
      title: 'Predictions',
      formats: { zeroShare: share, negativeShare: share, targetNegativeShare: share, beyondShare: share },
    });
  }

  /** The distribution of the predictions over that of the targets, and each prediction against its target. */
  figures(): Figure[] {
    const drawn = this.samples.slice(0, HEADS_DRAWN);
    // A cloud over the two values of a class says nothing that its distribution does not.
    const measured = drawn.filter((_, k) => Number.isNaN(this.rows[k]!.auc));
    const distributions = predictionDistributions(drawn);
    return measured.length ? [distributions, predictionScatter(measured)] : [distributions];
  }
}

const share = (value: unknown) => (Number.isNaN(value) ? '' : formatShare(Number(value)));
const ROWS_DRAWN = 20_000;
const HEADS_DRAWN = 9;

/**
 * The health of predictions, head by head: range, zeros, signs, scale, calibration, skill over the best constant, and distance
 * between the distributions. A loss curve hides all of these.
 *
 * @param targets what happened, by head; `[rows]`, `[rows, 1]` or `[rows, classes]`.
 * @param predictions what the model said, the same heads and shapes.
 * @returns a row per head, one per column for heads of several columns; `.figures()` draws them.
 * @throws ReluctantError `head-without-targets`, `head-without-predictions`, `no-rows`, `shape-mismatch`, `all-nan`, naming the head.
 * @example
 * const table = inspect.predictions({ volatility: [0.01, 0.03, 0.02] }, { volatility: [0, 0, 0] });
 * table.find({ head: 'volatility' }).zeroShare; // 1
 */
export function predictions(targets: Heads, predictions: Heads, options: PredictionOptions = {}): PredictionTable {
  const [truth, predicted] = [byHead(targets), byHead(predictions)];
  const complain = (code: string, problem: string, head: string, has: object) =>
    new ReluctantError({
      code,
      operation: 'inspect.predictions',
      problem,
      where: { head },
      received: Object.keys(has),
      expected: 'the same heads in targets and predictions',
    });
  for (const head of Object.keys(predicted))
    if (!(head in truth)) throw complain('head-without-targets', 'a head has no targets', head, truth);
  for (const head of Object.keys(truth))
    if (!(head in predicted)) throw complain('head-without-predictions', 'a head has no predictions', head, predicted);
  const results = Object.keys(truth).flatMap((head) => headRows(head, truth[head]!, predicted[head]!, options));
  return new PredictionTable(
    results.map(({ row }) => row),
    results.map(({ sample }) => sample),
  );
}

/** A row with the values it is drawn from. */
interface HeadRow {
  row: PredictionRow;
  sample: HeadPredictions;
}

/** Evenly spaced values, few enough to draw. */
function thinned(values: Float64Array): Float64Array {
  if (values.length <= ROWS_DRAWN) return values;
  return Float64Array.from({ length: ROWS_DRAWN }, (_, k) => values[Math.floor((k * values.length) / ROWS_DRAWN)]!);
}

function headRows(head: string, targets: HeadValues, predictions: HeadValues, { bound }: PredictionOptions): HeadRow[] {
  const [truth, predicted] = [toColumns(head, targets), toColumns(head, predictions)];
  if (truth.length !== predicted.length || truth[0]!.length !== predicted[0]!.length) {
    throw new ReluctantError({
      code: 'shape-mismatch',
      operation: 'inspect.predictions',
      problem: 'targets and predictions have different shapes',
      where: { head },
      received: { targets: [truth[0]!.length, truth.length], predictions: [predicted[0]!.length, predicted.length] },
      expected: 'the same rows and columns',
    });
  }
  const limit = typeof bound === 'number' ? bound : bound?.[head];
  return truth.map((column, k) => {
    const label = truth.length === 1 ? head : `${head}[${k}]`;
    for (const [side, values] of [
      ['targets', column],
      ['predictions', predicted[k]!],
    ] as const) {
      if (values.some(Number.isFinite)) continue;
      throw new ReluctantError({
        code: 'all-nan',
        operation: 'inspect.predictions',
        problem: `all ${values.length} ${side} are NaN or infinite`,
        where: { head: label },
        expected: 'at least one finite value',
      });
    }
    return {
      row: sharingOrder(() => predictionRow(label, column, predicted[k]!, limit ?? Number.NaN)),
      sample: { head: label, targets: thinned(column), predictions: thinned(predicted[k]!) },
    };
  });
}

function predictionRow(
  head: string,
  allTargets: Float64Array,
  allPredictions: Float64Array,
  bound: number,
): PredictionRow {
  const rows = allTargets.length;
  const [targets, predicted] = finitePairs(allTargets, allPredictions);
  const n = targets.length;
  if (n === 0) {
    throw new ReluctantError({
      code: 'all-nan',
      operation: 'inspect.predictions',
      problem: 'no row has both a finite target and a finite prediction',
      where: { head },
      expected: 'at least one such row',
    });
  }
  const [a, b] = [census(targets), census(predicted)];
  const levels = [0.05, 0.5, 0.95];
  const [qa, qb] = [quantiles(targets, levels), quantiles(predicted, levels)];
  const ratio = (k: number) => (qa[k] === 0 ? Number.NaN : qb[k]! / qa[k]!);
  const binary = targets.every((value) => value === 0 || value === 1);
  return {
    head,
    rows,
    incomplete: rows - n,
    mean: b.mean,
    targetMean: a.mean,
    std: b.std,
    targetStd: a.std,
    min: b.min,
    max: b.max,
    targetMin: a.min,
    targetMax: a.max,
    zeroShare: b.zeros / n,
    negativeShare: b.negatives / n,
    targetNegativeShare: a.negatives / n,
    beyondShare: Number.isNaN(bound) ? Number.NaN : predicted.filter((value) => value > bound).length / n,
    scaleRatio: scaleRatio(targets, predicted),
    slope: calibrationLine(targets, predicted).slope,
    quantileRatio05: ratio(0),
    quantileRatio50: ratio(1),
    quantileRatio95: ratio(2),
    ic: pearson(targets, predicted),
    rankIC: rankIC(targets, predicted),
    skill: skillOverConstant(targets, predicted),
    skillAbsolute: skillOverConstant(targets, predicted, 'absolute'),
    auc: binary ? rocAUC(targets, predicted) : Number.NaN,
    ks: kolmogorovSmirnov(targets, predicted),
    wasserstein: wasserstein(targets, predicted),
  };
}

/** The rows whose target and prediction are both finite: as a rule all, and then the columns themselves. */
function finitePairs(targets: Float64Array, predictions: Float64Array): [Float64Array, Float64Array] {
  const isFinitePair = (_: number, k: number) => Number.isFinite(targets[k]!) && Number.isFinite(predictions[k]!);
  if (targets.every(isFinitePair)) return [targets, predictions];
  return [targets.filter(isFinitePair), predictions.filter(isFinitePair)];
}

function byHead(heads: Heads): Record<string, HeadValues> {
  return isValues(heads) ? { prediction: heads } : heads;
}

const isTensor = (value: unknown): value is TF.Tensor =>
  typeof (value as TF.Tensor | undefined)?.dataSync === 'function' && Array.isArray((value as TF.Tensor).shape);

const isValues = (value: Heads): value is HeadValues =>
  Array.isArray(value) || ArrayBuffer.isView(value) || isTensor(value);

/** The columns of a head: one for `[rows]` and `[rows, 1]`, one per class for `[rows, classes]`. */
function toColumns(head: string, values: HeadValues): Float64Array[] {
  const complain = (code: string, problem: string) =>
    new ReluctantError({
      code,
      operation: 'inspect.predictions',
      problem,
      where: { head },
      expected: 'at least one row of numbers, every row of the same width',
    });
  let flat: ArrayLike<number>;
  let rows: number;
  if (isTensor(values)) {
    flat = values.dataSync();
    rows = values.shape[0] ?? 1;
  } else if (Array.isArray(values) && Array.isArray(values[0])) {
    rows = values.length;
    const width = (values[0] as number[]).length;
    if (values.some((row) => !Array.isArray(row) || row.length !== width))
      throw complain('ragged-rows', 'rows have different widths');
    flat = values.flat() as number[];
  } else if (isValues(values)) {
    flat = values as Numbers;
    rows = flat.length;
  } else throw complain('not-numbers', 'the values are not an array or a tensor');
  if (rows === 0 || flat.length === 0) throw complain('no-rows', 'there are 0 rows');
  const width = flat.length / rows;
  return Array.from({ length: width }, (_, c) => {
    const column = new Float64Array(rows);
    for (let k = 0; k < rows; k++) column[k] = Number(flat[k * width + c]);
    return column;
  });
}
