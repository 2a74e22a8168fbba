import { ReluctantError, type TF, tf } from '../core';
import { layersWithin } from '../layers';
import { keepsStates } from '../layers/recurrentCalls';
import { isDisposedOf, isLayersModel, type ModelFace, type Trainable } from './trainable';

/** Refuses a model of which a weight was disposed of, before tfjs does in its own words. */
export function checkAlive(model: Trainable): void {
  const isGone = isLayersModel(model)
    ? isDisposedOf(model)
    : Array.isArray(model?.variables) && model.variables.some((variable) => variable?.isDisposed);
  if (!isGone) return;
  throw new ReluctantError({
    code: 'model-disposed',
    operation: 'fit',
    problem: 'weights of the model were disposed of',
    expected: 'a model that is still alive',
    fix: 'build it anew',
  });
}

/** Layers of tfjs that its own code cannot compute on TensorFlow, with what to do instead. */
export const NOT_COMPUTED: Readonly<Record<string, { reason: string; fix: string }>> = {
  CategoryEncoding: {
    reason: 'tfjs has no counting of values on TensorFlow',
    fix: 'encode before training: tf.oneHot(values, count)',
  },
  CenterCrop: {
    reason: 'tfjs changes the shape of its input while it computes that of its output',
    fix: 'crop before training',
  },
  Resizing: {
    reason: 'tfjs gives the list of its inputs to an operation on one',
    fix: 'resize before training: tf.image.resizeBilinear',
  },
};

function notComputed(layer: TF.layers.Layer): { reason: string; fix: string } | undefined {
  const { padding, dilationRate = [] } = layer as unknown as { padding?: string; dilationRate?: number[] };
  const className = layer.getClassName();
  if (className === 'Conv1D' && padding === 'causal')
    return { reason: 'tfjs does not pad causally', fix: 'use layers.causalConvolution' };
  if (className === 'DepthwiseConv2D' && padding !== 'same' && [dilationRate].flat().some((rate) => rate > 1))
    return { reason: 'tfjs leaves the dilation out of its output’s shape', fix: "use padding: 'same'" };
  return NOT_COMPUTED[className];
}

/** Whether a layer has a state that is not one of the recurrent layers' which are carried over; containers only report those of others. */
function keepsUnknownState(layer: TF.layers.Layer): boolean {
  if (layer instanceof tf.LayersModel || layer.getClassName() === 'Bidirectional') return false;
  return (layer as unknown as { stateful?: boolean }).stateful === true && !keepsStates(layer);
}

/** Refuses what training cannot honour: layers whose state cannot be carried over or cannot be computed, and a model with nothing to train. */
export function checkTrainable(model: Trainable, face: ModelFace): void {
  if (isLayersModel(model)) {
    for (const layer of layersWithin(model)) {
      const cannot = notComputed(layer);
      if (cannot) {
        throw new ReluctantError({
          code: 'layer-not-computed',
          operation: 'fit',
          problem: `a layer cannot be computed: ${cannot.reason}`,
          where: { layer: layer.name },
          received: layer.getClassName(),
          fix: cannot.fix,
        });
      }
      if (!keepsUnknownState(layer)) continue;
      throw new ReluctantError({
        code: 'layer-keeps-state',
        operation: 'fit',
        problem: 'a layer keeps a state from one batch to the next that compiled steps cannot carry over',
        where: { layer: layer.name },
        received: `${layer.getClassName()} with stateful: true`,
        expected: 'lstm, gru or simpleRNN where a state is kept',
        fix: 'make the layer with stateful: false, and give it whole sequences',
      });
    }
  }
  if (face.trainable.length > 0) return;
  throw new ReluctantError({
    code: 'nothing-to-train',
    operation: 'fit',
    problem: 'the model has no trainable weight',
    received: `${face.weights.length} weights, none of them trainable`,
    expected: 'at least one trainable weight',
    fix: 'set trainable = true on the layers that are to learn',
  });
}

/** Variables that a running `fit` changes. */
const inTraining = new WeakSet<TF.Variable>();

/**
 * Keeps a model for one training at a time: two at once would change each other's weights between their steps.
 *
 * @returns a function that gives the model free again.
 * @throws ReluctantError `model-in-training`.
 */
export function occupy({ weights, weightNames }: ModelFace): () => void {
  const busy = weights.findIndex((variable) => inTraining.has(variable));
  if (busy >= 0) {
    throw new ReluctantError({
      code: 'model-in-training',
      operation: 'fit',
      problem: 'the model is being trained by another fit that has not ended',
      where: { weight: weightNames[busy]! },
      fix: 'await the first fit, or abort it, before the second begins',
    });
  }
  for (const variable of weights) inTraining.add(variable);
  return () => {
    for (const variable of weights) inTraining.delete(variable);
  };
}
