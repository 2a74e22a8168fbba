import { type TF, tf } from '../../src/core';
import { activityRegularization, causalConvolution, dropout, layerNormalization } from '../../src/layers';
import { gatedRecurrentUnit } from '../../src/layers/keras/gatedRecurrentUnit';
import { spectralNormalization } from '../../src/layers/keras/spectralNormalization';

const { layers } = tf;
const chain =
  (...list: TF.layers.Layer[]) =>
  () =>
    tf.sequential({ layers: list });
const series = { inputShape: [8, 3] };
const picture = { inputShape: [8, 7, 2] };

function branches(): TF.LayersModel {
  const [one, two] = [tf.input({ shape: [4], name: 'one' }), tf.input({ shape: [4], name: 'two' })];
  const shared = layers.dense({ units: 3, activation: 'relu', name: 'shared' });
  const [a, b] = [shared.apply(one), shared.apply(two)] as TF.SymbolicTensor[];
  const c = layers.dense({ units: 3, activation: 'sigmoid' }).apply(one) as TF.SymbolicTensor;
  const all = [layers.add(), layers.multiply(), layers.average(), layers.maximum(), layers.minimum()].map(
    (layer) => layer.apply([a!, b!, c]) as TF.SymbolicTensor,
  );
  const joined = layers.concatenate().apply(all);
  const heads = [layers.dense({ units: 1, name: 'up' }).apply(joined), all[0]!];
  return tf.model({ inputs: [one, two], outputs: heads as TF.SymbolicTensor[] });
}

const ACTIVATIONS = [
  ...['linear', 'relu', 'relu6', 'sigmoid', 'tanh', 'elu', 'selu', 'softmax', 'softplus', 'softsign'],
  ...['hardSigmoid', 'swish', 'mish', 'gelu', 'logSoftmax'],
];

const recurrent = (kind: 'lstm' | 'gru' | 'simpleRNN', options: object) =>
  (layers[kind] as (options: object) => TF.RNN)({ units: 4, ...options });

/** Models that between them have every layer that `saveONNX` writes. */
export const ONNX_MODELS: Readonly<Record<string, () => TF.LayersModel>> = {
  ...Object.fromEntries(
    ACTIVATIONS.map((name) => [
      name,
      chain(layers.dense({ units: 4, inputShape: [5] }), layers.activation({ activation: name as 'relu' })),
    ]),
  ),
  normalized: chain(
    layers.dense({ units: 6, inputShape: [5] }),
    layers.batchNormalization(),
    layers.reLU({ maxValue: 0.3 }),
    layers.layerNormalization(),
    layers.leakyReLU({ alpha: 0.1 }),
    layerNormalization({}),
    layers.elu(),
    layers.prelu(),
    layers.thresholdedReLU({ theta: 0.2 }),
    layers.reLU(),
    layers.softmax(),
  ),
  spectral: chain(
    layers.inputLayer(picture),
    spectralNormalization({ layer: layers.conv2d({ filters: 3, kernelSize: 2, activation: 'tanh' }) }),
    layers.flatten(),
    spectralNormalization({ layer: layers.dense({ units: 2, useBias: false }) }),
  ),
  onlyInTraining: chain(
    layers.dense({ units: 6, inputShape: [5] }),
    layers.dropout({ rate: 0.5 }),
    dropout({ rate: 0.5 }),
    layers.gaussianNoise({ stddev: 1 }),
    layers.gaussianDropout({ rate: 0.5 }),
    layers.alphaDropout({ rate: 0.5 }),
    activityRegularization({ l2: 0.1 }),
  ),
  pictures: chain(
    layers.conv2d({ filters: 4, kernelSize: [3, 2], activation: 'elu', padding: 'same', strides: 2, ...picture }),
    layers.batchNormalization(),
    layers.maxPooling2d({ poolSize: 2, padding: 'same', strides: 1 }),
    layers.averagePooling2d({ poolSize: 3, padding: 'same', strides: 1 }),
    layers.separableConv2d({ filters: 3, kernelSize: 2, padding: 'same', depthMultiplier: 2, activation: 'tanh' }),
    layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, padding: 'same' }),
    layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 }),
    layers.upSampling2d({ size: [2, 3] }),
    layers.zeroPadding2d({
      padding: [
        [1, 0],
        [2, 3],
      ],
    }),
    layers.cropping2D({
      cropping: [
        [1, 0],
        [0, 2],
      ],
    }),
    layers.globalAveragePooling2d({}),
    layers.dense({ units: 1 }),
  ),
  largest: chain(
    layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2, ...picture }),
    layers.globalMaxPooling2d({}),
  ),
  volumes: chain(
    layers.conv3d({ filters: 2, kernelSize: 2, inputShape: [4, 4, 4, 1] }),
    layers.maxPooling3d({ poolSize: 2 }) as TF.layers.Layer,
    layers.flatten(),
  ),
  means: chain(layers.averagePooling3d({ poolSize: 2, inputShape: [4, 4, 4, 1] }) as TF.layers.Layer, layers.flatten()),
  shapes: chain(
    layers.permute({ dims: [2, 1], ...series }),
    layers.reshape({ targetShape: [4, 6] }),
    layers.averagePooling1d({ poolSize: 2 }),
    layers.flatten(),
    layers.repeatVector({ n: 2 }),
    layers.timeDistributed({ layer: layers.dense({ units: 2, activation: 'relu' }) }),
  ),
  convolvedSeries: chain(
    layers.conv1d({ filters: 4, kernelSize: 2, dilationRate: 2, activation: 'sigmoid', ...series }),
    causalConvolution({ filters: 3, kernelSize: 2, dilation: 2, activation: 'tanh' }),
    layers.maxPooling1d({ poolSize: 2 }),
    layers.spatialDropout1d({ rate: 0.5 }),
    layers.globalAveragePooling1d(),
  ),
  highest: chain(layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', ...series }), layers.globalMaxPooling1d()),
  words: chain(
    layers.embedding({ inputDim: 7, outputDim: 4, inputLength: 6 }),
    recurrent('lstm', {}),
    layers.dense({ units: 1 }),
  ),
  ...Object.fromEntries(
    (['lstm', 'gru', 'simpleRNN'] as const).flatMap((kind) => [
      [`${kind} last`, chain(recurrent(kind, series))],
      [
        `${kind} all`,
        chain(recurrent(kind, { returnSequences: true, useBias: false, ...series }), layers.dense({ units: 2 })),
      ],
      [`${kind} backwards`, chain(recurrent(kind, { goBackwards: true, ...series }))],
      ...(kind === 'simpleRNN'
        ? []
        : [
            [
              `${kind} sigmoid`,
              chain(recurrent(kind, { recurrentActivation: 'sigmoid', activation: 'elu', ...series })),
            ] as const,
          ]),
      ...(['concat', 'sum', 'mul', 'ave'] as const).map(
        (mergeMode, k) =>
          [
            `${kind} ${mergeMode}`,
            chain(
              layers.bidirectional({ layer: recurrent(kind, { returnSequences: k % 2 === 0 }), mergeMode, ...series }),
            ),
          ] as const,
      ),
    ]),
  ),
  branches,
  resetAfter: chain(
    layers.activation({ activation: 'linear', ...series }),
    gatedRecurrentUnit({ units: 4, returnSequences: true, useBias: false }),
    gatedRecurrentUnit({ units: 4, returnSequences: true }),
    gatedRecurrentUnit({ units: 3, goBackwards: true, recurrentActivation: 'sigmoid' }),
  ),
  rescaled: chain(layers.rescaling({ scale: 0.5, offset: -1, inputShape: [5] })),
};
