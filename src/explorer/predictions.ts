import { evenPlaces, type TF, tf } from '../core';
import type { HeadPredictions } from '../plots';
import type { Samples, Trainable } from '../training';

/** Columns of a head that are looked at; a head with more (a sequence, a whole price path) shows its first. */
const MOST_COLUMNS = 16;

/**
 * Targets and predictions of every head, column by column: a head of one column under its own name, others as
 * `direction [0]`, `direction [1]`.
 *
 * @param most rows looked at, evenly spread over all of them. Default all.
 */
export function predictHeads(
  model: Trainable,
  { inputs, targets }: Samples,
  heads: readonly string[],
  most = Infinity,
): HeadPredictions[] {
  let found: HeadPredictions[] = [];
  tf.tidy(() => {
    const rows = (inputs instanceof tf.Tensor ? inputs : Object.values(inputs)[0]!).shape[0]!;
    const indices = most < rows ? tf.tensor1d(evenPlaces(rows, most), 'int32') : undefined;
    const pick = (tensor: TF.Tensor): TF.Tensor => (indices ? tf.gather(tensor, indices) : tensor);
    const picked =
      inputs instanceof tf.Tensor
        ? pick(inputs)
        : Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, pick(tensor)]));
    const outputs = outputsOf(model, picked, heads);
    found = heads.flatMap((head) => {
      const own = targets instanceof tf.Tensor ? targets : targets[head]!;
      const targetColumns = columnsOf(pick(own));
      const predictionColumns = columnsOf(outputs[head]!);
      const single = predictionColumns.length === 1;
      return predictionColumns.slice(0, MOST_COLUMNS).map(
        (predictions, k): HeadPredictions => ({
          head: single ? head : `${head} [${k}]`,
          targets:
            targetColumns.length === predictionColumns.length
              ? targetColumns[k]!
              : // The number of a class says of each class whether it is that one.
                targetColumns[0]!.map((value) => Number(value === k)),
          predictions,
        }),
      );
    });
  });
  return found;
}

/** The numbers of each column of [rows, ...]. */
function columnsOf(tensor: TF.Tensor): Float32Array[] {
  const rows = tensor.shape[0] ?? 0;
  const width = rows === 0 ? 0 : tensor.size / rows;
  const values = tensor.dataSync();
  return Array.from({ length: width }, (_, column) =>
    Float32Array.from({ length: rows }, (_, row) => values[row * width + column]!),
  );
}

function outputsOf(model: Trainable, inputs: Samples['inputs'], heads: readonly string[]): Record<string, TF.Tensor> {
  if (!(model instanceof tf.LayersModel)) {
    return model.predict(inputs instanceof tf.Tensor ? { input: inputs } : inputs, false);
  }
  const given = inputs instanceof tf.Tensor ? inputs : model.inputNames.map((name) => inputs[name]!);
  const raw = model.predict(given, { batchSize: 1024 });
  const list = Array.isArray(raw) ? raw : [raw];
  return Object.fromEntries(heads.map((head, k) => [head, list[k]!]));
}
