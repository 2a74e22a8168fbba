import { tf } from '../../../core';
import { type Blueprint, blueprint, type Draw, dense, oneHot, stack } from './blueprint';

const SIDE = 8;

/** A bar that lies, stands, or leans, anywhere, in noise. */
const bars = (): Draw => (random) => {
  const which = random.integer(0, 2);
  const picture = Array.from({ length: SIDE * SIDE }, () => 0.15 * random.normal());
  const [row, column] = [random.integer(0, SIDE - 4), random.integer(0, SIDE - 4)];
  for (let k = 0; k < 4; k++) {
    const [r, c] = [row + (which === 0 ? 0 : k), column + (which === 1 ? 0 : k)];
    picture[r * SIDE + c]! += 1;
  }
  return { inputs: picture, targets: { y: oneHot(which, 3) } };
};

/** A bright blot; where its middle is, and how bright. */
const blot = (): Draw => (random) => {
  const [row, column] = [1 + 5 * random.uniform(), 1 + 5 * random.uniform()];
  const bright = 0.5 + random.uniform();
  const inputs = Array.from({ length: SIDE * SIDE }, (_, k) => {
    const [r, c] = [Math.floor(k / SIDE), k % SIDE];
    return bright * Math.exp(-((r - row) ** 2 + (c - column) ** 2) / 3) + 0.05 * random.normal();
  });
  return { inputs, targets: { y: [(row - 3.5) / 1.5, (column - 3.5) / 1.5] } };
};

const convolved = (name: string, law: () => Draw, filters: number, outputs: number, isClass: boolean): Blueprint =>
  blueprint({
    name: `${name}, convolution of ${filters} filters`,
    family: 'pictures by convolution',
    law,
    shape: [SIDE, SIDE, 1],
    rows: 500,
    model: (input, next) => {
      const seen = tf.layers
        .conv2d({
          filters,
          kernelSize: 3,
          activation: 'relu',
          name: 'convolution',
          kernelInitializer: tf.initializers.heNormal({ seed: next() }),
        })
        .apply(input);
      const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(seen);
      const flat = tf.layers.flatten().apply(pooled) as typeof input;
      return [
        dense(outputs, isClass ? 'softmax' : 'linear', 'y', next()).apply(
          stack(flat, [24], 'relu', next),
        ) as typeof input,
      ];
    },
    options: {
      losses: isClass ? 'categoricalCrossentropy' : 'meanSquaredError',
      optimizer: { kind: 'adam', learningRate: 3e-3 },
      epochs: 30,
    },
  });

/** Convolutional networks on small pictures, and a dense one. */
export const PICTURES: readonly Blueprint[] = [
  convolved('bars', bars, 8, 3, true),
  convolved('bars', bars, 16, 3, true),
  convolved('a blot', blot, 8, 2, false),
  convolved('a blot', blot, 12, 2, false),
  blueprint({
    name: 'a blot, flat, 64-32 relu',
    family: 'pictures by convolution',
    law: blot,
    shape: [SIDE * SIDE],
    rows: 500,
    model: (input, next) => [
      dense(2, 'linear', 'y', next()).apply(stack(input, [64, 32], 'relu', next)) as typeof input,
    ],
    options: { losses: 'meanSquaredError', optimizer: { kind: 'adam', learningRate: 2e-3 }, epochs: 40 },
  }),
];
