import { type Random, type TF, tf } from '../../../core';
import type { LossName } from '../../../losses';
import type { FitOptions } from '../../../training';
import { type Blueprint, blueprint, type Draw, dense, normals, oneHot } from './blueprint';

type Tensor = TF.SymbolicTensor;
type Next = () => number;
/** What stands between the inputs and the head. */
type Trunk = (input: Tensor, next: Next) => Tensor;

const join = (kind: 'add' | 'concatenate' | 'multiply', parts: Tensor[]): Tensor =>
  tf.layers[kind]().apply(parts) as Tensor;
const bend = (activation: string, name: string, x: Tensor): Tensor =>
  tf.layers.activation({ activation: activation as 'relu', name }).apply(x) as Tensor;
const wide = (units: number, activation: string, name: string, next: Next, x: Tensor): Tensor =>
  dense(units, activation, name, next()).apply(x) as Tensor;

const TRUNKS: Readonly<Record<string, Trunk>> = {
  'normalised by batches': (input, next) => {
    const first = tf.layers.batchNormalization({ name: 'normal1' }).apply(wide(24, 'linear', 'hidden1', next, input));
    return wide(12, 'relu', 'hidden2', next, bend('relu', 'bend1', first as Tensor));
  },
  'normalised by layers': (input, next) => {
    const first = tf.layers.layerNormalization({ name: 'normal1' }).apply(wide(24, 'linear', 'hidden1', next, input));
    return wide(16, 'relu', 'hidden2', next, bend('relu', 'bend1', first as Tensor));
  },
  'shortcuts around two blocks': (input, next) => {
    let x = wide(16, 'relu', 'hidden1', next, input);
    for (const block of [2, 3]) x = join('add', [x, wide(16, 'relu', `hidden${block}`, next, x)]);
    return x;
  },
  'wide beside deep': (input, next) =>
    join('concatenate', [input, wide(12, 'relu', 'hidden2', next, wide(24, 'relu', 'hidden1', next, input))]),
  'dropout of a fifth': (input, next) => {
    const first = wide(40, 'relu', 'hidden1', next, input);
    const left = tf.layers.dropout({ rate: 0.2, seed: 3, name: 'thinned' }).apply(first) as Tensor;
    return wide(16, 'relu', 'hidden2', next, left);
  },
  'a gate that multiplies': (input, next) =>
    join('multiply', [wide(24, 'tanh', 'hidden1', next, input), wide(24, 'sigmoid', 'gate', next, input)]),
  'selu four deep': (input, next) =>
    [1, 2, 3, 4].reduce((x, k) => {
      const kernelInitializer = tf.initializers.leCunNormal({ seed: next() });
      return tf.layers
        .dense({ units: 16, activation: 'selu', name: `hidden${k}`, kernelInitializer })
        .apply(x) as Tensor;
    }, input),
  'swish and a weak penalty': (input, next) => {
    const kernelRegularizer = tf.regularizers.l2({ l2: 1e-4 });
    const kernelInitializer = tf.initializers.glorotUniform({ seed: next() });
    const x = tf.layers.dense({
      units: 32,
      activation: 'swish',
      name: 'hidden1',
      kernelInitializer,
      kernelRegularizer,
    });
    return x.apply(input) as Tensor;
  },
  'leaking rectifiers': (input, next) => {
    const leak = (name: string, x: Tensor) => tf.layers.leakyReLU({ alpha: 0.1, name }).apply(x) as Tensor;
    const first = leak('leak1', wide(24, 'linear', 'hidden1', next, input));
    return leak('leak2', wide(16, 'linear', 'hidden2', next, first));
  },
  'narrow in the middle': (input, next) =>
    [24, 5, 24].reduce((x, units, k) => wide(units, 'tanh', `hidden${k + 1}`, next, x), input),
};

/** What is to be learnt, with the head for it. */
interface Task {
  columns: number;
  head: readonly [units: number, activation: string, loss: LossName];
  law(random: Random): Draw;
}

