import { checkChoice, type TF, tf } from '../core';
import { type ActivationName, LEAKY_RELU_SLOPE } from '../layers/activations';

export { LEAKY_RELU_SLOPE };

/** Activations a regression head can end in. What each does to a positive target is the subject of notebook 01. */
export const HEAD_ACTIVATIONS = [
  'relu',
  'leakyRelu',
  'softplus',
  'elu',
  'sigmoid',
  'linear',
] as const satisfies readonly (ActivationName | 'leakyRelu')[];

/** One of {@link HEAD_ACTIVATIONS}. */
export type HeadActivation = (typeof HEAD_ACTIVATIONS)[number];

/** Initialisers of a head's kernel, by the names that tfjs and Keras use. */
export const HEAD_INITIALIZERS = ['glorotUniform', 'heNormal', 'glorotNormal', 'leCunNormal'] as const;

/** One of {@link HEAD_INITIALIZERS}. */
export type HeadInitializer = (typeof HEAD_INITIALIZERS)[number];

/**
 * A one-unit head on a trunk. `leakyRelu` becomes a linear layer `<name>_linear` and a LeakyReLU of slope 0.01, since it is
 * a layer and not an activation in Keras; every other activation is fused into one dense layer named as the head.
 */
export function regressionHead(
  options: { name: string; activation: HeadActivation; initializer: HeadInitializer; seed: number },
  trunk: TF.SymbolicTensor,
): TF.SymbolicTensor {
  const { name, seed } = options;
  const activation = checkChoice('models.regressionHead', 'activation', options.activation, HEAD_ACTIVATIONS);
  const initializer = checkChoice('models.regressionHead', 'initializer', options.initializer, HEAD_INITIALIZERS);
  const kernelInitializer = tf.initializers[initializer]({ seed });
  if (activation !== 'leakyRelu') {
    return tf.layers.dense({ name, units: 1, activation, kernelInitializer }).apply(trunk) as TF.SymbolicTensor;
  }
  const linear = tf.layers.dense({ name: `${name}_linear`, units: 1, kernelInitializer }).apply(trunk);
  return tf.layers.leakyReLU({ name, alpha: LEAKY_RELU_SLOPE }).apply(linear) as TF.SymbolicTensor;
}
