import { fileError } from '../files/fileError';
import type { Json, Place } from './description';

/** A layer as tfjs, or this project, knows it. */
export interface Substitute {
  class_name: string;
  config: Json;
}

/** A layer on its way: what Keras says of it, and the settings that were taken over so far. */
export interface GivenLayer {
  kerasClass: string;
  /** All settings, as Keras has written them. */
  given: Json;
  /** Those that tfjs takes, in its own form. */
  config: Json;
  where: Place;
}

/**
 * The layer in tfjs that computes what one of Keras does: of the same class as a rule, and one of this project's
 * (`layers/keras`) where tfjs has none, or one that computes something else.
 */
export function substitute(layer: GivenLayer): Substitute {
  const make = Object.hasOwn(SUBSTITUTES, layer.kerasClass) ? SUBSTITUTES[layer.kerasClass] : undefined;
  return make?.(layer) ?? { class_name: layer.kerasClass, config: layer.config };
}

const SUBSTITUTES: Readonly<Record<string, (layer: GivenLayer) => Substitute | undefined>> = {
  // What tfjs's own drops is drawn in JavaScript, which no compiled step can do.
  Dropout: ({ config: { name, rate, seed } }) =>
    Number(rate) < 1
      ? { class_name: 'KeyedDropout', config: { name, rate, ...(typeof seed === 'number' && seed >= 0 && { seed }) } }
      : undefined,
  Identity: ({ config: { name } }) => ({ class_name: 'Activation', config: { name, activation: 'linear' } }),
  BatchNormalization: ({ config }) =>
    Array.isArray(config['axis'])
      ? { class_name: 'BatchNormalization', config: { ...config, axis: config['axis'][0] } }
      : undefined,
  GRU: (layer) => {
    const { reset_after: resetAfter, ...config } = layer.config;
    if (resetAfter !== true) return { class_name: 'GRU', config };
    refuse(layer, 'kernel_constraint', 'recurrent_constraint', 'bias_constraint');
    return { class_name: 'ResetAfterGRU', config };
  },
  Conv1D: (layer) => {
    const { config } = layer;
    const { kernel_size: size, strides, dilation_rate: dilation } = withNumbers(config);
    const isPlain = config['padding'] !== 'causal' && dilation === 1 && (config['groups'] ?? 1) === 1;
    const { groups: _, ...plain } = config;
    if (isPlain) return { class_name: 'Conv1D', config: plain };
    if (config['padding'] !== 'causal' || strides !== 1 || (config['groups'] ?? 1) !== 1) {
      return timeConvolution(layer, 'full');
    }
    refuse(layer, 'kernel_constraint', 'bias_regularizer', 'bias_constraint');
    const { name, filters, activation = 'linear', use_bias: useBias } = config;
    return {
      class_name: 'CausalConvolution',
      config: {
        name,
        filters,
        kernel_size: size,
        dilation,
        activation,
        use_bias: useBias !== false,
        ...picked(config, 'kernel_initializer', 'kernel_regularizer'),
      },
    };
  },
  DepthwiseConv1D: (layer) => timeConvolution(layer, 'depthwise'),
  SeparableConv1D: (layer) => timeConvolution(layer, 'separable'),
  ReLU: ({ config }) => {
    const { negative_slope: slope = 0, threshold = 0, ...plain } = config;
    if (!slope && !threshold) return { class_name: 'ReLU', config: plain };
    return { class_name: 'SlopedReLU', config: { ...plain, negative_slope: slope, threshold } };
  },
  ELU: ({ config }) => {
    const { alpha = 1, ...plain } = config;
    return alpha === 1 ? { class_name: 'ELU', config: plain } : { class_name: 'ScaledELU', config };
  },
  Normalization: ({ config }) => ({ class_name: 'FeatureNormalization', config }),
  RMSNormalization: ({ config }) => vectorNormalization(config, 'root-mean-square'),
  UnitNormalization: ({ config }) => vectorNormalization(config, 'norm'),
  ZeroPadding1D: ({ config: { name, padding } }) => {
    const [before, after] = pair(padding);
    return { class_name: 'TimeSteps', config: { name, before, after } };
  },
  Cropping1D: ({ config: { name, cropping } }) => {
    const [before, after] = pair(cropping);
    return { class_name: 'TimeSteps', config: { name, before: -before, after: -after } };
  },
  UpSampling1D: ({ config: { name, size } }) => ({ class_name: 'TimeSteps', config: { name, repeat: size } }),
  GlobalAveragePooling1D: (layer) => pooled(layer, 'mean', [1]),
  GlobalAveragePooling2D: (layer) => pooled(layer, 'mean', [1, 2]),
  GlobalMaxPooling1D: (layer) => pooled(layer, 'max', [1]),
  GlobalMaxPooling2D: (layer) => pooled(layer, 'max', [1, 2]),
  Subtract: ({ config: { name } }) => ({ class_name: 'Arithmetic', config: { name, operation: 'subtract' } }),
  MultiHeadAttention: (layer) => {
    refuse(layer, 'kernel_constraint');
    const { use_causal_mask: causal, ...config } = layer.config;
    const { output_shape: shape } = config;
    if (Array.isArray(shape) && shape.length > 1) throw unable(layer, 'output_shape', 'one number');
    return { class_name: 'MultiHeadAttention', config: { ...config, causal: causal === true } };
  },
  Attention: ({ config }) => compared(config, 'product'),
  AdditiveAttention: ({ config }) => compared(config, 'sum'),
};

