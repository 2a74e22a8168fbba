import type { FitOptions } from '../../../training';
import { type Blueprint, blueprint, type Draw, dense, normals, oneHot, stack } from './blueprint';

/** A direction of three classes, a positive size and a signed number, from the same inputs. */
const several = (): Draw => (random) => {
  const x = normals(random, 8);
  const score = 0.9 * x[0]! - 0.6 * x[1]! + 0.5 * x[2]! * x[3]! + 0.2 * random.normal();
  return {
    inputs: x,
    targets: {
      direction: oneHot(score < -0.5 ? 0 : score > 0.5 ? 2 : 1, 3),
      size: [Math.exp(0.4 * x[4]! - 0.3 * x[0]!) * (1 + 0.05 * random.normal())],
      change: [0.8 * x[5]! + 0.5 * Math.sin(x[6]!) + 0.1 * random.normal()],
    },
  };
};

const HEADS = {
  direction: { units: 3, activation: 'softmax', loss: 'categoricalCrossentropy' },
  size: { units: 1, activation: 'softplus', loss: 'meanSquaredError' },
  change: { units: 1, activation: 'linear', loss: 'meanSquaredError' },
} as const;

const withHeads = (
  heads: readonly (keyof typeof HEADS)[],
  units: number[],
  activation: string,
  options: Partial<FitOptions>,
): Blueprint =>
  blueprint({
    name: `${heads.join(' and ')}, ${units.join('-')} ${activation}`,
    family: 'several heads',
    law: () => (random) => {
      const { inputs, targets } = several()(random);
      return { inputs, targets: Object.fromEntries(heads.map((head) => [head, targets[head]!])) };
    },
    shape: [8],
    rows: 600,
    model: (input, next) => {
      const trunk = stack(input, units, activation, next);
      return heads.map(
        (head) => dense(HEADS[head].units, HEADS[head].activation, head, next()).apply(trunk) as typeof input,
      );
    },
    options: {
      losses: Object.fromEntries(heads.map((head) => [head, HEADS[head].loss])),
      lossWeights: Object.fromEntries(heads.map((head) => [head, 1])),
      optimizer: { kind: 'adam', learningRate: 3e-3 },
      epochs: 60,
      ...options,
    },
  });

/** Models of two and three heads on a common trunk. */
export const SEVERAL_HEADS: readonly Blueprint[] = [
  withHeads(['direction', 'size'], [32, 16], 'relu', {}),
  withHeads(['size', 'change'], [48], 'relu', {}),
  withHeads(['direction', 'change'], [32, 16], 'tanh', {}),
  withHeads(['direction', 'size', 'change'], [48, 24], 'relu', {}),
  withHeads(['direction', 'size', 'change'], [32, 32], 'elu', {
    optimizer: { kind: 'sgd', learningRate: 0.02, momentum: 0.9 },
  }),
];
