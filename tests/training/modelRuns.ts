import { type TF, tf } from '../../src/core';
import { apexRanker, financialWaveNet, robustMLP, threeBranchWaveNet } from '../../src/models';
import { type FitOptions, fit, type Run } from '../../src/training';

const ROWS = 80;

/** The sines that kerasReference.py and kerasModels.py fill tensors with. */
export function wave(shape: number[], frequency: number, scale = 1): TF.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, k) => scale * Math.sin(frequency * (k + 1))),
    shape,
  );
}

/** Every optimiser, at the rates of kerasModels.py. */
export const OPTIMIZERS = {
  adam: { kind: 'adam', learningRate: 0.001 },
  adamw: { kind: 'adamw', learningRate: 0.001, weightDecay: 0.05 },
  sgd: { kind: 'sgd', learningRate: 0.02 },
  momentum: { kind: 'sgd', learningRate: 0.005, momentum: 0.9 },
  nesterov: { kind: 'sgd', learningRate: 0.005, momentum: 0.9, nesterov: true },
} as const;

/** Rows of windows with a target for each head of the Financial WaveNet. */
function windows(steps: number, features: number) {
  const inputs = wave([ROWS, steps, features], 1.3);
  const last = inputs.slice([0, steps - 1, 0], [ROWS, 1, features]).reshape([ROWS, features]);
  const direction = tf.oneHot(last.slice([0, 0], [ROWS, 3]).argMax(1) as TF.Tensor1D, 3).toFloat();
  const volatility = inputs.square().mean([1, 2]).expandDims(1);
  return { inputs, targets: { direction, volatility, magnitude: last.abs().mean(1, true) } };
}

/** The documented network at a size at which every step is quick. */
const SMALL_BRANCHES = {
  window: 8,
  features: 4,
  channels: 3,
  dilations: [1, 2],
  blocks: 1,
  convolutionFilters: [4, 5],
  recurrentUnits: [4, 3],
  attentionUnits: 3,
  fusionUnits: [6, 4],
};

/** The ranker of panels, small: what it is told here is one target for each horizon, a row at a time. */
const SMALL_RANKER = { features: 4, window: 16, patch: 4, stride: 4, width: 8, depth: 1, heads: 2, horizons: [1, 5] };

/** Every model of this project, its data and its losses. */
export const MODELS = {
  apexRanker: {
    build: (dropoutRate: number) => apexRanker({ ...SMALL_RANKER, dropoutRate }),
    data: () => {
      const { inputs, targets } = windows(16, 4);
      return { inputs, targets: { h1: targets.volatility, h5: targets.magnitude } };
    },
    options: { losses: { h1: 'meanSquaredError', h5: 'huber' } },
  },
  financialWaveNet: {
    build: (dropoutRate: number) => financialWaveNet({ window: 32, features: 9, dropoutRate }),
    data: () => windows(32, 9),
    options: {
      losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'huber' },
      lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 },
    },
  },
  threeBranchWaveNet: {
    build: (dropoutRate: number) => threeBranchWaveNet({ ...SMALL_BRANCHES, dropoutRate }),
    data: () => windows(8, 4),
    options: {
      losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'huber' },
      lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 },
    },
  },
  robustMLP: {
    build: (dropoutRate: number) => robustMLP({ features: 5, dropoutRate }),
    data: () => {
      const inputs = wave([ROWS, 5], 1.3);
      return { inputs, targets: { target: inputs.square().mean(1, true) } };
    },
    options: { losses: { target: 'meanSquaredError' } },
  },
} as const;

/** Sines for every weight, with a frequency of its own: by the layer's name, then in the layer's order. */
function waveWeights(model: TF.LayersModel): void {
  let k = 0;
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  for (const layer of layers.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const values = layer.weights.map(({ shape }) => wave(shape as number[], 1.7 + 0.31 * k++, 0.4));
    layer.setWeights(values);
    tf.dispose(values);
  }
}

/** 100 steps: 20 epochs of 5 batches, in the order of the rows. */
export async function run(
  name: keyof typeof MODELS,
  optimizer: keyof typeof OPTIMIZERS,
  options: Partial<FitOptions> & { dropoutRate?: number },
): Promise<Run> {
  const { build, data, options: own } = MODELS[name];
  const { dropoutRate = 0, ...rest } = options;
  const model = build(dropoutRate);
  waveWeights(model);
  const rows = data();
  try {
    const more = { batchSize: 16, epochs: 20, shuffle: false, ...rest };
    return await fit(model, rows, { ...own, ...more, optimizer: OPTIMIZERS[optimizer] });
  } finally {
    model.dispose();
    tf.dispose(rows as unknown as TF.TensorContainer);
  }
}

/** The largest difference of any number of two histories. */
export function largestDifference(first: Run['history'], second: Run['history']): number {
  const differences = first.flatMap((row, epoch) =>
    Object.entries(row).map(([key, value]) => Math.abs(value - second[epoch]![key]!)),
  );
  return differences.some(Number.isNaN) ? Number.NaN : Math.max(...differences);
}
