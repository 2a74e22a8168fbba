import { type TF, tf } from '../../src/core';
import { attention, layerNormalization } from '../../src/layers';
import { threeBranchWaveNet } from '../../src/models';
import type { Trainable } from '../../src/training';
import { graphAttention } from './graphAttention';

/** A model of the comparison with Keras and JAX; `keras_models.py` and `jax_models.py` hold the same under the same name. */
export interface ModelWork {
  title: string;
  batch: number;
  /** Steps of one epoch, which every side is timed over. */
  steps: number;
  /** Shape of one row of the inputs, and numbers in one row of the targets. */
  input: readonly number[];
  target: number;
  /** `threeHeads`: cross-entropy of the first three numbers of a target, squared error of the fourth, Huber's of the fifth. */
  loss: 'meanSquaredError' | 'categoricalCrossentropy' | 'threeHeads';
  model: () => Trainable;
  /** Multiplications and additions of the matrix products and convolutions of one training step, forwards and backwards. */
  operations: number;
  /** What the speed is to be, as a multiple of the best of each peer. */
  goals: { Keras: number; JAX: number };
}

/** Three products of the size of the forward one: forwards, to the inputs, to the weights; two operations a weight and row. */
const trained = (weightsTimesRows: number) => 6 * weightsTimesRows;

const symbolic = (layer: TF.layers.Layer, x: TF.SymbolicTensor | TF.SymbolicTensor[]) =>
  layer.apply(x) as TF.SymbolicTensor;

const STEPS = 60;
const SERIES = 8;
const UNITS = 64;

function recurrent(layer: TF.layers.Layer): TF.LayersModel {
  const input = tf.input({ shape: [STEPS, SERIES] });
  const output = symbolic(tf.layers.dense({ units: 1, name: 'value' }), symbolic(layer, input));
  return tf.model({ inputs: input, outputs: output });
}

const TOKENS = 21;
const WIDTH = 192;

function patchTST(): TF.LayersModel {
  const input = tf.input({ shape: [180, 64] });
  let x = symbolic(tf.layers.conv1d({ filters: WIDTH, kernelSize: 16, strides: 8 }), input);
  for (let block = 0; block < 3; block++) {
    const mixed = symbolic(
      attention({ heads: 8, keyDimension: WIDTH / 8, causal: false }),
      symbolic(layerNormalization({}), x),
    );
    x = symbolic(tf.layers.add(), [x, mixed]);
    const wide = symbolic(
      tf.layers.dense({ units: 4 * WIDTH, activation: 'relu' }),
      symbolic(layerNormalization({}), x),
    );
    x = symbolic(tf.layers.add(), [x, symbolic(tf.layers.dense({ units: WIDTH }), wide)]);
  }
  const pooled = symbolic(tf.layers.globalAveragePooling1d({} as never), symbolic(layerNormalization({}), x));
  return tf.model({ inputs: input, outputs: symbolic(tf.layers.dense({ units: 1, name: 'value' }), pooled) });
}

