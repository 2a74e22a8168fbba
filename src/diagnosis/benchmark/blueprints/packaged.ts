import * as fs from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Random, tf } from '../../../core';
import type { FitOptions } from '../../../training';
import { type Blueprint, dense, oneHot, stack } from './blueprint';

/** A small data set that scikit-learn brings: its file, and how a line of it is read. */
interface PackagedSet {
  name: string;
  file: string;
  targetFile?: string;
  /** Lines before the data. */
  skip: number;
  separator: RegExp;
  /** Number of classes; 1 for numbers. */
  classes: number;
  /** Divides the inputs; else they are standardised by the training rows. */
  scale?: number;
}

const SETS: readonly PackagedSet[] = [
  { name: 'iris', file: 'iris.csv', skip: 1, separator: /,/, classes: 3 },
  { name: 'wine', file: 'wine_data.csv', skip: 1, separator: /,/, classes: 3 },
  { name: 'breast cancer', file: 'breast_cancer.csv', skip: 1, separator: /,/, classes: 2 },
  { name: 'digits', file: 'digits.csv.gz', skip: 0, separator: /,/, classes: 10, scale: 16 },
  {
    name: 'diabetes',
    file: 'diabetes_data_raw.csv.gz',
    targetFile: 'diabetes_target.csv.gz',
    skip: 0,
    separator: /\s+/,
    classes: 1,
  },
];

const MODELS: readonly { units: number[]; activation: string; options: Partial<FitOptions> }[] = [
  { units: [24], activation: 'relu', options: { optimizer: { kind: 'adam', learningRate: 5e-3 }, epochs: 40 } },
  {
    units: [16, 16],
    activation: 'tanh',
    options: { optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9 }, epochs: 40 },
  },
];

/** {@link packagedBlueprints} before their lengths were found. */
export function packagedAsWritten(folder: string): Blueprint[] {
  return SETS.filter(({ file }) => fs.existsSync(path.join(folder, file))).flatMap((set) => {
    let lines: number[][] | undefined;
    return MODELS.map(({ units, activation, options }) => ({
      name: `${set.name}, ${units.join('-')} ${activation}`,
      family: 'data of other people',
      build(seed: number) {
        lines ??= linesOf(folder, set);
        const width = lines[0]!.length - 1;
        const { data, outputs } = split(lines, set, seed);
        const activationOfHead = set.classes === 1 ? 'linear' : set.classes === 2 ? 'sigmoid' : 'softmax';
        const losses = {
          linear: 'meanSquaredError',
          sigmoid: 'binaryCrossentropy',
          softmax: 'categoricalCrossentropy',
        } as const;
        // A few hundred rows of numbers with little signal are learnt by heart in no time.
        const calmer = set.classes === 1 ? { epochs: 15 } : {};
        return {
          data,
          options: { losses: losses[activationOfHead], ...options, ...calmer, batchSize: 16, seed },
          model: () => {
            const seeds = new Random(seed).fork('weights');
            const next = () => seeds.integer(1, 2 ** 30);
            const input = tf.input({ shape: [width], name: 'x' });
            const hidden = stack(input, units, activation, next);
            return tf.model({
              inputs: input,
              outputs: dense(outputs, activationOfHead, 'y', next()).apply(hidden) as typeof input,
            });
          },
        };
      },
    }));
  });
}

function linesOf(folder: string, { file, targetFile, skip, separator }: PackagedSet): number[][] {
  const read = (name: string) => {
    const bytes = fs.readFileSync(path.join(folder, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    return text
      .trim()
      .split('\n')
      .slice(skip)
      .map((line) => line.trim().split(separator).map(Number));
  };
  const targets = targetFile ? read(targetFile) : undefined;
  return read(file).map((line, k) => (targets ? [...line, targets[k]![0]!] : line));
}

/** Two thirds to train on, the rest to validate; inputs and numeric targets standardised by the former. */
function split(lines: readonly number[][], { classes, scale }: PackagedSet, seed: number) {
  const order = [...new Random(seed).fork('split').permutation(lines.length)];
  const count = Math.floor((2 * lines.length) / 3);
  const parts = [order.slice(0, count), order.slice(count)].map((part) => part.map((row) => lines[row]!));
  const width = lines[0]!.length - 1;
  const column = (c: number) => parts[0]!.map((line) => line[c]!);
  const scalers = Array.from({ length: width + 1 }, (_, c) => {
    const values = column(c);
    const center = values.reduce((a, b) => a + b, 0) / count;
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - center) ** 2, 0) / count) || 1;
    return scale && c < width ? { center: 0, spread: scale } : { center, spread };
  });
  const scaled = (line: readonly number[], c: number) => (line[c]! - scalers[c]!.center) / scalers[c]!.spread;
  const outputs = classes > 2 ? classes : 1;
  const rows = (part: readonly number[][]) => ({
    inputs: tf.tensor2d(
      part.flatMap((line) => Array.from({ length: width }, (_, c) => scaled(line, c))),
      [part.length, width],
    ),
    targets: {
      y: tf.tensor2d(
        part.flatMap((line) =>
          classes > 2 ? oneHot(line[width]!, classes) : [classes === 2 ? line[width]! : scaled(line, width)],
        ),
        [part.length, outputs],
      ),
    },
  });
  return { data: { ...rows(parts[0]!), validation: rows(parts[1]!) }, outputs };
}
