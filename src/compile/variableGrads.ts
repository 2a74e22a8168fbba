import { type TF, tf } from '../core';
import { supplyGradients } from './missingGradients';

/** The tape of tfjs: what it saved for the way back, operation by operation. */
interface Tape {
  activeTape: { saved?: TF.Tensor[] }[] | null;
  gradientDepth: number;
}

/**
 * Value and gradients of `compute` by variable, as `tf.variableGrads`. Where `compute` throws, tfjs leaves behind what it had
 * saved for the way back; here it is freed.
 */
export function variableGrads(compute: () => TF.Scalar, variables: readonly TF.Variable[]) {
  supplyGradients();
  try {
    return tf.variableGrads(compute, [...variables]);
  } catch (error) {
    const state = (tf.engine() as unknown as { state: Tape }).state;
    if (state.gradientDepth === 0) {
      for (const { saved = [] } of state.activeTape ?? []) tf.dispose(saved);
      state.activeTape = null;
    }
    throw error;
  }
}
