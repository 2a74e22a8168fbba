import { type Random, type TF, tf } from '../../../core';
import type { LossName } from '../../../losses';
import type { FitOptions } from '../../../training';
import { type Blueprint, blueprint, type Draw, dense, oneHot } from './blueprint';

type Tensor = TF.SymbolicTensor;
type Next = () => number;

const STEPS = 10;

/** Windows cut from one series, row after row: they overlap. */
function windowsOf(step: (past: readonly number[], random: Random) => number, steps: number): () => Draw {
  return () => {
    const series: number[] = [];
    return (random) => {
      do series.push(step(series, random));
      while (series.length < steps + 20);
      const at = series.length - 1;
      return { inputs: series.slice(at - steps, at), targets: { y: [series[at]!] } };
    };
  };
}

const last = (past: readonly number[], back: number) => past[past.length - back] ?? 0;

/** Laws of series, with the head for each. */
const TASKS = {
  'a swing that dies away': {
    features: 1,
    head: [1, 'linear', 'meanSquaredError'],
    law: windowsOf((past, random) => 1.5 * last(past, 1) - 0.8 * last(past, 2) + 0.35 * random.normal(), STEPS),
  },
  'a season of six': {
    features: 1,
    head: [1, 'linear', 'meanSquaredError'],
    law: windowsOf(
      (past, random) => Math.sin((past.length * Math.PI) / 3) + 0.5 * last(past, 6) * 0.6 + 0.15 * random.normal(),
      STEPS,
    ),
  },
  'the sum of two that are marked': {
    features: 2,
    head: [1, 'linear', 'meanSquaredError'],
    law: (): Draw => (random) => {
      const [one, other] = [random.integer(0, 4), random.integer(5, 9)];
      const values = Array.from({ length: STEPS }, () => random.uniform());
      const inputs = values.flatMap((value, k) => [2 * value - 1, Number(k === one || k === other)]);
      return { inputs, targets: { y: [values[one]! + values[other]! - 1] } };
    },
  },
  'which tone sounds': {
    features: 1,
    head: [3, 'softmax', 'categoricalCrossentropy'],
    law: (): Draw => (random) => {
      const tone = random.integer(0, 2);
      const phase = 2 * Math.PI * random.uniform();
      const inputs = Array.from(
        { length: 16 },
        (_, k) => Math.sin([0.5, 1, 1.7][tone]! * k + phase) + 0.3 * random.normal(),
      );
      return { inputs, targets: { y: oneHot(tone, 3) } };
    },
  },
  'more ups than downs': {
    features: 1,
    head: [1, 'sigmoid', 'binaryCrossentropy'],
    law: (): Draw => (random) => {
      const inputs = Array.from({ length: STEPS }, () => random.normal());
      return { inputs, targets: { y: [Number(inputs.filter((value) => value > 0).length > STEPS / 2)] } };
    },
  },
  'the largest so far': {
    features: 1,
    head: [1, 'linear', 'meanSquaredError'],
    law: (): Draw => (random) => {
      const inputs = Array.from({ length: STEPS }, () => random.normal());
      return { inputs, targets: { y: [Math.max(...inputs) - 1.5] } };
    },
  },
  'how many beats': {
    features: 1,
    head: [1, 'linear', 'meanSquaredError'],
    law: (): Draw => (random) => {
      const beats = random.integer(0, 4);
      const inputs = Array.from({ length: 16 }, () => 0.2 * random.normal());
      for (let beat = 0; beat < beats; beat++) {
        const at = 1 + 3 * beat + random.integer(0, 1);
        inputs[at]! += 2;
        inputs[at + 1]! -= 1;
      }
      return { inputs, targets: { y: [(beats - 2) / 1.4] } };
    },
  },
} as const satisfies Record<
  string,
  { features: number; head: readonly [number, string, LossName]; law: (random: Random) => Draw }
>;

const recurrentWeights = (next: Next) => ({
  kernelInitializer: tf.initializers.glorotUniform({ seed: next() }),
  recurrentInitializer: tf.initializers.orthogonal({ seed: next() }),
});
const convolution = (filters: number, kernelSize: number, name: string, next: Next, rest: object = {}) =>
  tf.layers.conv1d({
    filters,
    kernelSize,
    activation: 'relu',
    name,
    kernelInitializer: tf.initializers.heNormal({ seed: next() }),
    ...rest,
  });

