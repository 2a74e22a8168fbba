import { type TF, tf } from '../core';

/** The mean over every axis but the first: one number per row. */
export function meanOverOutputs(values: TF.Tensor): TF.Tensor1D {
  const axes = values.shape.map((_, axis) => axis).slice(1);
  return (axes.length ? tf.mean(values, axes) : values) as TF.Tensor1D;
}
