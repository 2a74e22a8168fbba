import type { LoopStep, StepInputs } from '../../compile';
import type { TF } from '../../core';
import type { Named } from '../trainable';

/** Rows of one or more batches: inputs by input name, targets and weights of rows by head, all [rows, ...]. */
export type TrainingBatch = {
  inputs: Named<TF.Tensor>;
  targets: Named<TF.Tensor>;
  /** How much rows count; only of heads whose rows are weighted. */
  weights: Named<TF.Tensor>;
};

/** Inputs that stay the same over the steps of a call. */
export type StepControls = {
  /** [heads], in the model's order. */
  lossWeights: TF.Tensor;
};

/** Inputs that change from step to step. */
export type StepNumbers = {
  /** Of the optimiser, [its scalarCount]. */
  scalars: TF.Tensor;
  /** Seed of the run and number of the step, int32 [2]. */
  key: TF.Tensor;
  /** Factors of the balancer on the loss weights, [heads]. */
  factors: TF.Tensor;
  /** Order in which the balancer takes the heads, int32 [heads]. */
  order: TF.Tensor;
};

/** All that a training step is given. */
export type TrainingStepInputs = StepInputs<TrainingBatch, StepControls, StepNumbers>;

/** One step of training, to be traced or called. */
export type TrainingStep = LoopStep<TrainingStepInputs>;
