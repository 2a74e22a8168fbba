import { type TF, tf } from '../core';

/** Tensors by name. */
export type Tensors = Record<string, TF.Tensor>;

/** What a loop's step is given: one batch of every column, the fixed inputs, and this step's row of the others. */
export interface StepInputs {
  columns: Tensors;
  fixed: Tensors;
  perStep: Tensors;
}

/** What a loop's step returns. */
export interface StepOutputs {
  /** Numbers to keep of every step, shape [k]. */
  record: TF.Tensor1D;
  /** Tensors to keep of every row, shape [batch, ...]. */
  rows?: Tensors;
}

/** A step to repeat over batches of rows. It may read and assign any variable. */
export type LoopStep = (inputs: StepInputs) => StepOutputs;

/** The inputs of a run of several steps. */
export interface LoopInputs {
  /** Shape [capacity * batch, ...], already in the order the batches take them. */
  columns: Tensors;
  /** Any shape; every step sees the whole tensor. */
  fixed: Tensors;
  /** Shape [capacity, ...]; step k of the run sees row k. */
  perStep: Tensors;
}

/** The steps to run: from step `from` up to but not including step `until`; step k takes rows k * batch and on. */
export interface LoopRange {
  from: number;
  until: number;
}

/** What a run of several steps returns; the caller owns the tensors. */
export interface LoopOutputs {
  /** Shape [capacity, k]; rows of steps that were not run are zero. [capacity, settings, k] of a vectorised loop. */
  record: TF.Tensor2D;
  /** Shape [capacity * batch, ...]; rows of steps that were not run are zero. */
  rows: Tensors;
}

/** One step's inputs, cut from a run's. The caller disposes of columns and perStep. */
export function sliceInputs(inputs: LoopInputs, { step, batch }: { step: number; batch: number }): StepInputs {
  const cut = (tensors: Tensors, from: number, count: number, squeeze: boolean): Tensors =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => {
        const rest = tensor.shape.slice(1);
        const part = tf.tidy(() => {
          const rows = tensor.slice([from, ...rest.map(() => 0)], [count, ...rest]);
          return squeeze ? rows.reshape(rest) : rows;
        });
        return [name, part];
      }),
    );
  return {
    columns: cut(inputs.columns, step * batch, batch, false),
    fixed: inputs.fixed,
    perStep: cut(inputs.perStep, step, 1, true),
  };
}
