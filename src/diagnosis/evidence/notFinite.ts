import { type TF, tf } from '../../core';
import { inputNames, outputNames } from '../../inspection';
import { orderedInputs } from '../../inspection/layers';
import type { TrainingData } from '../../training';
import { targetsOf } from './sample';

/** Values of the data that are no numbers. */
export interface NotFiniteData {
  /** `training inputs "x"`, `validation targets "y"` and so on. */
  part: string;
  /** How many there are. */
  count: number;
  /** Rows that have any, and the first of them, from 0. */
  rows: number;
  row: number;
  /** The column (last axis) of the first, from 0. */
  column: number;
  value: number;
}

/** Every part of the data that holds a NaN or an infinity: all rows are looked at, not a sample. */
export function notFiniteData(model: TF.LayersModel, data: TrainingData): NotFiniteData[] {
  const parts = [
    ['training', data],
    ['validation', data.validation],
  ] as const;
  return parts.flatMap(([part, given]) => {
    if (!given) return [];
    const inputs = orderedInputs('diagnose', model, given.inputs);
    const targets = targetsOf(part, model, given);
    return [
      ...inputNames(model).flatMap((name, k) => scanned(`${part} inputs "${name}"`, inputs[k]!)),
      ...outputNames(model).flatMap((head) => scanned(`${part} targets "${head}"`, targets[head]!)),
    ];
  });
}

function scanned(part: string, tensor: TF.Tensor): NotFiniteData[] {
  // One number of the sum tells whether there is anything to look for; a sum too large for a float is looked at in vain.
  const sum = tf.tidy(() => tf.sum(tf.cast(tensor, 'float32')).dataSync()[0]!);
  if (Number.isFinite(sum)) return [];
  const values = tensor.dataSync();
  const stride = values.length / tensor.shape[0]!;
  const width = tensor.rank > 1 ? tensor.shape[tensor.rank - 1]! : 1;
  let [count, first] = [0, -1];
  const rows = new Set<number>();
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k]!)) continue;
    if (first < 0) first = k;
    count++;
    rows.add(Math.floor(k / stride));
  }
  if (first < 0) return [];
  const row = Math.floor(first / stride);
  return [{ part, count, rows: rows.size, row, column: first % width, value: values[first]! }];
}
