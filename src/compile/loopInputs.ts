import { type TF, tf } from '../core';
import { mapTree, type TensorTree } from './tensorTree';

/** Tensors by name. */
export type Tensors = Record<string, TF.Tensor>;

/** The three kinds of inputs a loop's step has: one batch of every column, the fixed ones, and this step's row of the others. */
export interface StepInputs<
  Columns extends TensorTree = TensorTree,
  Fixed extends TensorTree = TensorTree,
  PerStep extends TensorTree = TensorTree,
> {
  columns: Columns;
  fixed: Fixed;
  perStep: PerStep;
}

/** Results of a loop's step. */
export interface StepOutputs {
  /** Numbers to keep of every step, shape [k]. */
  record: TF.Tensor1D;
  /** Tensors to keep of every row, shape [batch, ...]. */
  rows?: Tensors;
}

/** A step to repeat over batches of rows. It may read and assign any variable. */
export type LoopStep<Inputs extends StepInputs = StepInputs> = (inputs: Inputs) => StepOutputs;

/**
 * Inputs of a run of several steps, named as a step's are. Columns have the shape [capacity * batch, ...], already in the order the
 * batches take them; fixed ones any shape, every step sees the whole tensor; those per step [capacity, ...], step k of the
 * run sees row k.
 */
export type LoopInputs<Inputs extends StepInputs = StepInputs> = Inputs;

/** The steps to run: from step `from` up to but not including step `until`; step k takes rows k * batch and on. */
export interface LoopRange {
  from: number;
  until: number;
}

/** Results of a run of several steps; the caller owns the tensors. */
export interface LoopOutputs {
  /** Shape [capacity, k]; rows of steps that were not run are zero. [capacity, settings, k] of a vectorised loop. */
  record: TF.Tensor2D;
  /** Shape [capacity * batch, ...]; rows of steps that were not run are zero. */
  rows: Tensors;
}

/** One step's inputs, cut from a run's. The caller disposes of columns and perStep. */
export function sliceInputs<Inputs extends StepInputs>(
  inputs: LoopInputs<Inputs>,
  { step, batch }: { step: number; batch: number },
): Inputs {
  const cut = (from: number, count: number, squeeze: boolean) => (tensor: TF.Tensor) => {
    const rest = tensor.shape.slice(1);
    return tf.tidy(() => {
      const rows = tensor.slice([from, ...rest.map(() => 0)], [count, ...rest]);
      return squeeze ? rows.reshape(rest) : rows;
    });
  };
  return {
    ...inputs,
    columns: mapTree(inputs.columns, cut(step * batch, batch, false)),
    perStep: mapTree(inputs.perStep, cut(step, 1, true)),
  };
}

/** How many steps the inputs have room for. */
export const capacityOf = ({ perStep }: StepInputs): number => (Object.values(perStep)[0] as TF.Tensor).shape[0]!;