function timeConvolution(layer: GivenLayer, kind: 'full' | 'depthwise' | 'separable'): Substitute {
  const constraints = ['kernel_constraint', 'depthwise_constraint', 'pointwise_constraint'];
  refuse(layer, ...constraints, 'bias_regularizer', 'bias_constraint');
  const { config } = layer;
  const { kernel_size, strides, dilation_rate: dilation } = withNumbers(config);
  const weights = ['kernel', 'depthwise', 'pointwise'].flatMap((one) => [`${one}_initializer`, `${one}_regularizer`]);
  const names = ['name', 'padding', 'groups', 'depth_multiplier', 'activation', 'use_bias'];
  return {
    class_name: 'TimeConvolution',
    config: {
      kind,
      ...picked(config, ...names, ...weights),
      ...(kind !== 'depthwise' && { filters: config['filters'] }),
      kernel_size,
      strides,
      dilation,
    },
  };
}

const vectorNormalization = ({ name, epsilon }: Json, by: string): Substitute => ({
  class_name: 'VectorNormalization',
  config: { name, by, ...(epsilon !== undefined && { epsilon }) },
});

const compared = ({ name, use_scale, use_causal_mask: causal, roles }: Json, compare: string): Substitute => ({
  class_name: 'ComparedAttention',
  config: { name, compare, use_scale, causal: causal === true, ...(roles !== undefined && { roles }) },
});

function pooled({ kerasClass, config }: GivenLayer, operation: string, axes: number[]): Substitute {
  const { keepdims, ...rest } = config;
  if (keepdims !== true) return { class_name: kerasClass, config: rest };
  return { class_name: 'Reduction', config: { name: config['name'], operation, axes, keep_dimensions: true } };
}

/** Sizes along time as numbers; Keras writes lists of one. */
function withNumbers(config: Json): { kernel_size: unknown; strides: unknown; dilation_rate: unknown } {
  const first = (value: unknown, otherwise: unknown) => (Array.isArray(value) ? value[0] : value) ?? otherwise;
  const { kernel_size: size, strides, dilation_rate: dilation } = config;
  return { kernel_size: first(size, undefined), strides: first(strides, 1), dilation_rate: first(dilation, 1) };
}

const pair = (value: unknown): [number, number] =>
  (Array.isArray(value) ? value : [value ?? 1, value ?? 1]) as [number, number];

const picked = (config: Json, ...keys: string[]): Json =>
  Object.fromEntries(keys.filter((key) => config[key] !== undefined).map((key) => [key, config[key]]));

/** Refuses settings that the substitute of a layer cannot take over. */
function refuse(layer: GivenLayer, ...keys: string[]): void {
  for (const key of keys) {
    const has = layer.given[key];
    if (has !== undefined && has !== null) throw unable(layer, key, 'none');
  }
}

/** The error for a setting that cannot be computed as Keras does. */
export function unable({ kerasClass, given, where }: GivenLayer, key: string, expected: unknown): Error {
  return fileError(
    'unsupported',
    `a ${kerasClass} layer has a setting that cannot be computed here as Keras does`,
    where,
    {
      received: `${key} = ${JSON.stringify(given[key])}`,
      expected: `${key} = ${typeof expected === 'string' ? expected : JSON.stringify(expected)}`,
      fix: 'inspect its weights with inspect.file, or its predictions with inspect.predictions',
    },
  );
}
