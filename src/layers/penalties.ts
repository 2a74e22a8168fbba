import { type TF, tf } from '../core';
import { layersWithin } from './keyedCalls';

/** A layer that holds the penalty of its last call in training. */
export interface Penalised extends TF.layers.Layer {
  takePenalty(): TF.Tensor | undefined;
}

/**
 * The penalties that the layers of a model add to the loss: of their regularised weights, once per weight, cells of recurrent layers and
 * layers in wrappers included, which tfjs itself leaves out; and of what passed through `activityRegularization` in the last call in
 * training, which is handed out once. As in Keras, weights that are not trained have none.
 *
 * @returns functions that compute one number each from the weights as they are.
 * @example
 * const kernelRegularizer = tf.regularizers.l2({ l2: 0.1 });
 * const kernelInitializer = 'ones';
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelRegularizer, kernelInitializer })] });
 * layers.penaltiesOf(model)[0]!().dataSync()[0]; // 0.2
 */
export function penaltiesOf(model: TF.LayersModel): (() => TF.Tensor)[] {
  const trained = new Set<unknown>(model.trainableWeights);
  return [...new Set(layersWithin(model))].flatMap((layer) => {
    const { _trainableWeights: own = [] } = layer as unknown as { _trainableWeights?: unknown[] };
    const isContainer = layer instanceof tf.LayersModel;
    const ofWeights =
      !isContainer && own.some((weight) => trained.has(weight)) ? (layer.losses as (() => TF.Tensor)[]) : [];
    const ofActivity = 'takePenalty' in layer ? (layer as Penalised).takePenalty() : undefined;
    return ofActivity ? [...ofWeights, () => ofActivity] : ofWeights;
  });
}
