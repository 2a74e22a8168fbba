import { type Random, type TF, tf } from '../../../core';
import { type Blueprint, blueprint, type Draw, dense, oneHot } from './blueprint';

const STEPS = 12;

/** A window of a noisy wave with its next value. */
const nextValue = (): Draw => (random) => {
  const [frequency, phase] = [0.3 + 0.6 * random.uniform(), 6.28 * random.uniform()];
  const at = (step: number) => Math.sin(frequency * step + phase);
  return {
    inputs: Array.from({ length: STEPS }, (_, step) => at(step) + 0.05 * random.normal()),
    targets: { y: [at(STEPS)] },
  };
};

/** Two series; the class is the sign of what the first gathered, late steps counting more. */
const gathered = (): Draw => (random) => {
  const inputs = Array.from({ length: STEPS * 2 }, () => random.normal());
  let sum = 0;
  for (let step = 0; step < STEPS; step++) sum = 0.8 * sum + inputs[step * 2]!;
  return { inputs, targets: { y: [Number(sum + 0.2 * random.normal() > 0)] } };
};

/** The mean of what one series did while another was on. */
const gatedMean = (): Draw => (random) => {
  const inputs = Array.from({ length: STEPS * 2 }, (_, k) =>
    k % 2 ? Number(random.uniform() < 0.4) : random.normal(),
  );
  let sum = 0;
  for (let step = 0; step < STEPS; step++) sum += inputs[step * 2]! * inputs[step * 2 + 1]!;
  return { inputs, targets: { y: [sum / 2.2 + 0.1 * random.normal()] } };
};

/** Which of three short patterns is hidden somewhere in noise. */
const hiddenPattern = (): Draw => (random) => {
  const patterns = [
    [2, 2, -2, -2],
    [2, -2, 2, -2],
    [-2, 2, 2, -2],
  ];
  const which = random.integer(0, 2);
  const start = random.integer(0, 20);
  const inputs = Array.from({ length: 24 }, () => 0.4 * random.normal());
  patterns[which]!.forEach((value, k) => {
    inputs[start + k]! += value;
  });
  return { inputs, targets: { y: oneHot(which, 3) } };
};

type Cell = (next: () => number) => TF.layers.Layer;
const seeded = (next: () => number) => ({
  kernelInitializer: tf.initializers.glorotUniform({ seed: next() }),
  recurrentInitializer: tf.initializers.orthogonal({ seed: next() }),
});
const CELLS: Readonly<Record<string, Cell>> = {
  simpleRNN: (next) => tf.layers.simpleRNN({ units: 16, name: 'recurrent', ...seeded(next) }),
  lstm: (next) => tf.layers.lstm({ units: 12, name: 'recurrent', ...seeded(next) }),
  gru: (next) => tf.layers.gru({ units: 12, name: 'recurrent', ...seeded(next) }),
};

const recurrent = (
  name: string,
  law: (random: Random) => Draw,
  features: number,
  cell: keyof typeof CELLS,
  head: 'linear' | 'sigmoid',
): Blueprint =>
  blueprint({
    name: `${name}, ${cell}`,
    family: 'sequences by recurrence',
    law,
    shape: [STEPS, features],
    rows: 500,
    model: (input, next) => [dense(1, head, 'y', next()).apply(CELLS[cell]!(next).apply(input)) as typeof input],
    options: {
      losses: head === 'linear' ? 'meanSquaredError' : 'binaryCrossentropy',
      optimizer: { kind: 'adam', learningRate: 1e-2 },
      epochs: 30,
    },
  });

const convolved = (name: string, filters: number, kernelSize: number, pool: 'max' | 'average'): Blueprint =>
  blueprint({
    name: `${name}, convolution of ${filters} filters, ${pool}`,
    family: 'sequences by convolution',
    law: hiddenPattern,
    shape: [24, 1],
    rows: 500,
    model: (input, next) => {
      const seen = tf.layers
        .conv1d({
          filters,
          kernelSize,
          activation: 'relu',
          name: 'convolution',
          kernelInitializer: tf.initializers.heNormal({ seed: next() }),
        })
        .apply(input);
      const pooled = (pool === 'max' ? tf.layers.globalMaxPooling1d({}) : tf.layers.globalAveragePooling1d({})).apply(
        seen,
      );
      const hidden = dense(16, 'relu', 'hidden1', next()).apply(pooled);
      return [dense(3, 'softmax', 'y', next()).apply(hidden) as typeof input];
    },
    options: { losses: 'categoricalCrossentropy', optimizer: { kind: 'adam', learningRate: 5e-3 }, epochs: 40 },
  });

/** Recurrent and convolutional networks on series. */
export const SEQUENCES: readonly Blueprint[] = [
  recurrent('the next value of a wave', nextValue, 1, 'simpleRNN', 'linear'),
  recurrent('the next value of a wave', nextValue, 1, 'gru', 'linear'),
  recurrent('what was gathered', gathered, 2, 'lstm', 'sigmoid'),
  recurrent('what was gathered', gathered, 2, 'simpleRNN', 'sigmoid'),
  recurrent('a mean while a gate is open', gatedMean, 2, 'lstm', 'linear'),
  recurrent('a mean while a gate is open', gatedMean, 2, 'gru', 'linear'),
  convolved('a hidden pattern', 8, 4, 'max'),
  convolved('a hidden pattern', 16, 3, 'max'),
  convolved('a hidden pattern', 24, 4, 'average'),
];
