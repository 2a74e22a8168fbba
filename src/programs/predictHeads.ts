import { type TF, tf } from '../core';
import type { Trainable } from '../training';

/** Rows predicted at a time: as many as have this many numbers, since each call costs as much as thousands of small rows. */
const [NUMBERS, FEWEST, MOST] = [1 << 20, 32, 8192];

/** Predictions of all heads of a model, row-major [rows * outputs]. */
export function predictHeads(
  model: Trainable,
  inputs: TF.Tensor | Readonly<Record<string, TF.Tensor>>,
): Record<string, Float32Array> {
  const named: [string, TF.Tensor][] = inputs instanceof tf.Tensor ? [['', inputs]] : Object.entries(inputs);
  const rows = named[0]![1].shape[0]!;
  const parts: Record<string, Float32Array[]> = {};
  const perRow = named.reduce((sum, [, tensor]) => sum + tensor.size / rows, 0);
  const most = Math.max(FEWEST, Math.min(MOST, Math.floor(NUMBERS / perRow)));
  for (let first = 0; first < rows; first += most) {
    const batch = named.map(([name, tensor]): [string, TF.Tensor] => [
      name,
      tf.slice(tensor, first, Math.min(most, rows - first)),
    ]);
    const heads = tf.tidy(() => headsOf(model, batch));
    for (const [head, tensor] of Object.entries(heads)) {
      parts[head] ??= [];
      parts[head].push(Float32Array.from(tensor.dataSync()));
    }
    tf.dispose([batch.map(([, tensor]) => tensor), heads]);
  }
  return Object.fromEntries(Object.entries(parts).map(([head, list]) => [head, joined(list)]));
}

function headsOf(model: Trainable, batch: [string, TF.Tensor][]): Record<string, TF.Tensor> {
  const named = Object.fromEntries(batch);
  if (!(model instanceof tf.LayersModel)) {
    // A model of one unnamed input calls it what `fit` does.
    return model.predict(batch.length === 1 && batch[0]![0] === '' ? { input: batch[0]![1], ...named } : named, false);
  }
  const ordered = batch.length === 1 ? batch[0]![1] : model.inputNames.map((name) => named[name]!);
  const output = model.predict(ordered, { batchSize: MOST }) as TF.Tensor | TF.Tensor[];
  const list = Array.isArray(output) ? output : [output];
  return Object.fromEntries(model.outputNames.map((head, k) => [head, list[k]!]));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
