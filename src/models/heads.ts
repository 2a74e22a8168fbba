import { checkChoice, ReluctantError, type TF, tf } from '../core';
import { scaledShare } from '../layers';
import { type ActivationName, LEAKY_RELU_SLOPE } from '../layers/activations';

export { LEAKY_RELU_SLOPE };

/** Activations a regression head can end in. What each does to a positive target is the subject of notebook 01. */
export const HEAD_ACTIVATIONS = [
  'relu',
  'leakyRelu',
  'softplus',
  'elu',
  'sigmoid',
  'scaledSigmoid',
  'linear',
] as const satisfies readonly (ActivationName | 'leakyRelu' | 'scaledSigmoid')[];

/** One of {@link HEAD_ACTIVATIONS}. */
export type HeadActivation = (typeof HEAD_ACTIVATIONS)[number];

/** Initialisers of a head's kernel, by the names that tfjs and Keras use. */
export const HEAD_INITIALIZERS = ['glorotUniform', 'heNormal', 'glorotNormal', 'leCunNormal'] as const;

/** One of {@link HEAD_INITIALIZERS}. */
export type HeadInitializer = (typeof HEAD_INITIALIZERS)[number];

/** Largest outputs of heads that end in `scaledSigmoid`: those with which the documented one was tried. */
export const HEAD_SCALES = { volatility: 0.15, magnitude: 0.6 } as const;

/** Options of {@link regressionHead}. */
export interface RegressionHeadOptions {
  name: string;
  activation: HeadActivation;
  initializer: HeadInitializer;
  seed: number;
  /** Largest output of `scaledSigmoid`. */
  scale: number;
  /** Weight of an L2 penalty on the kernel; 0 for none. */
  l2?: number;
}

/**
 * A one-unit head on a trunk. `leakyRelu` becomes a linear layer `<name>_linear` and a LeakyReLU of slope 0.01, since it is
 * a layer and not an activation in Keras; `scaledSigmoid` a layer `<name>_share` with a sigmoid, times the scale; every other
 * activation is fused into one dense layer named as the head.
 */
export function regressionHead(options: RegressionHeadOptions, trunk: TF.SymbolicTensor): TF.SymbolicTensor {
  const { name, seed, scale, l2 = 0 } = options;
  const activation = checkChoice('models.regressionHead', 'activation', options.activation, HEAD_ACTIVATIONS);
  const initializer = checkChoice('models.regressionHead', 'initializer', options.initializer, HEAD_INITIALIZERS);
  const kernelInitializer = tf.initializers[initializer]({ seed });
  const kernelRegularizer = l2 > 0 ? tf.regularizers.l2({ l2 }) : undefined;
  const dense = (layer: string, fused?: Exclude<HeadActivation, 'leakyRelu' | 'scaledSigmoid'>) => {
    const settings = { name: layer, units: 1, kernelInitializer, kernelRegularizer };
    return tf.layers.dense({ ...settings, activation: fused }).apply(trunk) as TF.SymbolicTensor;
  };
  if (activation === 'scaledSigmoid')
    return scaledShare({ name, scale }).apply(dense(`${name}_share`, 'sigmoid')) as TF.SymbolicTensor;
  if (activation !== 'leakyRelu') return dense(name, activation);
  const slope = { name, alpha: LEAKY_RELU_SLOPE };
  return tf.layers.leakyReLU(slope).apply(dense(`${name}_linear`)) as TF.SymbolicTensor;
}

/** The activation of each of the two regression heads, checked. */
export function headActivations(
  operation: string,
  given: HeadActivation | Readonly<Record<'volatility' | 'magnitude', HeadActivation>>,
): Readonly<Record<'volatility' | 'magnitude', HeadActivation>> {
  const activations = typeof given === 'string' ? { volatility: given, magnitude: given } : given;
  for (const head of ['volatility', 'magnitude'] as const) {
    if (HEAD_ACTIVATIONS.includes(activations[head])) continue;
    throw new ReluctantError({
      code: 'unknown-choice',
      operation,
      problem: 'unknown head activation',
      where: { head },
      received: activations[head],
      expected: `one of ${HEAD_ACTIVATIONS.join(', ')}`,
    });
  }
  return activations;
}
