import { type TF, tf } from '../../core';
import type { Matrix } from './references';
import { columnOf } from './rowColumns';

/** Columns that are scaled by all rows and not by those of training. */
export interface FittedTogether {
  /** Number of columns whose center is 0 and whose spread is 1 over training and validation rows together and not over training alone. */
  columns: number;
  of: number;
  /** What was fitted: mean and standard deviation, or median and range of the middle half. */
  by: 'mean' | 'median';
}

/** How exactly a scaler centers what it was fitted to where some rows were left out since, and how much a part of it is off at least. */
const EXACT = 0.003;
const OFF = 0.004;
/** By how many times training rows are further off than all rows: unscaled columns that happen to be near 0 and 1 are not. */
const TIMES = 10;
const MOST_VALUES = 4e6;

/** Values of an input as a table: of windows the last step, and all steps where they are not too many. */
function tablesOf(input: TF.Tensor): Matrix[] {
  if (input.rank !== 2 && input.rank !== 3) return [];
  const columns = input.shape.at(-1)!;
  const table = (values: ArrayLike<number>): Matrix => ({
    values: Float64Array.from(values),
    rows: values.length / columns,
    columns,
  });
  if (input.rank === 2) return input.size > MOST_VALUES ? [] : [table(input.dataSync())];
  const last = tf.tidy(() => tf.slice(input, [0, input.shape[1]! - 1, 0], [-1, 1, -1]).dataSync());
  if (last.length > MOST_VALUES) return [];
  return [table(last), ...(input.size > MOST_VALUES ? [] : [table(input.dataSync())])];
}

/** Compares center and spread of training rows with those of all rows together. */
export function fittedTogether(training: TF.Tensor, validation: TF.Tensor): FittedTogether | undefined {
  const [own, other] = [tablesOf(training), tablesOf(validation)];
  let best: FittedTogether | undefined;
  own.slice(0, other.length).forEach((table, k) => {
    for (const by of ['mean', 'median'] as const) {
      let columns = 0;
      for (let column = 0; column < table.columns; column++) {
        const first = columnOf(table, column);
        const second = columnOf(other[k]!, column);
        const joined = new Float64Array(first.length + second.length);
        joined.set(first);
        joined.set(second, first.length);
        const [together, alone] = [offBy(joined, by), offBy(first, by)];
        if (together < EXACT && alone > Math.max(OFF, TIMES * together)) columns++;
      }
      if (columns > (best?.columns ?? 0)) best = { columns, of: table.columns, by };
    }
  });
  return best;
}

/** How far center and spread are from 0 and 1. */
function offBy(values: Float64Array, by: FittedTogether['by']): number {
  if (by === 'mean') {
    const center = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length);
    return Math.max(Math.abs(center), Math.abs(spread - 1));
  }
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return Math.max(Math.abs(at(0.5)), Math.abs(at(0.75) - at(0.25) - 1));
}

/** Whether targets are ranks on [0, 1] among training and validation rows together: how far the mean of each is from a half. */
export interface RankedTogether {
  head: string;
  together: number;
  training: number;
}

/** Looks whether the targets of a head are such ranks: even on [0, 1] over all rows, and not over those of training. */
export function rankedTogether(head: string, training: TF.Tensor, validation: TF.Tensor): RankedTogether | undefined {
  const own = Float64Array.from(training.dataSync());
  const joined = Float64Array.from([...own, ...validation.dataSync()]);
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
  const sorted = Float64Array.from(joined).sort();
  const n = sorted.length;
  if (n < 100 || sorted[0]! < 0 || sorted[n - 1]! > 1) return undefined;
  // Ties share their mean rank, so that steps are missing and the mean stays.
  let distance = 0;
  for (let k = 0; k < n; k++) distance = Math.max(distance, Math.abs(sorted[k]! - k / (n - 1)));
  if (distance > 0.1) return undefined;
  return { head, together: Math.abs(mean(joined) - 0.5), training: Math.abs(mean(own) - 0.5) };
}
