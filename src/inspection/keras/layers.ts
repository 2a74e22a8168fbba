/** What a layer of Keras becomes in tfjs, and what of its settings tfjs can do. */
export interface LayerRule {
  /** Class in tfjs; default the same name. */
  className?: string;
  /** Settings that are handed on as they are. */
  keep: readonly string[];
  /** Settings handed on under another name. */
  rename?: Readonly<Record<string, string>>;
  /** Settings that only work with this value (or are absent). */
  only?: Readonly<Record<string, unknown>>;
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
];
const PLAIN_STATE = { return_state: false, stateful: false };
const pool = (...keys: string[]): LayerRule => ({ keep: keys, only: CHANNELS_LAST });
const merge: LayerRule = { keep: [] };

/** The layers that run in tfjs with the numbers they have in Keras. */
export const LAYERS: Readonly<Record<string, LayerRule>> = {
  InputLayer: { keep: [], rename: { batch_shape: 'batch_input_shape', batch_input_shape: 'batch_input_shape' } },
  Dense: { keep: ['units', 'activation', ...KERNEL, ...BIAS] },
  Embedding: {
    keep: ['input_dim', 'output_dim', 'embeddings_initializer', 'embeddings_regularizer', 'embeddings_constraint'],
    only: { mask_zero: false },
  },
  Conv1D: { keep: CONVOLUTION, only: { ...CHANNELS_LAST, groups: 1 } },
  Conv2D: { keep: CONVOLUTION, only: { ...CHANNELS_LAST, groups: 1 } },
  DepthwiseConv2D: {
    keep: [
      'kernel_size',
      ...WINDOW,
      'depth_multiplier',
      'activation',
      'depthwise_initializer',
      'depthwise_regularizer',
      'depthwise_constraint',
      ...BIAS,
    ],
    only: CHANNELS_LAST,
  },
  BatchNormalization: {
    keep: ['axis', 'momentum', ...NORMALIZATION, 'moving_mean_initializer', 'moving_variance_initializer'],
    only: { renorm: false, synchronized: false },
  },
  LayerNormalization: { keep: ['axis', ...NORMALIZATION], only: { rms_scaling: false } },
  Dropout: { keep: ['rate', 'seed'], only: { noise_shape: null } },
  SpatialDropout1D: { keep: ['rate', 'seed'] },
  GaussianNoise: { keep: ['stddev'] },
  GaussianDropout: { keep: ['rate'] },
  AlphaDropout: { keep: ['rate'], only: { noise_shape: null } },
  Activation: { keep: ['activation'] },
  ReLU: { keep: ['max_value'], only: { negative_slope: 0, threshold: 0 } },
  LeakyReLU: { keep: [], rename: { negative_slope: 'alpha', alpha: 'alpha' } },
  ELU: { keep: ['alpha'] },
  PReLU: { keep: ['alpha_initializer', 'alpha_regularizer', 'alpha_constraint', 'shared_axes'] },
  Softmax: { keep: ['axis'] },
  Flatten: pool(),
  Reshape: { keep: ['target_shape'] },
  Permute: { keep: ['dims'] },
  RepeatVector: { keep: ['n'] },
  Rescaling: { keep: ['scale', 'offset'] },
  ZeroPadding2D: pool('padding'),
  MaxPooling1D: pool('pool_size', ...WINDOW),
  MaxPooling2D: pool('pool_size', ...WINDOW),
  AveragePooling1D: pool('pool_size', ...WINDOW),
  AveragePooling2D: pool('pool_size', ...WINDOW),
  GlobalAveragePooling1D: { keep: [], only: { ...CHANNELS_LAST, keepdims: false } },
  GlobalAveragePooling2D: { keep: [], only: { ...CHANNELS_LAST, keepdims: false } },
  GlobalMaxPooling1D: { keep: [], only: { ...CHANNELS_LAST, keepdims: false } },
  GlobalMaxPooling2D: { keep: [], only: { ...CHANNELS_LAST, keepdims: false } },
  LSTM: { keep: [...RECURRENT, 'recurrent_activation', 'unit_forget_bias'], only: PLAIN_STATE },
  GRU: { keep: [...RECURRENT, 'recurrent_activation'], only: { ...PLAIN_STATE, reset_after: false } },
  SimpleRNN: { keep: RECURRENT, only: PLAIN_STATE },
  Add: merge,
  Average: merge,
  Multiply: merge,
  Maximum: merge,
  Minimum: merge,
  Concatenate: { keep: ['axis'] },
};

/** Activations that are the same function in both, by Keras's name. */
export const ACTIVATIONS: Readonly<Record<string, string>> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  selu: 'selu',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
  log_softmax: 'log_softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  tanh: 'tanh',
  silu: 'swish',
  swish: 'swish',
  mish: 'mish',
};

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