const TASKS: Readonly<Record<string, Task>> = {
  'a saddle': {
    columns: 4,
    head: [1, 'linear', 'meanSquaredError'],
    law: () => (random) => {
      const x = Array.from({ length: 4 }, () => 2 * random.uniform() - 1);
      return {
        inputs: x.map((v) => 1.7 * v),
        targets: { y: [1.6 * (x[0]! ** 2 - x[1]! ** 2) + x[2]! + 0.08 * random.normal()] },
      };
    },
  },
  'a checkerboard of two by two': {
    columns: 3,
    head: [1, 'sigmoid', 'binaryCrossentropy'],
    law: () => (random) => {
      const x = Array.from({ length: 3 }, () => 1.7 * (2 * random.uniform() - 1));
      return { inputs: x, targets: { y: [Number(x[0]! > 0.2 === x[1]! > -0.2)] } };
    },
  },
  'which centre is nearest': {
    columns: 4,
    head: [4, 'softmax', 'categoricalCrossentropy'],
    law: (law) => {
      const centers = Array.from({ length: 4 }, () => normals(law, 4));
      return (random) => {
        const x = normals(random, 4);
        const away = centers.map((center) => center.reduce((sum, c, k) => sum + (c - x[k]!) ** 2, 0));
        return { inputs: x, targets: { y: oneHot(away.indexOf(Math.min(...away)), 4) } };
      };
    },
  },
  'the arm of a robot': {
    columns: 2,
    head: [2, 'linear', 'meanSquaredError'],
    law: () => (random) => {
      const [a, b] = [Math.PI * random.uniform(), 1.5 * random.uniform()];
      const noise = () => 0.03 * random.normal();
      return {
        inputs: [a - Math.PI / 2, 2 * b - 1.5],
        targets: {
          y: [Math.cos(a) + 0.7 * Math.cos(a + b) + noise(), Math.sin(a) + 0.7 * Math.sin(a + b) - 0.7 + noise()],
        },
      };
    },
  },
  'eight columns through five': {
    columns: 8,
    head: [8, 'linear', 'meanSquaredError'],
    law: (law) => {
      const mix = Array.from({ length: 8 }, () => normals(law, 3).map((w) => w / 1.7));
      return (random) => {
        const hidden = normals(random, 3);
        const x = mix.map((w) => w.reduce((sum, value, k) => sum + value * hidden[k]!, 0) + 0.1 * random.normal());
        return { inputs: x, targets: { y: x } };
      };
    },
  },
};

const adam = (learningRate: number, epochs: number): Partial<FitOptions> => ({
  optimizer: { kind: 'adam', learningRate },
  epochs,
});
const descent = (learningRate: number, epochs: number): Partial<FitOptions> => ({
  optimizer: { kind: 'sgd', learningRate, momentum: 0.9 },
  epochs,
});

const PAIRS: readonly [task: string, trunk: string, options: Partial<FitOptions>][] = [
  ['a saddle', 'normalised by batches', adam(1e-2, 25)],
  ['a saddle', 'shortcuts around two blocks', adam(5e-3, 30)],
  ['a saddle', 'swish and a weak penalty', adam(1e-2, 40)],
  ['a saddle', 'leaking rectifiers', descent(0.02, 40)],
  ['a checkerboard of two by two', 'wide beside deep', adam(1e-2, 30)],
  ['a checkerboard of two by two', 'dropout of a fifth', adam(1e-2, 35)],
  ['a checkerboard of two by two', 'selu four deep', adam(5e-3, 30)],
  ['a checkerboard of two by two', 'normalised by layers', adam(1e-2, 30)],
  ['which centre is nearest', 'a gate that multiplies', adam(1e-2, 30)],
  ['which centre is nearest', 'normalised by batches', descent(0.05, 25)],
  ['which centre is nearest', 'shortcuts around two blocks', adam(5e-3, 25)],
  ['which centre is nearest', 'dropout of a fifth', adam(1e-2, 25)],
  ['the arm of a robot', 'selu four deep', adam(3e-3, 30)],
  ['the arm of a robot', 'wide beside deep', adam(1e-2, 30)],
  ['the arm of a robot', 'swish and a weak penalty', adam(1e-2, 40)],
  ['the arm of a robot', 'a gate that multiplies', adam(1e-2, 35)],
  ['eight columns through five', 'narrow in the middle', adam(1e-2, 40)],
  ['eight columns through five', 'leaking rectifiers', adam(5e-3, 30)],
];

/** Networks of other shapes than a stack: normalisation, shortcuts, gates, dropout, bottlenecks. */
export const STRUCTURES: readonly Blueprint[] = PAIRS.map(([task, trunk, options]) => {
  const { columns, head, law } = TASKS[task]!;
  return blueprint({
    name: `${task}, ${trunk}`,
    family: 'networks of other shapes',
    law,
    shape: [columns],
    rows: 450,
    validationRows: 250,
    model: (input, next) => [wide(head[0], head[1], 'y', next, TRUNKS[trunk]!(input, next))],
    options: { losses: head[2], ...options },
  });
});
