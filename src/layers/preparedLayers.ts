import type { TF } from '../core';

/** A layer that changes its weights before each step of training. */
export interface PreparedLayer extends TF.layers.Layer {
  /** To be called once per step, before the model is: a step may go through the model more than once. */
  prepare(): void;
}

/** Whether a layer changes its weights before each step. */
export const isPrepared = (layer: TF.layers.Layer): layer is PreparedLayer => 'prepare' in layer;
