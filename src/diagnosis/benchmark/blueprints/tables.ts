import type { Random } from '../../../core';
import type { FitOptions } from '../../../training';
import { type Blueprint, blueprint, type Draw, dense, normals, oneHot, stack } from './blueprint';

interface Law {
  name: string;
  columns: number;
  draw(random: Random): Draw;
}

const y = (value: number) => ({ y: [value] });

/** Numbers from a table: laws of different bends, sizes and noise. */
const NUMBERS: readonly Law[] = [
  {
    // Friedman 1991, scaled to unit variance.
    name: 'five columns that bend',
    columns: 10,
    draw: () => (random) => {
      const x = Array.from({ length: 10 }, () => random.uniform());
      const value =
        10 * Math.sin(Math.PI * x[0]! * x[1]!) + 20 * (x[2]! - 0.5) ** 2 + 10 * x[3]! + 5 * x[4]! + random.normal();
      return { inputs: x.map((one) => (one - 0.5) * 3.46), targets: y((value - 14.4) / 4.9) };
    },
  },
  {
    name: 'sums of waves',
    columns: 6,
    draw: () => (random) => {
      const x = normals(random, 6);
      return {
        inputs: x,
        targets: y(Math.sin(1.5 * x[0]!) + 0.7 * Math.cos(x[1]!) + 0.5 * x[2]! + 0.1 * random.normal()),
      };
    },
  },
  {
    name: 'products of columns',
    columns: 8,
    draw: () => (random) => {
      const x = normals(random, 8);
      return {
        inputs: x,
        targets: y(0.6 * x[0]! * x[1]! + 0.5 * x[2]! + 0.4 * Math.abs(x[3]!) + 0.15 * random.normal()),
      };
    },
  },
  {
    name: 'a straight line with noise',
    columns: 12,
    draw: (law) => {
      const weights = normals(law, 12).map((w) => w / 3.5);
      return (random) => {
        const x = normals(random, 12);
        return {
          inputs: x,
          targets: y(x.reduce((sum, value, k) => sum + value * weights[k]!, 0) + 0.4 * random.normal()),
        };
      };
    },
  },
  {
    name: 'steps and thresholds',
    columns: 7,
    draw: () => (random) => {
      const x = normals(random, 7);
      const value = Number(x[0]! > 0) + Number(x[1]! > 0.5) - Number(x[2]! > 0 && x[3]! > 0) + 0.3 * x[4]!;
      return { inputs: x, targets: y(value - 0.4 + 0.15 * random.normal()) };
    },
  },
  {
    name: 'positive sizes',
    columns: 6,
    draw: () => (random) => {
      const x = normals(random, 6);
      return { inputs: x, targets: y(Math.exp(0.5 * x[0]! - 0.4 * x[1]! + 0.2 * x[2]! + 0.1 * random.normal())) };
    },
  },
];

