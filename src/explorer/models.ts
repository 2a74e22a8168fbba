import { type TF, tf } from '../core';
import type { Trainable } from '../training';

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

/** Frees a model's weights. */
export function disposeModel(model: Trainable): void {
  if (model instanceof tf.LayersModel) model.dispose();
  else tf.dispose([...model.variables]);
}
