import { Random, type TF, tf } from '../../core';
import type { Loss } from '../../losses';
import { huber } from '../../losses';
import type { ProgramParts } from '../../programs';
import { healthyParts, type Numbers, type Parts, programOf, squared, volatilityTargets } from './baseProgram';
import type { BenchmarkProgram } from './benchmark';

/** A fault and its healthy twin: the same program but for one thing. */
export interface Twin {
  /** The fault in words. */
  fault: string;
  /** The cause a diagnosis should name first. */
  cause: string;
  /** Both programs of a seed; they share data and initial weights as far as the fault allows. */
  build(seed: number, faulty: boolean): ProgramParts<TF.LayersModel>;
}

/** Bends the healthy parts; `faulty` says whether the fault itself goes in, so that twins share all the rest. */
type Bend = (parts: Parts, faulty: boolean, random: Random) => void;

/** A fault by what it does to the healthy parts. */
export const twin = (fault: string, cause: string, bend: Bend): Twin => ({
  fault,
  cause,
  build(seed, faulty) {
    const parts = healthyParts(seed);
    bend(parts, faulty, new Random(seed).fork(fault));
    return programOf(parts, seed);
  },
});

const both = ({ train, validation }: Parts): Numbers[] => [train, validation];

/** Maps every feature of training and validation rows. */
function mapInputs(parts: Parts, map: (value: number, feature: number) => number): void {
  for (const part of both(parts)) part.inputs = part.inputs.map((row) => row.map(map));
}

/** Adds a volatility-like head of positive targets. */
function addVolatility(parts: Parts, random: Random, activation: Parts['heads'][string]['activation']): void {
  for (const part of both(parts)) part.targets['volatility'] = volatilityTargets(part.inputs, random);
  parts.heads['volatility'] = { activation };
  parts.options.losses = { y: 'meanSquaredError', volatility: 'meanSquaredError' };
  parts.options.lossWeights = { y: 1, volatility: 3000 };
  parts.options.epochs = 60;
}

