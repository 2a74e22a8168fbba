import { type TF, tf } from '../../src/core';
import { fit, type Run } from '../../src/training';
import { wave } from './modelRuns';

const sequence = [6, 4] as const;
const picture = [6, 6, 2] as const;

type Build = (input: TF.SymbolicTensor) => TF.SymbolicTensor | TF.SymbolicTensor[];
/** A layer of tfjs in the shape of input it takes, without the rows. */
type Exhibit = [shape: readonly number[], build: Build];

const on =
  (make: () => TF.layers.Layer): Build =>
  (input) =>
    make().apply(input) as TF.SymbolicTensor;
const both =
  (make: () => TF.layers.Layer): Build =>
  (input) =>
    make().apply([
      tf.layers.dense({ units: 4 }).apply(input),
      tf.layers.dense({ units: 4 }).apply(input),
    ] as TF.SymbolicTensor[]) as TF.SymbolicTensor;
const cell = { units: 3 } as const;

/** Every layer of tfjs, by the name of the function that makes it. */
export const GALLERY: Readonly<Record<string, Exhibit | Record<string, Exhibit>>> = {
  activation: [[4], on(() => tf.layers.activation({ activation: 'selu' }))],
  add: [[4], both(() => tf.layers.add())],
  alphaDropout: [[4], on(() => tf.layers.alphaDropout({ rate: 0.3 }))],
  average: [[4], both(() => tf.layers.average())],
  averagePooling1d: [sequence, on(() => tf.layers.averagePooling1d({ poolSize: 2 }))],
  averagePooling2d: [picture, on(() => tf.layers.averagePooling2d({ poolSize: 2 }))],
  averagePooling3d: [[4, 4, 4, 1], on(() => tf.layers.averagePooling3d({ poolSize: 2 }))],
  batchNormalization: {
    plain: [[4], on(() => tf.layers.batchNormalization())],
    alongTime: [sequence, on(() => tf.layers.batchNormalization({ axis: 1 }))],
    withoutScale: [picture, on(() => tf.layers.batchNormalization({ axis: 2, scale: false }))],
    withoutShift: [[4], on(() => tf.layers.batchNormalization({ center: false }))],
  },
  bidirectional: [
    sequence,
    on(() =>
      tf.layers.bidirectional({ layer: tf.layers.gru({ ...cell, dropout: 0.2 }) as TF.RNN, mergeMode: 'concat' }),
    ),
  ],
  categoryEncoding: [[4], on(() => tf.layers.categoryEncoding({ numTokens: 4, outputMode: 'count' } as never))],
  centerCrop: [picture, on(() => tf.layers.centerCrop({ height: 4, width: 4 } as never))],
  concatenate: [[4], both(() => tf.layers.concatenate())],
  conv1d: {
    plain: [sequence, on(() => tf.layers.conv1d({ filters: 3, kernelSize: 2 }))],
    dilated: [sequence, on(() => tf.layers.conv1d({ filters: 3, kernelSize: 2, dilationRate: 2 }))],
    causal: [sequence, on(() => tf.layers.conv1d({ filters: 3, kernelSize: 2, padding: 'causal' }))],
  },
  conv2d: {
    plain: [picture, on(() => tf.layers.conv2d({ filters: 3, kernelSize: 2 }))],
    dilated: [picture, on(() => tf.layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2 }))],
  },
  conv2dTranspose: [picture, on(() => tf.layers.conv2dTranspose({ filters: 3, kernelSize: 2 }))],
  conv3d: [[4, 4, 4, 1], on(() => tf.layers.conv3d({ filters: 2, kernelSize: 2 }))],
  conv3dTranspose: [[4, 4, 4, 1], on(() => tf.layers.conv3dTranspose({ filters: 2, kernelSize: 2 }))],
  convLstm2d: [[3, 5, 5, 1], on(() => tf.layers.convLstm2d({ filters: 2, kernelSize: 2 } as never))],
  cropping2D: [picture, on(() => tf.layers.cropping2D({ cropping: 1 } as never))],
  dense: [[4], on(() => tf.layers.dense({ units: 3 }))],
  depthwiseConv2d: {
    plain: [picture, on(() => tf.layers.depthwiseConv2d({ kernelSize: 2 }))],
    dilated: [picture, on(() => tf.layers.depthwiseConv2d({ kernelSize: 2, dilationRate: 2 } as never))],
  },
  dot: [[4], both(() => tf.layers.dot({ axes: 1 }))],
  dropout: [[4], on(() => tf.layers.dropout({ rate: 0.3 }))],
  elu: [[4], on(() => tf.layers.elu())],
  embedding: [[4], on(() => tf.layers.embedding({ inputDim: 5, outputDim: 3 }))],
  flatten: [sequence, on(() => tf.layers.flatten())],
  gaussianDropout: [[4], on(() => tf.layers.gaussianDropout({ rate: 0.3 }))],
  gaussianNoise: [[4], on(() => tf.layers.gaussianNoise({ stddev: 0.3 }))],
  globalAveragePooling1d: [sequence, on(() => tf.layers.globalAveragePooling1d({}))],
  globalAveragePooling2d: [picture, on(() => tf.layers.globalAveragePooling2d({}))],
  globalMaxPooling1d: [sequence, on(() => tf.layers.globalMaxPooling1d({}))],
  globalMaxPooling2d: [picture, on(() => tf.layers.globalMaxPooling2d({}))],
  gru: {
    plain: [sequence, on(() => tf.layers.gru(cell))],
    dropout: [sequence, on(() => tf.layers.gru({ ...cell, dropout: 0.2, recurrentDropout: 0.2 }))],
  },
  layerNormalization: {
    plain: [[4], on(() => tf.layers.layerNormalization())],
    alongBoth: [sequence, on(() => tf.layers.layerNormalization({ axis: [1, 2], scale: false }))],
  },
  leakyReLU: [[4], on(() => tf.layers.leakyReLU())],
  lstm: {
    plain: [sequence, on(() => tf.layers.lstm(cell))],
    dropout: [sequence, on(() => tf.layers.lstm({ ...cell, dropout: 0.2, recurrentDropout: 0.2 }))],
  },
  masking: [
    sequence,
    (input) => tf.layers.gru(cell).apply(tf.layers.masking({ maskValue: 0 }).apply(input)) as TF.SymbolicTensor,
  ],
  maxPooling1d: [sequence, on(() => tf.layers.maxPooling1d({ poolSize: 2 }))],
  maxPooling2d: [picture, on(() => tf.layers.maxPooling2d({ poolSize: 2 }))],
  maxPooling3d: [[4, 4, 4, 1], on(() => tf.layers.maxPooling3d({ poolSize: 2 }))],
  maximum: [[4], both(() => tf.layers.maximum())],
  minimum: [[4], both(() => tf.layers.minimum())],
  multiply: [[4], both(() => tf.layers.multiply())],
  permute: [sequence, on(() => tf.layers.permute({ dims: [2, 1] }))],
  prelu: [[4], on(() => tf.layers.prelu())],
  reLU: [[4], on(() => tf.layers.reLU())],
  repeatVector: [[4], on(() => tf.layers.repeatVector({ n: 3 }))],
  rescaling: [picture, on(() => tf.layers.rescaling({ scale: 0.5 } as never))],
  reshape: [sequence, on(() => tf.layers.reshape({ targetShape: [24] }))],
  resizing: [picture, on(() => tf.layers.resizing({ height: 3, width: 3 } as never))],
  rnn: [sequence, on(() => tf.layers.rnn({ cell: [tf.layers.gruCell(cell), tf.layers.lstmCell(cell)] }))],
  separableConv2d: {
    plain: [picture, on(() => tf.layers.separableConv2d({ filters: 3, kernelSize: 2 }))],
    dilated: [picture, on(() => tf.layers.separableConv2d({ filters: 3, kernelSize: 2, dilationRate: 2 } as never))],
  },
  simpleRNN: {
    plain: [sequence, on(() => tf.layers.simpleRNN(cell))],
    dropout: [sequence, on(() => tf.layers.simpleRNN({ ...cell, dropout: 0.2, recurrentDropout: 0.2 }))],
  },
  softmax: {
    plain: [[4], on(() => tf.layers.softmax())],
    alongTime: [sequence, on(() => tf.layers.softmax({ axis: 1 }))],
  },
  spatialDropout1d: [sequence, on(() => tf.layers.spatialDropout1d({ rate: 0.3 } as never))],
  thresholdedReLU: [[4], on(() => tf.layers.thresholdedReLU({ theta: 0.1 }))],
  timeDistributed: [sequence, on(() => tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 3 }) }))],
  upSampling2d: [picture, on(() => tf.layers.upSampling2d({}))],
  zeroPadding2d: [picture, on(() => tf.layers.zeroPadding2d({ padding: 1 } as never))],
};

