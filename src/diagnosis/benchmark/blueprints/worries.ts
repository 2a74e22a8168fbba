import type { Random } from '../../../core';
import type { LossName } from '../../../losses';
import type { FitOptions } from '../../../training';
import { type Blueprint, blueprint, type Draw, dense, normals, oneHot, stack } from './blueprint';

/** A small table of something people meet, its network, and how it is trained. */
interface Everyday {
  name: string;
  columns: number;
  rows?: number;
  head: readonly [units: number, activation: string, loss: LossName];
  hidden: readonly [units: readonly number[], activation: string];
  options: Partial<FitOptions>;
  law(random: Random): Draw;
}

const adam = (learningRate: number, epochs: number, rest: Partial<FitOptions> = {}): Partial<FitOptions> => ({
  optimizer: { kind: 'adam', learningRate },
  epochs,
  ...rest,
});
const descent = (learningRate: number, momentum: number, epochs: number): Partial<FitOptions> => ({
  optimizer: { kind: 'sgd', learningRate, momentum },
  epochs,
});
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
const logistic = (value: number) => 1 / (1 + Math.exp(-value));
const NUMBER = [1, 'linear', 'meanSquaredError'] as const;
const YES_OR_NO = [1, 'sigmoid', 'binaryCrossentropy'] as const;

/** How often an event happens, small rates included. */
function poisson(rate: number, random: Random): number {
  let [count, product] = [0, random.uniform()];
  while (product > Math.exp(-rate) && count < 40) {
    product *= random.uniform();
    count++;
  }
  return count;
}