/** The faults of the documentation on a small ReLU regression. */
export const TWINS: readonly Twin[] = [
  twin('features never normalised', 'inputs-not-normalised', (parts, faulty) => {
    // Prices, volumes, shares and rates as they come.
    const scales = [50, 1e4, 0.01, 5, 300, 1, 20, 1000];
    if (faulty) mapInputs(parts, (value, k) => scales[k]! * (3 + value));
  }),
  twin('features normalised twice', 'inputs-normalised-twice', (parts, faulty) => {
    // The scaler of raw prices (mean 100, standard deviation 20) applied once more to what it gave.
    if (faulty) mapInputs(parts, (value) => (value - 100) / 20);
  }),
  twin('features shuffled against targets', 'inputs-unrelated-to-targets', (parts, faulty, random) => {
    if (!faulty) return;
    for (const part of both(parts)) {
      const order = random.permutation(part.inputs.length);
      part.inputs = Array.from(order, (row) => part.inputs[row]!);
    }
  }),
  twin('targets a thousand times too large', 'targets-not-scaled', (parts, faulty) => {
    // Ten times too large is learnt all the same.
    if (faulty) for (const part of both(parts)) part.targets['y'] = part.targets['y']!.map((value) => value * 1000);
  }),
  twin('sigmoid output for targets from -1 to 1', 'output-out-of-range', (parts, faulty) => {
    for (const part of both(parts)) part.targets['y'] = part.targets['y']!.map(Math.tanh);
    if (faulty) parts.heads['y'] = { activation: 'sigmoid' };
  }),
  twin('softmax of one unit', 'one-unit-softmax', (parts, faulty) => {
    if (faulty) parts.heads['y'] = { activation: 'softmax' };
  }),
  twin('sum of squared errors for the mean', 'loss-summed', (parts, faulty) => {
    // Adam divides by the size of the gradient and learns from a sum as well; gradient descent does not.
    parts.options.optimizer = { kind: 'sgd', learningRate: 0.05 };
    parts.options.losses = { y: faulty ? (t, p) => tf.sum(tf.squaredDifference(t, p)) : squared };
  }),
  twin('loss of [n] targets against [n, 1] predictions', 'loss-broadcasts', (parts, faulty) => {
    parts.options.losses = { y: faulty ? (t, p) => tf.mean(tf.square(tf.sub(tf.reshape(t, [-1]), p))) : squared };
  }),
  twin('cross-entropy on a regression', 'log-loss-on-numbers', (parts, faulty) => {
    if (faulty) parts.options.losses = { y: 'binaryCrossentropy' };
  }),
  twin('a sigmoid before a loss that applies its own', 'second-sigmoid', (parts, faulty) => {
    for (const part of both(parts)) part.targets['y'] = part.targets['y']!.map((value) => Number(value > 0));
    parts.options.losses = { y: 'binaryCrossentropyFromLogits' };
    if (faulty) parts.heads['y'] = { activation: 'sigmoid' };
  }),
  twin('a Huber loss of the sigmoid of a sigmoid', 'second-sigmoid', (parts, faulty) => {
    for (const part of both(parts)) part.targets['y'] = part.targets['y']!.map((value) => Number(value > 0));
    parts.options.losses = { y: (t, p) => huber(t, tf.sigmoid(p)) };
    if (faulty) parts.heads['y'] = { activation: 'sigmoid' };
  }),
  twin('a loss that reads nothing of the predictions', 'loss-constant', (parts, faulty) => {
    parts.options.losses = { y: faulty ? (t, p) => tf.add(tf.mean(tf.square(t)), tf.mul(tf.mean(p), 0)) : squared };
  }),
  twin('flipped sign of the gradient', 'loss-rewards-error', (parts, faulty) => {
    parts.options.losses = { y: faulty ? (t, p) => tf.neg(squared(t, p)) : squared };
  }),
  twin('learning rate of 1', 'learning-rate-too-high', (parts, faulty) => {
    parts.options.optimizer = { kind: 'adam', learningRate: faulty ? 1 : 3e-3 };
  }),
  twin('learning rate of 1e-5', 'learning-rate-too-low', (parts, faulty) => {
    parts.options.optimizer = { kind: 'adam', learningRate: faulty ? 1e-5 : 3e-3 };
  }),
  twin('every weight starts at 0.01', 'symmetric-initialisation', (parts, faulty) => {
    if (!faulty) return;
    parts.hiddenInitializer = () => tf.initializers.constant({ value: 0.01 }) as ReturnType<Parts['hiddenInitializer']>;
    parts.heads['y'] = { activation: 'linear', initializer: parts.hiddenInitializer(0) };
  }),
  twin('normal initial weights of standard deviation 3', 'poor-initialisation', (parts, faulty) => {
    parts.hidden = [64, 64, 64];
    parts.options.optimizer = { kind: 'adam', learningRate: 1e-3 };
    if (faulty) parts.hiddenInitializer = (seed) => tf.initializers.randomNormal({ stddev: 3, seed }) as never;
  }),
  twin('L2 penalty of 0.1', 'regularisation-too-strong', (parts, faulty) => {
    parts.l2 = faulty ? 0.1 : 1e-4;
  }),
  twin('one head’s loss weighs 10,000 times the other’s', 'dominant-loss-term', (parts, faulty) => {
    for (const part of both(parts))
      part.targets['z'] = Float32Array.from(part.inputs, (x) => 0.8 * x[6]! + 0.6 * x[7]!);
    parts.heads['z'] = { activation: 'linear' };
    parts.hidden = [16, 4];
    parts.options.epochs = 80;
    parts.options.losses = { y: 'meanSquaredError', z: 'meanSquaredError' };
    parts.options.lossWeights = { y: faulty ? 1e4 : 1, z: 1 };
  }),
  twin('a dead ReLU head beside a healthy one', 'dead-head', (parts, faulty, random) => {
    addVolatility(parts, random, faulty ? 'relu' : 'softplus');
    // The bias that the documented run had learned: below what the trunk can lift.
    if (faulty) parts.heads['volatility'] = { activation: 'relu', bias: -3 };
    else parts.heads['volatility'] = { activation: 'softplus', bias: -3 };
  }),
  twin('heavy-tailed features', 'heavy-tailed-inputs', (parts, faulty) => {
    // Normal -> Cauchy by quantiles, as a ratio of two small numbers gives.
    const heavy = (z: number) => Math.tan(Math.PI * (normalCDF(z) - 0.5));
    if (faulty) mapInputs(parts, (value, k) => (k < 3 ? heavy(value) : value));
  }),
  twin('validation inputs on another scale', 'validation-inputs-out-of-range', (parts, faulty) => {
    if (faulty) parts.validation.inputs = parts.validation.inputs.map((row) => row.map((value) => -40 - 5 * value));
  }),
  twin('a saturated sigmoid head', 'saturated-head', (parts, faulty, random) => {
    addVolatility(parts, random, faulty ? 'sigmoid' : 'softplus');
    const initializer = tf.initializers.randomUniform({ minval: 1, maxval: 3, seed: 3 }) as never;
    parts.heads['volatility'] = faulty
      ? { activation: 'sigmoid', initializer, bias: 12 }
      : { activation: 'softplus', bias: -3 };
  }),
  twin('negative outputs for a positive target', 'negative-outputs', (parts, faulty, random) => {
    addVolatility(parts, random, faulty ? 'leakyReLU' : 'softplus');
    parts.heads['volatility'] = { activation: faulty ? 'leakyReLU' : 'softplus', bias: faulty ? -3 : -3 };
  }),
  twin(
    'a Huber term that drowns the ranking and collapses the scale',
    'dominant-loss-term',
    (parts, faulty, random) => {
      // Rare events: nothing happens in most rows, so the median that an almost linear Huber loss aims at is 0 everywhere.
      for (const part of both(parts)) {
        const events = Float32Array.from(part.inputs, (x) => {
          const chance = 0.02 + 0.46 / (1 + Math.exp(-3 * x[0]!));
          return random.uniform() < chance ? 1 + 0.3 * random.normal() : 0.01 * random.normal();
        });
        part.targets = { y: events, ranking: events };
      }
      parts.hidden = [4];
      parts.options.optimizer = { kind: 'adam', learningRate: 3e-3 };
      parts.heads = { y: { activation: 'linear' }, ranking: { activation: 'linear', of: 'y' } };
      parts.options.losses = { y: (t, p) => huber(t, p, 0.02), ranking: oneLessCorrelation };
      parts.options.lossWeights = faulty ? { y: 50, ranking: 0.01 } : { y: 1, ranking: 0.2 };
    },
  ),
];

/** 1 - correlation within the batch, with a floor under the spread of the predictions. */
const oneLessCorrelation: Loss = (targets, predictions) => {
  const centred = (values: TF.Tensor) => tf.sub(values, tf.mean(values));
  const spread = (values: TF.Tensor) => tf.sqrt(tf.add(tf.mean(tf.square(values)), 1e-3));
  const [t, p] = [centred(targets), centred(predictions)];
  return tf.sub(1, tf.div(tf.mean(tf.mul(t, p)), tf.mul(spread(t), spread(p))));
};

/** The standard normal distribution function, by the error function's approximation 7.1.26 of Abramowitz and Stegun 1964. */
function normalCDF(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - tail * Math.exp((-z * z) / 2);
  return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

/** Both programs of every twin, for `runBenchmark`. */
export const twinPrograms = (twins: readonly Twin[] = TWINS): BenchmarkProgram[] =>
  twins.flatMap((twin) => [
    { name: twin.fault, cause: twin.cause, build: (seed) => twin.build(seed, true) },
    { name: `healthy twin of: ${twin.fault}`, cause: '', build: (seed) => twin.build(seed, false) },
  ]);