/** The exhibits one by one, by their names. */
export const EXHIBITS: readonly (readonly [name: string, exhibit: Exhibit])[] = Object.entries(GALLERY).flatMap(
  ([name, one]) =>
    Array.isArray(one)
      ? [[name, one as Exhibit] as const]
      : Object.entries(one as Record<string, Exhibit>).map(
          ([variant, each]) => [variant === 'plain' ? name : `${name} ${variant}`, each] as const,
        ),
);

/** Trains a small model around an exhibit for a few steps; a dense layer before it needs its gradient. */
export async function exhibit(
  [shape, build]: Exhibit,
  name: string,
  seed = 0,
): Promise<{ run: Run; seconds: number; weights: number[][] }> {
  const input = tf.input({ shape: [...shape] });
  const isLookup = /embedding|categoryEncoding|centerCrop|resizing|rescaling/.test(name);
  const before = isLookup
    ? input
    : (tf.layers
        .dense({ units: shape.at(-1)!, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) })
        .apply(input) as TF.SymbolicTensor);
  const middle = build(before) as TF.SymbolicTensor;
  const flat = middle.shape.length > 2 ? (tf.layers.flatten().apply(middle) as TF.SymbolicTensor) : middle;
  const model = tf.model({ inputs: input, outputs: tf.layers.dense({ units: 1 }).apply(flat) as TF.SymbolicTensor });
  const inputs = /embedding|categoryEncoding/.test(name)
    ? tf.randomUniform([8, ...shape], 0, 4, 'int32', 3)
    : tf.randomNormal([8, ...shape], 0, 1, 'float32', 3);
  // Weights that are the same every time, and positive, as variances have to be.
  const values = model.getWeights().map((weight, k) => wave(weight.shape, 1.3 + 0.2 * k, 0.2).add(0.25));
  model.setWeights(values);
  tf.dispose(values);
  const started = performance.now();
  try {
    const run = await fit(
      model,
      {
        inputs,
        targets: inputs
          .toFloat()
          .mean(shape.map((_, k) => k + 1))
          .expandDims(1),
      },
      { losses: 'meanSquaredError', epochs: 1, batchSize: 4, mode: 'graph', seed },
    );
    return {
      run,
      seconds: (performance.now() - started) / 1000,
      weights: model.getWeights().map((weight) => Array.from(weight.dataSync())),
    };
  } finally {
    model.dispose();
    inputs.dispose();
  }
}