const TRUNKS: Readonly<Record<string, (input: Tensor, next: Next) => Tensor>> = {
  'a gru of 10': (input, next) =>
    tf.layers.gru({ units: 10, name: 'recurrent', ...recurrentWeights(next) }).apply(input) as Tensor,
  'an lstm of 8': (input, next) =>
    tf.layers.lstm({ units: 8, name: 'recurrent', ...recurrentWeights(next) }).apply(input) as Tensor,
  'a simple recurrence of 12, then dense': (input, next) => {
    const x = tf.layers.simpleRNN({ units: 12, name: 'recurrent', ...recurrentWeights(next) }).apply(input);
    return dense(12, 'relu', 'hidden1', next()).apply(x) as Tensor;
  },
  'two grus': (input, next) => {
    const first = tf.layers.gru({ units: 8, name: 'recurrent1', returnSequences: true, ...recurrentWeights(next) });
    const second = tf.layers.gru({ units: 8, name: 'recurrent2', ...recurrentWeights(next) });
    return second.apply(first.apply(input)) as Tensor;
  },
  'convolution and a mean': (input, next) => {
    const seen = convolution(12, 3, 'convolution', next).apply(input);
    const pooled = tf.layers.globalAveragePooling1d({}).apply(seen);
    return dense(12, 'relu', 'hidden1', next()).apply(pooled) as Tensor;
  },
  'two convolutions, flat': (input, next) => {
    const first = convolution(8, 3, 'convolution1', next).apply(input);
    const second = convolution(8, 3, 'convolution2', next, { strides: 2 }).apply(first);
    return dense(12, 'relu', 'hidden1', next()).apply(tf.layers.flatten().apply(second)) as Tensor;
  },
  'flat and dense': (input, next) => {
    const first = dense(32, 'relu', 'hidden1', next()).apply(tf.layers.flatten().apply(input));
    return dense(16, 'relu', 'hidden2', next()).apply(first) as Tensor;
  },
};

const adam = (learningRate: number, epochs: number): Partial<FitOptions> => ({
  optimizer: { kind: 'adam', learningRate },
  epochs,
});

const PAIRS: readonly [task: keyof typeof TASKS, trunk: string, options: Partial<FitOptions>][] = [
  ['a swing that dies away', 'a gru of 10', adam(1e-2, 15)],
  ['a swing that dies away', 'flat and dense', adam(3e-3, 12)],
  ['a swing that dies away', 'two convolutions, flat', adam(5e-3, 12)],
  ['a season of six', 'an lstm of 8', adam(1e-2, 20)],
  ['a season of six', 'a simple recurrence of 12, then dense', adam(5e-3, 20)],
  ['the sum of two that are marked', 'a gru of 10', adam(1e-2, 40)],
  ['the sum of two that are marked', 'two convolutions, flat', adam(1e-2, 40)],
  ['which tone sounds', 'convolution and a mean', adam(1e-2, 25)],
  ['which tone sounds', 'two convolutions, flat', adam(5e-3, 15)],
  ['which tone sounds', 'a gru of 10', adam(1e-2, 25)],
  ['more ups than downs', 'convolution and a mean', adam(1e-2, 30)],
  ['more ups than downs', 'flat and dense', adam(5e-3, 15)],
  ['the largest so far', 'two grus', adam(1e-2, 25)],
  ['the largest so far', 'a simple recurrence of 12, then dense', adam(1e-2, 30)],
  ['how many beats', 'convolution and a mean', adam(1e-2, 40)],
  ['how many beats', 'two convolutions, flat', adam(5e-3, 30)],
];

/** Windows of one series, tones, beats and marks, by recurrence, convolution and plain layers. */
export const SIGNALS: readonly Blueprint[] = PAIRS.map(([task, trunk, options]) => {
  const { features, head, law } = TASKS[task];
  const steps = task === 'which tone sounds' || task === 'how many beats' ? 16 : STEPS;
  return blueprint({
    name: `${task}, ${trunk}`,
    family: 'signals and windows',
    law,
    shape: [steps, features],
    rows: 400,
    validationRows: 250,
    model: (input, next) => [dense(head[0], head[1], 'y', next()).apply(TRUNKS[trunk]!(input, next)) as Tensor],
    options: { losses: head[2], ...options },
  });
});
