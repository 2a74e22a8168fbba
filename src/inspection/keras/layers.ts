import { ACTIVATIONS } from '../../layers/activations';
/** What a layer of Keras becomes in tfjs, and what of its settings tfjs can do. */
export interface LayerRule {
  /** Settings that are handed on as they are. */
  keep: readonly string[];
  /** Settings handed on under another name. */
  rename?: Readonly<Record<string, string>>;
  /** Settings that only work with this value (or are absent). */
  only?: Readonly<Record<string, unknown>>;
  /** Tensors that a call may hand over by name, in the order in which the layer takes its inputs. */
  tensors?: readonly string[];
  /** Whether the same tensor may be handed over twice. */
  repeats?: boolean;
  /** Other arguments of a call that the layer can do; they become settings. */
  flags?: readonly string[];
  /** Where below the layer's own folder its weights are filed; default: in it. */
  parts?: readonly string[];
}

const KERNEL = ['kernel_initializer', 'kernel_regularizer', 'kernel_constraint'];
const BIAS = ['use_bias', 'bias_initializer', 'bias_regularizer', 'bias_constraint'];
const WINDOW = ['strides', 'padding'];
const CONVOLUTION = ['filters', 'kernel_size', ...WINDOW, 'dilation_rate', 'activation', ...KERNEL, ...BIAS];
const CHANNELS_LAST = { data_format: 'channels_last' };
const NORMALIZATION = ['epsilon', 'center', 'scale', 'beta_initializer', 'gamma_initializer'];
const RECURRENT = [
  'units',
  'activation',
  ...KERNEL,
  ...BIAS,
  'recurrent_initializer',
  'recurrent_regularizer',
  'recurrent_constraint',
  'dropout',
  'recurrent_dropout',
  'return_sequences',
  'go_backwards',
  'stateful',
];
const PLAIN_STATE = { return_state: false };
const pool = (...keys: string[]): LayerRule => ({ keep: keys, only: CHANNELS_LAST });
const merge: LayerRule = { keep: [] };
const operands: LayerRule = { keep: [], repeats: true };
const COMPARED = { repeats: true, tensors: ['query', 'value', 'key'], flags: ['use_causal_mask'] };
const DEPTHWISE = ['depthwise_initializer', 'depthwise_regularizer', 'depthwise_constraint', 'depth_multiplier'];
const POINTWISE = ['pointwise_initializer', 'pointwise_regularizer', 'pointwise_constraint'];

