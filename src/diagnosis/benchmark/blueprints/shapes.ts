import { type TF, tf } from '../../../core';
import type { LossName } from '../../../losses';
import { type Blueprint, blueprint, type Draw, dense, oneHot } from './blueprint';

type Tensor = TF.SymbolicTensor;
type Next = () => number;

const SIDE = 8;
const empty = (noise: () => number) => Array.from({ length: SIDE * SIDE }, () => 0.2 * noise());

/** Small pictures with what is asked of them. */
const TASKS: Readonly<Record<string, { head: readonly [number, string, LossName]; law: () => Draw }>> = {
  'a cross, a ring or a square': {
    head: [3, 'softmax', 'categoricalCrossentropy'],
    law: () => (random) => {
      const [which, row, column] = [random.integer(0, 2), random.integer(1, 4), random.integer(1, 4)];
      const picture = empty(() => random.normal());
      for (let r = -1; r <= 1; r++)
        for (let c = -1; c <= 1; c++) {
          const isOn = which === 0 ? r === 0 || c === 0 : which === 1 ? r !== 0 || c !== 0 : true;
          if (isOn) picture[(row + 1 + r) * SIDE + column + 1 + c]! += 1.2;
        }
      return { inputs: picture, targets: { y: oneHot(which, 3) } };
    },
  },
  'stripes across or along': {
    head: [1, 'sigmoid', 'binaryCrossentropy'],
    law: () => (random) => {
      const [isAcross, phase] = [random.uniform() < 0.5, random.integer(0, 1)];
      const inputs = empty(() => random.normal()).map(
        (value, k) => 2 * value + 0.5 * (((isAcross ? Math.floor(k / SIDE) : k % SIDE) + phase) % 2),
      );
      return { inputs, targets: { y: [Number(isAcross)] } };
    },
  },
  'how many spots': {
    head: [1, 'linear', 'meanSquaredError'],
    law: () => (random) => {
      const spots = random.integer(0, 5);
      const picture = empty(() => 0.5 * random.normal());
      const places = random.permutation(SIDE * SIDE).subarray(0, spots);
      for (const place of places) picture[place] = 1.5;
      return { inputs: picture, targets: { y: [(spots - 2.5) / 1.7] } };
    },
  },
  'which quarter is bright': {
    head: [4, 'softmax', 'categoricalCrossentropy'],
    law: () => (random) => {
      const quarter = random.integer(0, 3);
      const inputs = empty(() => random.normal()).map((value, k) => {
        const here = (Math.floor(k / SIDE) < SIDE / 2 ? 0 : 2) + (k % SIDE < SIDE / 2 ? 0 : 1);
        return 3 * value + (here === quarter ? 0.6 : 0);
      });
      return { inputs, targets: { y: oneHot(quarter, 4) } };
    },
  },
};

const convolution = (filters: number, name: string, next: Next, rest: object = {}) =>
  tf.layers.conv2d({
    filters,
    kernelSize: 3,
    activation: 'relu',
    name,
    kernelInitializer: tf.initializers.heNormal({ seed: next() }),
    ...rest,
  });

const TRUNKS: Readonly<Record<string, (input: Tensor, next: Next) => Tensor>> = {
  'a mean over the picture': (input, next) =>
    tf.layers
      .globalAveragePooling2d({ dataFormat: 'channelsLast' })
      .apply(convolution(16, 'convolution', next).apply(input)) as Tensor,
  'two convolutions with strides': (input, next) => {
    const first = convolution(8, 'convolution1', next, { strides: 2, padding: 'same' }).apply(input);
    const second = convolution(12, 'convolution2', next, { strides: 2, padding: 'same' }).apply(first);
    return dense(16, 'relu', 'hidden1', next()).apply(tf.layers.flatten().apply(second)) as Tensor;
  },
  'normalised convolution': (input, next) => {
    const seen = convolution(8, 'convolution', next, { activation: 'linear' }).apply(input);
    const bent = tf.layers
      .activation({ activation: 'relu', name: 'bend' })
      .apply(tf.layers.batchNormalization({ name: 'normal' }).apply(seen));
    const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(bent);
    return dense(12, 'relu', 'hidden1', next()).apply(tf.layers.flatten().apply(pooled)) as Tensor;
  },
  'flat and dense': (input, next) =>
    dense(32, 'relu', 'hidden1', next()).apply(tf.layers.flatten().apply(input)) as Tensor,
};

const PAIRS: readonly [task: string, trunk: string, learningRate: number, epochs: number][] = [
  ['a cross, a ring or a square', 'two convolutions with strides', 5e-3, 20],
  ['a cross, a ring or a square', 'normalised convolution', 5e-3, 15],
  ['stripes across or along', 'a mean over the picture', 1e-2, 20],
  ['stripes across or along', 'two convolutions with strides', 5e-3, 12],
  ['how many spots', 'a mean over the picture', 2e-2, 40],
  ['how many spots', 'two convolutions with strides', 5e-3, 25],
  ['how many spots', 'normalised convolution', 5e-3, 20],
  ['which quarter is bright', 'flat and dense', 3e-3, 10],
  ['which quarter is bright', 'two convolutions with strides', 5e-3, 10],
];

/** Small pictures read in other ways: strides, means, normalisation, no convolution at all. */
export const SHAPES: readonly Blueprint[] = PAIRS.map(([task, trunk, learningRate, epochs]) => {
  const { head, law } = TASKS[task]!;
  return blueprint({
    name: `${task}, ${trunk}`,
    family: 'small pictures',
    law,
    shape: [SIDE, SIDE, 1],
    rows: 400,
    validationRows: 250,
    model: (input, next) => [dense(head[0], head[1], 'y', next()).apply(TRUNKS[trunk]!(input, next)) as Tensor],
    options: { losses: head[2], optimizer: { kind: 'adam', learningRate }, epochs },
  });
});