/** Healthy programs that worry people: few rows, little signal, rare classes, counts, categories, rates that look large. */
const EVERYDAY: readonly Everyday[] = [
  {
    name: 'who will cancel, one in twelve',
    columns: 6,
    rows: 700,
    head: YES_OR_NO,
    hidden: [[16], 'relu'],
    options: adam(5e-3, 25),
    law: () => (random) => {
      const x = normals(random, 6);
      return { inputs: x, targets: { y: [Number(1.6 * x[0]! - 1.2 * x[1]! + 0.5 * random.normal() > 2.9)] } };
    },
  },
  {
    name: 'a fraud in twenty-five',
    columns: 5,
    rows: 900,
    head: YES_OR_NO,
    hidden: [[12, 6], 'tanh'],
    options: adam(8e-3, 25),
    law: () => (random) => {
      const fraud = random.uniform() < 0.04;
      const x = normals(random, 5).map((value, k) => value + (fraud && k < 3 ? 2.2 : 0));
      return { inputs: x, targets: { y: [Number(fraud)] } };
    },
  },
  {
    name: 'next month of a noisy index',
    columns: 8,
    rows: 800,
    head: NUMBER,
    hidden: [[8], 'tanh'],
    options: adam(3e-3, 40),
    law: (law) => {
      const weights = normals(law, 8).map((w) => 0.1 * w);
      return (random) => {
        const x = normals(random, 8);
        return { inputs: x, targets: { y: [dot(x, weights) + 0.95 * random.normal()] } };
      };
    },
  },
  {
    name: 'will it rise, hardly better than a coin',
    columns: 6,
    rows: 900,
    head: YES_OR_NO,
    hidden: [[8], 'relu'],
    options: adam(3e-3, 40),
    law: () => (random) => {
      const x = normals(random, 6);
      return { inputs: x, targets: { y: [Number(random.uniform() < logistic(0.5 * x[0]! - 0.4 * x[3]!))] } };
    },
  },
  {
    name: 'bicycles hired in an hour',
    columns: 4,
    head: [1, 'softplus', 'meanSquaredError'],
    hidden: [[24, 12], 'relu'],
    options: adam(5e-3, 30),
    law: () => (random) => {
      const hour = random.uniform() * 2 * Math.PI;
      const [warm, wet] = [random.normal(), Number(random.uniform() < 0.3)];
      const rate = Math.exp(1.1 + 0.7 * Math.sin(hour) + 0.3 * warm - 0.8 * wet);
      return { inputs: [Math.sin(hour), Math.cos(hour), warm, wet], targets: { y: [poisson(rate, random)] } };
    },
  },
  {
    name: 'prices of houses in logarithms',
    columns: 7,
    head: NUMBER,
    hidden: [[32], 'relu'],
    options: adam(5e-3, 20),
    law: () => (random) => {
      const [area, age, rooms] = [random.normal(), random.uniform() * 2 - 1, random.integer(1, 6)];
      const place = random.integer(0, 3);
      const value = 0.6 * area - 0.3 * age + 0.08 * rooms + [0, 0.3, 0.7, -0.2][place]! + 0.12 * random.normal();
      return { inputs: [area, age, (rooms - 3.5) / 1.7, ...oneHot(place, 4)], targets: { y: [value - 0.5] } };
    },
  },
  {
    name: 'a trial of ninety patients',
    columns: 4,
    rows: 90,
    head: YES_OR_NO,
    hidden: [[6], 'tanh'],
    options: adam(1e-2, 20, { batchSize: 8 }),
    law: () => (random) => {
      const x = normals(random, 4);
      return { inputs: x, targets: { y: [Number(1.8 * x[0]! - 1.1 * x[2]! + 0.6 * random.normal() > 0)] } };
    },
  },
  {
    name: 'a calibration curve of seventy points',
    columns: 1,
    rows: 70,
    head: NUMBER,
    hidden: [[24], 'tanh'],
    options: adam(2e-2, 80, { batchSize: 8 }),
    law: () => (random) => {
      const x = 3 * (random.uniform() * 2 - 1);
      return { inputs: [x], targets: { y: [Math.tanh(1.4 * x) + 0.2 * x + 0.03 * random.normal()] } };
    },
  },
  {
    name: 'flags of a survey',
    columns: 12,
    head: YES_OR_NO,
    hidden: [[16], 'relu'],
    options: adam(5e-3, 20),
    law: () => (random) => {
      const x = Array.from({ length: 12 }, (_, k) => Number(random.uniform() < 0.15 + 0.05 * k));
      const score = 2 * x[10]! - 1.5 * x[11]! + 1.5 * x[5]! * x[9]! - 0.7 + 0.3 * random.normal();
      return { inputs: x, targets: { y: [Number(score > 0)] } };
    },
  },
  {
    name: 'forty columns, three of which matter',
    columns: 40,
    rows: 700,
    head: NUMBER,
    hidden: [[16], 'relu'],
    options: adam(2e-3, 15),
    law: () => (random) => {
      const x = normals(random, 40);
      return { inputs: x, targets: { y: [x[4]! + 0.7 * x[17]! - 0.6 * x[33]! + 0.15 * random.normal()] } };
    },
  },
  {
    name: 'gradient descent at one half, which is fine',
    columns: 5,
    head: NUMBER,
    hidden: [[24], 'tanh'],
    options: descent(0.1, 0, 60),
    law: () => (random) => {
      const x = normals(random, 5);
      return {
        inputs: x,
        targets: { y: [0.8 * Math.tanh(2 * x[0]!) + 0.4 * x[1]! - 0.2 * x[2]! + 0.05 * random.normal()] },
      };
    },
  },
  {
    name: 'Adam at three hundredths, which is fine',
    columns: 4,
    head: [3, 'softmax', 'categoricalCrossentropy'],
    hidden: [[16], 'relu'],
    options: adam(3e-2, 15),
    law: (law) => {
      const centers = Array.from({ length: 3 }, () => normals(law, 4).map((value) => 2 * value));
      return (random) => {
        const cloud = random.integer(0, 2);
        return { inputs: centers[cloud]!.map((c) => c + 0.7 * random.normal()), targets: { y: oneHot(cloud, 3) } };
      };
    },
  },
  {
    name: 'a share of the market from 0 to 1',
    columns: 5,
    head: [1, 'sigmoid', 'meanSquaredError'],
    hidden: [[16, 8], 'relu'],
    options: adam(1e-2, 30),
    law: () => (random) => {
      const x = normals(random, 5);
      return {
        inputs: x,
        targets: { y: [logistic(x[0]! - 0.8 * x[1]! + 0.4 * x[2]! * x[3]! + 0.2 * random.normal())] },
      };
    },
  },
  {
    name: 'direction of the wind as two numbers',
    columns: 3,
    head: [2, 'tanh', 'meanSquaredError'],
    hidden: [[24, 16], 'relu'],
    options: adam(1e-2, 30),
    law: () => (random) => {
      const [a, b, c] = normals(random, 3) as [number, number, number];
      const angle = Math.atan2(a + 0.3 * c, b) + 0.05 * random.normal();
      return { inputs: [a, b, c], targets: { y: [0.9 * Math.sin(angle), 0.9 * Math.cos(angle)] } };
    },
  },
  {
    name: 'yields with rows far off, by Huber',
    columns: 6,
    head: [1, 'linear', 'huber'],
    hidden: [[24], 'elu'],
    options: adam(5e-3, 25),
    law: () => (random) => {
      const x = normals(random, 6);
      const odd = random.uniform() < 0.03 ? 6 * random.normal() : 0;
      return { inputs: x, targets: { y: [0.9 * x[0]! + 0.5 * Math.abs(x[1]!) - 0.4 + 0.1 * random.normal() + odd] } };
    },
  },
  {
    name: 'the median delay by absolute error',
    columns: 5,
    head: [1, 'linear', 'meanAbsoluteError'],
    hidden: [[24, 12], 'relu'],
    options: adam(8e-3, 30),
    law: () => (random) => {
      const x = normals(random, 5);
      return { inputs: x, targets: { y: [x[0]! + 0.6 * Math.max(0, x[1]!) - 0.3 * x[4]! + 0.2 * random.normal()] } };
    },
  },
  {
    name: 'three exclusive grades with an order',
    columns: 6,
    head: [3, 'softmax', 'categoricalCrossentropy'],
    hidden: [[16], 'relu'],
    options: descent(0.05, 0.9, 20),
    law: () => (random) => {
      const x = normals(random, 6);
      const score = x[0]! + 0.7 * x[1]! - 0.5 * x[2]! + 0.2 * random.normal();
      return { inputs: x, targets: { y: oneHot(score < -0.6 ? 0 : score < 0.7 ? 1 : 2, 3) } };
    },
  },
  {
    name: 'tags of a ticket, each on its own',
    columns: 8,
    head: [5, 'sigmoid', 'binaryCrossentropy'],
    hidden: [[24], 'relu'],
    options: adam(1e-2, 25),
    law: () => (random) => {
      const x = normals(random, 8);
      return { inputs: x, targets: { y: Array.from({ length: 5 }, (_, k) => Number(x[k]! + 0.6 * x[k + 3]! > 0.3)) } };
    },
  },
  {
    name: 'three of eight bits',
    columns: 8,
    head: YES_OR_NO,
    hidden: [[32, 16], 'relu'],
    options: adam(1e-2, 40),
    law: () => (random) => {
      const x = Array.from({ length: 8 }, () => (random.uniform() < 0.5 ? -1 : 1));
      return { inputs: x, targets: { y: [Number(x[1]! * x[4]! * x[6]! > 0)] } };
    },
  },
  {
    name: 'steps of a logarithm, rare large values',
    columns: 5,
    head: [1, 'softplus', 'meanAbsoluteError'],
    hidden: [[24], 'relu'],
    options: adam(5e-3, 30),
    law: () => (random) => {
      const x = normals(random, 5);
      return { inputs: x, targets: { y: [Math.exp(0.6 * x[0]! + 0.4 * x[1]! - 0.3 * x[2]! + 0.1 * random.normal())] } };
    },
  },
];

/** The programs of this file. */
export const WORRIES: readonly Blueprint[] = EVERYDAY.map(({ name, columns, rows, head, hidden, options, law }) =>
  blueprint({
    name,
    family: 'tables that worry people',
    law,
    shape: [columns],
    rows: rows ?? 450,
    validationRows: 300,
    model: (input, next) => [
      dense(head[0], head[1], 'y', next()).apply(stack(input, hidden[0], hidden[1], next)) as typeof input,
    ],
    options: { losses: head[2], ...options },
  }),
);