/** The layers that run in tfjs with the numbers they have in Keras. */
export const LAYERS: Readonly<Record<string, LayerRule>> = {
  InputLayer: { keep: [], rename: { batch_shape: 'batch_input_shape', batch_input_shape: 'batch_input_shape' } },
  Dense: { keep: ['units', 'activation', ...KERNEL, ...BIAS] },
  Embedding: {
    keep: [
      ...['input_dim', 'output_dim', 'mask_zero'],
      ...['embeddings_initializer', 'embeddings_regularizer', 'embeddings_constraint'],
    ],
  },
  Conv1D: { keep: [...CONVOLUTION, 'groups'], only: CHANNELS_LAST },
  SeparableConv1D: { keep: [...CONVOLUTION, ...DEPTHWISE, ...POINTWISE], only: CHANNELS_LAST },
  DepthwiseConv1D: { keep: [...CONVOLUTION, ...DEPTHWISE], only: CHANNELS_LAST },
  Conv2D: { keep: CONVOLUTION, only: { ...CHANNELS_LAST, groups: 1 } },
  Conv2DTranspose: { keep: CONVOLUTION, only: { ...CHANNELS_LAST, output_padding: null, dilation_rate: 1 } },
  DepthwiseConv2D: {
    keep: ['kernel_size', ...WINDOW, ...DEPTHWISE, 'activation', ...BIAS],
    only: { ...CHANNELS_LAST, dilation_rate: 1 },
  },
  SeparableConv2D: { keep: [...CONVOLUTION, ...DEPTHWISE, ...POINTWISE], only: CHANNELS_LAST },
  BatchNormalization: {
    keep: ['axis', 'momentum', ...NORMALIZATION, 'moving_mean_initializer', 'moving_variance_initializer'],
    only: { renorm: false, synchronized: false },
  },
  LayerNormalization: { keep: ['axis', ...NORMALIZATION], only: { rms_scaling: false } },
  GroupNormalization: {
    keep: ['groups', 'epsilon', 'center', 'scale'],
    only: { axis: -1, beta_regularizer: null, gamma_regularizer: null, beta_constraint: null, gamma_constraint: null },
  },
  RMSNormalization: { keep: ['epsilon'], only: { axis: -1 } },
  UnitNormalization: { keep: [], only: { axis: -1 } },
  Normalization: { keep: ['axis', 'mean', 'variance', 'invert'] },
  Masking: { keep: ['mask_value'] },
  Dropout: { keep: ['rate', 'seed'], only: { noise_shape: null } },
  SpatialDropout1D: { keep: ['rate', 'seed'] },
  GaussianNoise: { keep: ['stddev'] },
  GaussianDropout: { keep: ['rate'] },
  AlphaDropout: { keep: ['rate'], only: { noise_shape: null } },
  Activation: { keep: ['activation'] },
  ReLU: { keep: ['max_value', 'negative_slope', 'threshold'] },
  LeakyReLU: { keep: [], rename: { negative_slope: 'alpha', alpha: 'alpha' } },
  ELU: { keep: ['alpha'] },
  PReLU: { keep: ['alpha_initializer', 'alpha_regularizer', 'alpha_constraint', 'shared_axes'] },
  Softmax: { keep: ['axis'] },
  Flatten: pool(),
  Reshape: { keep: ['target_shape'] },
  Permute: { keep: ['dims'] },
  RepeatVector: { keep: ['n'] },
  Rescaling: { keep: ['scale', 'offset'] },
  ZeroPadding1D: pool('padding'),
  ZeroPadding2D: pool('padding'),
  Cropping1D: { keep: ['cropping'] },
  Cropping2D: pool('cropping'),
  UpSampling1D: { keep: ['size'] },
  UpSampling2D: pool('size', 'interpolation'),
  MaxPooling1D: pool('pool_size', ...WINDOW),
  MaxPooling2D: pool('pool_size', ...WINDOW),
  AveragePooling1D: pool('pool_size', ...WINDOW),
  AveragePooling2D: pool('pool_size', ...WINDOW),
  GlobalAveragePooling1D: pool('keepdims'),
  GlobalAveragePooling2D: { keep: [], only: { ...CHANNELS_LAST, keepdims: false } },
  GlobalMaxPooling1D: pool('keepdims'),
  GlobalMaxPooling2D: { keep: [], only: { ...CHANNELS_LAST, keepdims: false } },
  LSTM: { keep: [...RECURRENT, 'recurrent_activation', 'unit_forget_bias'], only: PLAIN_STATE },
  GRU: { keep: [...RECURRENT, 'recurrent_activation', 'reset_after'], only: PLAIN_STATE },
  SimpleRNN: { keep: RECURRENT, only: PLAIN_STATE },
  Bidirectional: { keep: ['merge_mode'], parts: ['forward_layer', 'backward_layer'] },
  TimeDistributed: { keep: [], parts: ['layer'] },
  SpectralNormalization: { keep: ['power_iterations'], parts: ['layer', ''] },
  MultiHeadAttention: {
    keep: ['num_heads', 'key_dim', 'value_dim', 'use_bias', 'output_shape', 'dropout', ...KERNEL],
    only: { attention_axes: 1, use_gate: false, sliding_window: null },
    parts: ['query_dense', 'key_dense', 'value_dense', 'output_dense'],
    ...COMPARED,
  },
  Attention: { keep: ['use_scale'], only: { score_mode: 'dot', dropout: 0 }, ...COMPARED },
  AdditiveAttention: { keep: ['use_scale'], only: { dropout: 0 }, ...COMPARED },
  Identity: { keep: [] },
  Subtract: merge,
  Dot: { keep: ['axes', 'normalize'] },
  Add: merge,
  Average: merge,
  Multiply: merge,
  Maximum: merge,
  Minimum: merge,
  Concatenate: { keep: ['axis'] },
};

const ALONG_AXES: LayerRule = { keep: ['axis', 'keepdims'], only: { initial: null } };

/** Operations on tensors that a functional model holds beside layers (`x[:, -1]`, `x * 2 + y`); their calls tell the rest. */
export const OPERATIONS: Readonly<Record<string, LayerRule>> = {
  GetItem: merge,
  Add: operands,
  Subtract: operands,
  Multiply: operands,
  Divide: operands,
  TrueDivide: operands,
  Power: operands,
  Mean: ALONG_AXES,
  Sum: ALONG_AXES,
  Max: ALONG_AXES,
  Min: ALONG_AXES,
  Relu: merge,
  Sigmoid: merge,
  Tanh: merge,
  Softplus: merge,
  Silu: merge,
  Exp: merge,
};

/** Activations by Keras's name, and by their name in tfjs. */
export const ACTIVATION_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ACTIVATIONS).flatMap(([name, { keras }]) => keras.map((other) => [other, name])),
);

/** What is read off tfjs's own `Orthogonal` and the like; tfjs spells some differently. */
export const INITIALIZERS: Readonly<Record<string, string>> = {
  Zeros: 'Zeros',
  Ones: 'Ones',
  Constant: 'Constant',
  RandomUniform: 'RandomUniform',
  RandomNormal: 'RandomNormal',
  TruncatedNormal: 'TruncatedNormal',
  Identity: 'Identity',
  VarianceScaling: 'VarianceScaling',
  GlorotUniform: 'GlorotUniform',
  GlorotNormal: 'GlorotNormal',
  HeNormal: 'HeNormal',
  HeUniform: 'HeUniform',
  LecunNormal: 'LeCunNormal',
  LecunUniform: 'LeCunUniform',
  Orthogonal: 'Orthogonal',
  OrthogonalInitializer: 'Orthogonal',
};
