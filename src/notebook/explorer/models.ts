import { type TF, tf } from '../../core';
import type { HeadPredictions } from '../../plots';
import type { Samples, Trainable } from '../../training';

/** The names of a model's heads; the model, built only to ask it, is disposed of. */
export function headsOf(model: Trainable): readonly string[] {
  try {
    return headNames(model);
  } finally {
    disposeModel(model);
  }
}

/** The names of a model's heads. */
export function headNames(model: Trainable): readonly string[] {
  if (!(model instanceof tf.LayersModel)) return [...model.heads];
  // A tf.sequential model that was never compiled knows its names only once it is built.
  if (model.outputNames.length === 0) (model as TF.Sequential).build();
  return [...model.outputNames];
}

/** Targets and predictions of the heads with one column; the others have no single number to draw. */
export function predictHeads(
  model: Trainable,
  { inputs, targets }: Samples,
  heads: readonly string[],
): HeadPredictions[] {
  const found: HeadPredictions[] = [];
  tf.tidy(() => {
    const outputs = outputsOf(model, inputs, heads);
    for (const head of heads) {
      const own = targets instanceof tf.Tensor ? targets : targets[head]!;
      if (own.size !== own.shape[0]) continue;
      const values = (tensor: TF.Tensor) => Float32Array.from(tensor.dataSync());
      found.push({ head, targets: values(own), predictions: values(outputs[head]!) });
    }
  });
  return found;
}

function outputsOf(model: Trainable, inputs: Samples['inputs'], heads: readonly string[]): Record<string, TF.Tensor> {
  if (!(model instanceof tf.LayersModel)) {
    return model.predict(inputs instanceof tf.Tensor ? { input: inputs } : inputs, false);
  }
  const raw = model.predict(inputs instanceof tf.Tensor ? inputs : model.inputNames.map((name) => inputs[name]!));
  const list = Array.isArray(raw) ? raw : [raw];
  return Object.fromEntries(heads.map((head, k) => [head, list[k]!]));
}

/** Frees a model's weights. */
export function disposeModel(model: Trainable): void {
  if (model instanceof tf.LayersModel) model.dispose();
  else tf.dispose([...model.variables]);
}
