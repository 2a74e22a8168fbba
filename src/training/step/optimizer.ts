import { type TF, tf } from '../../core';

/** An optimiser over a list of variables, as pure tensor operations on slot variables of its own. */
export interface Optimizer {
  readonly learningRate: number;
  /** How many numbers {@link scalars} returns. */
  readonly scalarCount: number;
  /** Numbers that change from step to step, worked out in double precision outside the graph. `step` counts from 0. */
  scalars(step: number, learningRate: number): number[];
  /** Assigns the variables and the slots. `scalars` has shape [scalarCount]. */
  apply(gradients: TF.Tensor[], scalars: TF.Tensor1D): void;
  /** Its slot variables: what a checkpoint has to hold beside the weights. */
  readonly slots: readonly TF.Variable[];
  dispose(): void;
}

/** Slots of zeros, one per variable. */
export const slotsLike = (variables: readonly TF.Variable[]): TF.Variable[] =>
  tf.tidy(() => variables.map((variable) => tf.variable(tf.zeros(variable.shape, variable.dtype), false)));
