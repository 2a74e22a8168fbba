import type { TF } from '../../core';
import type { Matrix } from './references';
import { straightLine } from './references/line';
import type { Sample } from './sample';

/** How the windows of one input overlap from row to row. */
export interface WindowEvidence {
  input: string;
  /** Share of rows whose window is the one before moved on by a step: oldest first. */
  forward: number;
  /** Moved back by a step: newest first. */
  backward: number;
}

/** Windows that overlap from row to row, where there are any: inputs of at least three steps, rows in their order. */
export function windowEvidence(names: readonly string[], { inputs, rows }: Sample): WindowEvidence[] {
  if (rows[rows.length - 1] !== rows.length - 1) return [];
  return inputs.flatMap((input, k) => {
    const steps = input.rank === 3 ? input.shape[1]! : 0;
    if (steps < 3 || rows.length < 20) return [];
    const [forward, backward] = [shareMoved(input, 1), shareMoved(input, -1)];
    return forward > 0.5 || backward > 0.5 ? [{ input: names[k]!, forward, backward }] : [];
  });
}

function shareMoved(input: TF.Tensor, by: 1 | -1): number {
  const [rows, steps, features] = input.shape as [number, number, number];
  const values = input.dataSync();
  const at = (row: number, step: number, feature: number) => values[(row * steps + step) * features + feature]!;
  let moved = 0;
  for (let row = 1; row < rows; row++) {
    let same = true;
    let varies = false;
    for (let step = 0; step < steps - 1 && same; step++)
      for (let feature = 0; feature < features && same; feature++) {
        const [now, before] = by === 1 ? [step, step + 1] : [step + 1, step];
        same = Math.abs(at(row, now, feature) - at(row - 1, before, feature)) < 1e-6;
        varies ||= at(row, now, feature) !== at(row, now === 0 ? 1 : 0, feature);
      }
    if (same && varies) moved++;
  }
  return moved / (rows - 1);
}

/** Rows before that are added to each. */
const LAGS = 8;

/**
 * Skill of a line that also reads the rows before, on the later half of the rows: what a window of one step leaves out. NaN
 * where rows are no windows of one step, or not in their order.
 */
export function laggedSkill(sample: Sample, inputs: Matrix, targets: Matrix): number {
  const isOneStep = sample.inputs.some(({ rank, shape }) => rank === 3 && shape[1] === 1);
  const { rows } = sample;
  if (!isOneStep || rows[rows.length - 1] !== rows.length - 1 || rows.length < 100) return Number.NaN;
  const columns = inputs.columns * (LAGS + 1);
  const count = rows.length - LAGS;
  const lagged = Float64Array.from({ length: count * columns }, (_, k) => {
    const [row, column] = [Math.floor(k / columns) + LAGS, k % columns];
    return inputs.values[(row - Math.floor(column / inputs.columns)) * inputs.columns + (column % inputs.columns)]!;
  });
  const half = Math.floor(count / 2);
  const part = (values: Float64Array, from: number, to: number, width: number): Matrix => ({
    values: values.slice(from * width, to * width),
    rows: to - from,
    columns: width,
  });
  const later = targets.values.slice(LAGS * targets.columns);
  const y = (from: number, to: number) => part(later, from, to, targets.columns);
  const [told] = straightLine(part(lagged, 0, half, columns), y(0, half), [part(lagged, half, count, columns)]);
  const truth = y(half, count);
  const center = truth.values.reduce((a, b) => a + b, 0) / truth.values.length;
  let [error, spread] = [0, 0];
  truth.values.forEach((value, k) => {
    error += (value - told!.values[k]!) ** 2;
    spread += (value - center) ** 2;
  });
  return 1 - error / spread;
}

/** The column closest to a target on training rows, by squared correlation, with the same on validation rows. */
export interface ClosestColumn {
  column: number;
  training: number;
  validation: number;
}

/** Finds it, over all columns of inputs and targets. */
export function closestColumn(
  training: { inputs: Matrix; targets: Matrix },
  validation: { inputs: Matrix; targets: Matrix },
): ClosestColumn | undefined {
  let closest: ClosestColumn | undefined;
  for (let c = 0; c < training.inputs.columns; c++)
    for (let t = 0; t < Math.min(10, training.targets.columns); t++) {
      const own = squaredCorrelation(training, c, t);
      if (own > (closest?.training ?? 0))
        closest = { column: c, training: own, validation: squaredCorrelation(validation, c, t) };
    }
  return closest;
}

function squaredCorrelation({ inputs, targets }: { inputs: Matrix; targets: Matrix }, c: number, t: number): number {
  const n = inputs.rows;
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let row = 0; row < n; row++) {
    const [a, b] = [inputs.values[row * inputs.columns + c]!, targets.values[row * targets.columns + t]!];
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const spread = (xx - (x * x) / n) * (yy - (y * y) / n);
  return spread > 1e-12 ? (xy - (x * y) / n) ** 2 / spread : 0;
}
