import { Random, tf } from '../../core';
import { healthyParts, type Parts, programOf, volatilityTargets } from './baseProgram';
import type { BenchmarkProgram } from './benchmark';

/** A healthy program unlike the twins, where a careless rule would raise an alarm. */
const healthy = (name: string, bend: (parts: Parts, random: Random) => void): BenchmarkProgram => ({
  name: `healthy: ${name}`,
  cause: '',
  build(seed) {
    const parts = healthyParts(seed);
    bend(parts, new Random(seed).fork(name));
    return programOf(parts, seed);
  },
});

/** Adds a head to training and validation rows. */
function addHead(parts: Parts, name: string, values: (inputs: readonly Float32Array[]) => Float32Array): void {
  for (const part of [parts.train, parts.validation]) part.targets[name] = values(part.inputs);
  parts.heads[name] = { activation: 'linear' };
}

/** Healthy programs of other kinds than the healthy twins: what a diagnosis must leave alone. */
export const HEALTHY: readonly BenchmarkProgram[] = [
  healthy('tanh layers under gradient descent with momentum', (parts) => {
    parts.hiddenActivation = 'tanh';
    parts.hiddenInitializer = (seed) => tf.initializers.glorotNormal({ seed });
    parts.options.optimizer = { kind: 'sgd', learningRate: 0.02, momentum: 0.9 };
  }),
  healthy('inputs from 0 to 1, not standardised', (parts) => {
    for (const part of [parts.train, parts.validation])
      part.inputs = part.inputs.map((row) => row.map((value) => 1 / (1 + Math.exp(-1.7 * value))));
  }),
  healthy('a weak signal: nine tenths of the target are noise', (parts, random) => {
    for (const part of [parts.train, parts.validation])
      part.targets['y'] = part.targets['y']!.map((value) => 0.35 * value + 0.94 * random.normal());
    parts.hidden = [8];
    parts.l2 = 1e-3;
    parts.options.optimizer = { kind: 'adam', learningRate: 1e-3 };
  }),
  healthy('Student t inputs with 5 degrees of freedom', (parts, random) => {
    for (const part of [parts.train, parts.validation])
      part.inputs = part.inputs.map((row) => row.map((value, k) => (k > 5 ? random.standardizedT(5) : value)));
  }),
  healthy('a wide and deep network', (parts) => {
    parts.hidden = [128, 128, 64, 32];
    parts.options.optimizer = { kind: 'adam', learningRate: 5e-4 };
  }),
  healthy('a rare flag and a constant among the inputs', (parts, random) => {
    for (const part of [parts.train, parts.validation])
      part.inputs = part.inputs.map((row) =>
        row.map((value, k) => (k === 6 ? Number(random.uniform() < 0.03) : k === 7 ? 1 : value)),
      );
  }),
  healthy('two heads of different difficulty', (parts) => {
    addHead(parts, 'easy', (inputs) => Float32Array.from(inputs, (x) => x[0]! + 0.5 * x[1]!));
    parts.options.losses = { y: 'meanSquaredError', easy: 'huber' };
    parts.options.lossWeights = { y: 1, easy: 0.5 };
  }),
  healthy('a binary head with cross-entropy', (parts) => {
    for (const part of [parts.train, parts.validation])
      part.targets['y'] = part.targets['y']!.map((value) => Number(value > 0));
    parts.heads['y'] = { activation: 'sigmoid' };
    parts.options.losses = { y: 'binaryCrossentropy' };
    parts.options.optimizer = { kind: 'adam', learningRate: 1e-3 };
    parts.options.epochs = 25;
  }),
  healthy('a softplus volatility head alone, trained on the absolute error', (parts, random) => {
    for (const part of [parts.train, parts.validation])
      part.targets = { y: volatilityTargets(part.inputs, random).map((value) => value * 50) };
    parts.heads['y'] = { activation: 'softplus' };
    parts.options.losses = { y: 'meanAbsoluteError' };
  }),
  healthy('Adam with an epsilon of 1e-16, which does no harm', (parts) => {
    parts.options.optimizer = { kind: 'adam', learningRate: 3e-3, epsilon: 1e-16 };
  }),
  healthy('targets ten times too large, which are learnt all the same', (parts) => {
    for (const part of [parts.train, parts.validation])
      part.targets['y'] = part.targets['y']!.map((value) => value * 10);
  }),
  healthy('Adam at a rate of 0.1, which is learnt with all the same', (parts) => {
    parts.options.optimizer = { kind: 'adam', learningRate: 0.1 };
  }),
  healthy('decoupled weight decay and clipped gradients', (parts) => {
    parts.options.optimizer = { kind: 'adamw', learningRate: 2e-3, weightDecay: 0.004 };
    parts.options.clipNorm = 1;
  }),
];
