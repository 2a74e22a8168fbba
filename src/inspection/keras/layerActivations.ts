import type { Json } from './description';

/** Layers without weights that Keras takes as the activation of another one. */
const AS_ACTIVATION = new Set(['ELU', 'LeakyReLU', 'ReLU', 'Softmax']);

/** A layer as Keras describes it, and what is not as it was written. */
export interface DescribedLayer {
  layer: unknown;
  /** The name by which Keras files its weights, if it has another now. */
  kerasName?: string;
  /** Whether Keras does not count it as a layer of the model. */
  isExtra?: boolean;
}

/**
 * `Dense(8, activation=LeakyReLU(0.1))` as two layers, which tfjs can do: the linear part under another name, and the activation
 * under the layer's own, so that heads and whatever follows find what they look for. Any other layer as it is.
 */
export function withActivationApart(given: unknown): DescribedLayer[] {
  const layer = (typeof given === 'object' && given !== null ? given : {}) as Json;
  const config = (typeof layer['config'] === 'object' && layer['config'] !== null ? layer['config'] : {}) as Json;
  const activation = config['activation'];
  const { class_name: kind, config: own } = (
    typeof activation === 'object' && activation !== null ? activation : {}
  ) as Json;
  const name = layer['name'] ?? config['name'];
  if (!AS_ACTIVATION.has(kind as string) || typeof name !== 'string' || typeof own !== 'object') {
    return [{ layer: given }];
  }
  const linear = `${name}_linear`;
  const calls = Array.isArray(layer['inbound_nodes']) ? layer['inbound_nodes'] : [];
  const tensor = (call: number) => ({
    class_name: '__keras_tensor__',
    config: { keras_history: [linear, call, 0] },
  });
  return [
    {
      layer: { ...layer, name: linear, config: { ...config, name: linear, activation: 'linear' } },
      kerasName: name,
    },
    {
      layer: {
        class_name: kind,
        name,
        config: { ...own, name },
        inbound_nodes: calls.map((_, call) => ({ args: [tensor(call)], kwargs: {} })),
      },
      isExtra: true,
    },
  ];
}