function convolutions(): TF.LayersModel {
  const input = tf.input({ shape: [28, 28, 1] });
  let x = input;
  for (const filters of [32, 64]) {
    x = symbolic(tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' }), x);
    x = symbolic(tf.layers.maxPooling2d({ poolSize: 2 }), x);
  }
  x = symbolic(tf.layers.dense({ units: 128, activation: 'relu' }), symbolic(tf.layers.flatten(), x));
  const output = symbolic(tf.layers.dense({ units: 10, activation: 'softmax', name: 'digit' }), x);
  return tf.model({ inputs: input, outputs: output });
}

function wideMLP(): TF.LayersModel {
  const input = tf.input({ shape: [64] });
  let x = input;
  for (const units of [256, 256]) x = symbolic(tf.layers.dense({ units, activation: 'relu' }), x);
  return tf.model({ inputs: input, outputs: symbolic(tf.layers.dense({ units: 1, name: 'value' }), x) });
}

/** Weights times the steps that use them: units of the WaveNet branch, convolutions, LSTMs with attention, trunk. */
const WAVENET_PRODUCTS =
  20 * (70 * 32 + 2 * 70 * 64 + 11 * 2 * 32 * 64 + 12 * 2 * 32 * 32) +
  20 * 3 * 70 * 64 +
  10 * 3 * 64 * 128 +
  5 * (3 * 128 * 256 + 2 * 4 * 256 * (256 + 256) + 2 * 4 * 128 * (512 + 128) + 256 * 128 + 2 * 256) +
  288 * 256 +
  256 * 128 +
  128 * 5;

const series = { input: [STEPS, SERIES], target: 1, loss: 'meanSquaredError' as const, batch: 64, steps: 40 };

/** The models that are timed beside Keras and JAX, by name. */
export const MODELS = {
  'wide-mlp': {
    title: 'MLP 64-256-256-1, batch 256',
    batch: 256,
    steps: 400,
    input: [64],
    target: 1,
    loss: 'meanSquaredError',
    model: wideMLP,
    operations: trained(256 * (64 * 256 + 256 * 256 + 256)),
    goals: { Keras: 1.7, JAX: 1 },
  },
  'three-branch-wavenet': {
    title: 'Financial WaveNet, 2.07 M weights, batch 64',
    batch: 64,
    steps: 8,
    input: [20, 70],
    target: 5,
    loss: 'threeHeads',
    model: () => threeBranchWaveNet({ features: 70 }),
    operations: trained(64 * WAVENET_PRODUCTS),
    goals: { Keras: 1.3, JAX: 1 },
  },
  patchtst: {
    title: 'PatchTST 180 x 64, d 192, batch 200',
    batch: 200,
    steps: 3,
    input: [180, 64],
    target: 1,
    loss: 'meanSquaredError',
    model: patchTST,
    operations: trained(200 * TOKENS * (16 * 64 * WIDTH + 3 * (12 * WIDTH ** 2 + 2 * TOKENS * WIDTH))),
    goals: { Keras: 1.5, JAX: 1.5 },
  },
  gru: {
    title: 'GRU 64, 60 steps, batch 64',
    ...series,
    model: () => recurrent(tf.layers.gru({ units: UNITS, recurrentActivation: 'sigmoid' })),
    operations: trained(64 * STEPS * 3 * UNITS * (SERIES + UNITS)),
    goals: { Keras: 1.2, JAX: 1 },
  },
  lstm: {
    title: 'LSTM 64, 60 steps, batch 64',
    ...series,
    model: () => recurrent(tf.layers.lstm({ units: UNITS, recurrentActivation: 'sigmoid' })),
    operations: trained(64 * STEPS * 4 * UNITS * (SERIES + UNITS)),
    goals: { Keras: 1.2, JAX: 1 },
  },
  convolutions: {
    title: 'Convolutions on 28 x 28, batch 128',
    batch: 128,
    steps: 8,
    input: [28, 28, 1],
    target: 10,
    loss: 'categoricalCrossentropy',
    model: convolutions,
    operations: trained(128 * (28 ** 2 * 9 * 32 + 14 ** 2 * 9 * 32 * 64 + 7 * 7 * 64 * 128 + 1280)),
    goals: { Keras: 1.2, JAX: 3 },
  },
  'graph-attention': {
    title: 'Graph attention, 200 nodes',
    batch: 200,
    steps: 200,
    input: [64],
    target: 1,
    loss: 'meanSquaredError',
    model: graphAttention,
    operations: trained(200 * (2 * 64 * 64 + 2 * 200 * 64 + 64)),
    goals: { Keras: 2, JAX: 1 },
  },
} satisfies Record<string, ModelWork>;

/** Names of {@link MODELS}. */
export type ModelName = keyof typeof MODELS;