/** Classes from a table. */
const CLASSES: readonly (Law & { classes: number; labels?: true })[] = [
  {
    name: 'two rings',
    columns: 4,
    classes: 1,
    draw: () => (random) => {
      const x = normals(random, 4);
      return { inputs: x, targets: y(Number(Math.hypot(x[0]!, x[1]!) + 0.1 * random.normal() > 1.2)) };
    },
  },
  {
    name: 'two moons',
    columns: 2,
    classes: 1,
    draw: () => (random) => {
      const side = random.integer(0, 1);
      const angle = Math.PI * random.uniform();
      const x = side ? 1 - Math.cos(angle) : Math.cos(angle);
      const z = side ? 0.5 - Math.sin(angle) : Math.sin(angle);
      return { inputs: [x - 0.5 + 0.15 * random.normal(), 2 * (z - 0.25) + 0.3 * random.normal()], targets: y(side) };
    },
  },
  {
    name: 'either and not both',
    columns: 6,
    classes: 1,
    draw: () => (random) => {
      const x = normals(random, 6);
      return { inputs: x, targets: y(Number(x[0]! > 0 !== x[1]! > 0)) };
    },
  },
  {
    name: 'clouds of points',
    columns: 5,
    classes: 4,
    draw: (law) => {
      const centers = Array.from({ length: 8 }, () => normals(law, 5).map((value) => 1.6 * value));
      return (random) => {
        const cloud = random.integer(0, 7);
        return {
          inputs: centers[cloud]!.map((value) => value + 0.6 * random.normal()),
          targets: { y: oneHot(cloud % 4, 4) },
        };
      };
    },
  },
  {
    name: 'arms of a spiral',
    columns: 2,
    classes: 3,
    draw: () => (random) => {
      const arm = random.integer(0, 2);
      const radius = 0.2 + 1.3 * random.uniform();
      const angle = 2.2 * radius + (arm * 2 * Math.PI) / 3 + 0.12 * random.normal();
      return { inputs: [radius * Math.cos(angle), radius * Math.sin(angle)], targets: { y: oneHot(arm, 3) } };
    },
  },
  {
    name: 'the largest of sums',
    columns: 10,
    classes: 5,
    draw: (law) => {
      const rows = Array.from({ length: 5 }, () => normals(law, 10));
      return (random) => {
        const x = normals(random, 10);
        const sums = rows.map((w) => w.reduce((sum, value, k) => sum + value * x[k]!, 0));
        return { inputs: x, targets: { y: oneHot(sums.indexOf(Math.max(...sums)), 5) } };
      };
    },
  },
  {
    name: 'labels side by side',
    columns: 6,
    classes: 4,
    labels: true,
    draw: (law) => {
      const rows = Array.from({ length: 4 }, () => normals(law, 6));
      return (random) => {
        const x = normals(random, 6);
        return {
          inputs: x,
          targets: {
            y: rows.map((w) => Number(w.reduce((sum, value, k) => sum + value * x[k]!, 0) + 0.3 * random.normal() > 0)),
          },
        };
      };
    },
  },
];

const SHAPES: readonly { units: number[]; activation: string; options: Partial<FitOptions> }[] = [
  { units: [32, 16], activation: 'relu', options: { optimizer: { kind: 'adam', learningRate: 3e-3 }, epochs: 60 } },
  { units: [64], activation: 'tanh', options: { optimizer: { kind: 'adam', learningRate: 5e-3 }, epochs: 60 } },
  {
    units: [24, 24, 24],
    activation: 'relu',
    options: { optimizer: { kind: 'sgd', learningRate: 0.02, momentum: 0.9 }, epochs: 80 },
  },
  {
    units: [48, 24],
    activation: 'elu',
    options: { optimizer: { kind: 'adamw', learningRate: 4e-3, weightDecay: 0.004 }, epochs: 50, batchSize: 16 },
  },
];

/** Dense networks on tables: every law with each of the shapes. */
export const TABLES: readonly Blueprint[] = [
  ...NUMBERS.flatMap((law, k) =>
    [0, 1, 2, 3].map((turn) => {
      const { units, activation, options } = SHAPES[(k + turn) % SHAPES.length]!;
      return blueprint({
        name: `${law.name}, ${units.join('-')} ${activation}`,
        family: 'numbers from a table',
        law: law.draw,
        shape: [law.columns],
        rows: 600,
        model: (input, next) => [
          dense(1, law.name === 'positive sizes' && turn === 1 ? 'softplus' : 'linear', 'y', next()).apply(
            stack(input, units, activation, next),
          ) as typeof input,
        ],
        options: { losses: turn === 1 && k === 2 ? 'huber' : 'meanSquaredError', ...options },
      });
    }),
  ),
  ...CLASSES.flatMap((law) =>
    SHAPES.map(({ units, activation, options }) => {
      const isOneOfMany = law.classes > 1 && !law.labels;
      return blueprint({
        name: `${law.name}, ${units.join('-')} ${activation}`,
        family: 'classes from a table',
        law: law.draw,
        shape: [law.columns],
        rows: 600,
        model: (input, next) => [
          dense(law.classes, isOneOfMany ? 'softmax' : 'sigmoid', 'y', next()).apply(
            stack(input, units, activation, next),
          ) as typeof input,
        ],
        options: { losses: isOneOfMany ? 'categoricalCrossentropy' : 'binaryCrossentropy', ...options },
      });
    }),
  ),
];
