import { Random, type TF, tf } from '../../../core';
import type { FitOptions, TrainingData } from '../../../training';
import type { LayersProgram as Program } from '../../evidence/program';
import { withInputsMapped, withOptions } from '../../mends/mends';
import { bySeverity, type Mutation } from './mutation';

type Named = Record<string, TF.Tensor>;
const targetsOf = ({ targets }: Pick<TrainingData, 'targets'>) => targets as Named;
const firstHead = (program: Program): string => Object.keys(targetsOf(program.data))[0]!;
const lossOf = (program: Program, head: string) => {
  const { losses } = program.options;
  return typeof losses === 'object' ? losses[head] : losses;
};
const isNumbers = (program: Program, head = firstHead(program)) => !/rossentropy/.test(String(lossOf(program, head)));
const isTable = (program: Program) => (program.data.inputs as TF.Tensor).rank === 2;
const isWords = async (program: Program) => {
  const model = await program.model();
  const found = model.layers.some((layer) => layer.getClassName() === 'Embedding');
  model.dispose();
  return found;
};

const withTraining = (program: Program, change: (data: TrainingData) => Partial<TrainingData>): Program => ({
  ...program,
  data: { ...program.data, ...change(program.data) },
});

const rowsOf = ({ inputs }: Pick<TrainingData, 'inputs'>) => (inputs as TF.Tensor).shape[0]!;
const picked = (given: TF.Tensor, rows: ArrayLike<number>) =>
  tf.tidy(() => tf.gather(given, tf.tensor1d(Int32Array.from(Array.from(rows)), 'int32')));
const pickedAll = (given: Named, rows: ArrayLike<number>): Named =>
  Object.fromEntries(Object.entries(given).map(([head, values]) => [head, picked(values, rows)]));

/** Operators on the rows. */
export const OF_DATA: readonly Mutation[] = [
  {
    operator: 'training labels changed',
    accepts: ['labels-wrong', 'inputs-unrelated-to-targets'],
    ofData: true,
    apply: (program, severity, random) =>
      withTraining(program, (data) => {
        const rows = rowsOf(data);
        const share = bySeverity(severity, 0.3, 0.5, 0.9);
        const order = Int32Array.from({ length: rows }, (_, row) => row);
        const moved = [...random.permutation(rows).subarray(0, Math.floor(share * rows))];
        moved.forEach((row, k) => {
          order[row] = moved[(k + 1) % moved.length]!;
        });
        return { targets: pickedAll(targetsOf(data), order) };
      }),
  },
  {
    operator: 'rows of inputs shuffled',
    accepts: ['inputs-unrelated-to-targets'],
    ofData: true,
    apply: (program, _, random) => {
      const shuffle = (data: Pick<TrainingData, 'inputs'>) =>
        picked(data.inputs as TF.Tensor, random.permutation(rowsOf(data)));
      const { validation } = program.data;
      return withTraining(program, (data) => ({
        inputs: shuffle(data),
        ...(validation && { validation: { ...validation, inputs: shuffle(validation) } }),
      }));
    },
  },
  {
    operator: 'training rows removed',
    accepts: ['overfitting', 'too-few-rows'],
    ofData: true,
    apply: (program, severity, random) =>
      withTraining(program, (data) => {
        const kept = random.permutation(rowsOf(data)).subarray(0, bySeverity(severity, 60, 30, 12));
        return { inputs: picked(data.inputs as TF.Tensor, kept), targets: pickedAll(targetsOf(data), kept) };
      }),
  },
  {
    operator: 'inputs never scaled',
    accepts: ['inputs-not-normalised'],
    apply: async (program, severity, random) => {
      if (await isWords(program)) return undefined;
      const size = bySeverity(severity, 30, 300, 3000);
      const width = (program.data.inputs as TF.Tensor).shape.at(-1)!;
      const scales = Float32Array.from({ length: width }, () => size * Math.exp(random.normal()));
      return withInputsMapped((input) => tf.tidy(() => tf.mul(tf.add(input, 1), tf.tensor1d(scales))))(program);
    },
  },
  {
    operator: 'inputs scaled twice',
    accepts: ['inputs-normalised-twice'],
    apply: async (program, severity) =>
      (await isWords(program))
        ? undefined
        : withInputsMapped((input) =>
            tf.tidy(() => tf.div(tf.sub(input, severity === 'gross' ? 5 : 0), bySeverity(severity, 50, 300, 1000))),
          )(program),
  },
  {
    operator: 'validation inputs scaled otherwise',
    accepts: ['validation-inputs-out-of-range'],
    ofData: true,
    apply: async (program, severity) => {
      const { validation } = program.data;
      if (!validation || (await isWords(program))) return undefined;
      const inputs = tf.tidy(() =>
        tf.mul(tf.add(validation.inputs as TF.Tensor, bySeverity(severity, 1, 3, 20)), bySeverity(severity, 2, 3, 10)),
      );
      return withTraining(program, () => ({ validation: { ...validation, inputs } }));
    },
  },
  {
    operator: 'targets never scaled',
    accepts: ['targets-not-scaled'],
    apply: (program, severity) => {
      const head = firstHead(program);
      if (!isNumbers(program, head)) return undefined;
      const { validation } = program.data;
      const scaled = (targets: Named): Named => ({
        ...targets,
        [head]: tf.tidy(() => tf.mul(tf.add(targets[head]!, 3), bySeverity(severity, 30, 300, 3000))),
      });
      return withTraining(program, (data) => ({
        targets: scaled(targetsOf(data)),
        ...(validation && { validation: { ...validation, targets: scaled(targetsOf(validation)) } }),
      }));
    },
  },
  {
    operator: 'rows sorted by class',
    accepts: ['rows-sorted'],
    apply: (program, severity) => {
      const head = firstHead(program);
      if (isNumbers(program, head)) return undefined;
      const values = targetsOf(program.data)[head]!;
      const [flat, width] = [values.dataSync(), values.shape[1]!];
      const label = (row: number) => flat.subarray(row * width, (row + 1) * width).join();
      const order = Array.from({ length: rowsOf(program.data) }, (_, row) => row).sort((a, b) =>
        label(a) < label(b) ? -1 : label(a) > label(b) ? 1 : a - b,
      );
      const sorted = withTraining(program, (data) => ({
        inputs: picked(data.inputs as TF.Tensor, order),
        targets: pickedAll(targetsOf(data), order),
      }));
      return withOptions(({ epochs = 10 }) => ({
        shuffle: false,
        epochs: Math.ceil(epochs / bySeverity(severity, 1, 2, 4)),
      }))(sorted);
    },
  },
  {
    operator: 'a column that tells the target',
    accepts: ['leaking-input'],
    apply: async (program, severity, random) => {
      if (!isTable(program) || (await isWords(program))) return undefined;
      const { validation } = program.data;
      const head = firstHead(program);
      const columns = (program.data.inputs as TF.Tensor).shape[1]!;
      const leaked = (data: Pick<TrainingData, 'inputs' | 'targets'>, isTelling: boolean) => {
        const [values, rows] = [targetsOf(data)[head]!, rowsOf(data)];
        const [flat, width] = [values.dataSync(), values.shape[1]!];
        const noise = bySeverity(severity, 0.3, 0.1, 0.02);
        const column = Float32Array.from({ length: rows }, (_, row) => {
          const told = width === 1 ? flat[row]! : Number(flat[row * width]! > 0.5);
          return 2 * (isTelling ? told : told > 0 ? random.uniform() : random.normal()) + noise * random.normal();
        });
        return tf.tidy(() =>
          tf.concat(
            [tf.slice(data.inputs as TF.Tensor2D, [0, 1], [rows, columns - 1]), tf.tensor2d(column, [rows, 1])],
            1,
          ),
        );
      };
      return withTraining(program, (data) => ({
        inputs: leaked(data, true),
        ...(validation && { validation: { ...validation, inputs: leaked(validation, false) } }),
      }));
    },
  },
  {
    operator: 'values that are no numbers',
    accepts: ['data-not-finite'],
    ofData: true,
    apply: async (program, severity, random) => {
      if (await isWords(program)) return undefined;
      return withTraining(program, (data) => {
        const inputs = data.inputs as TF.Tensor;
        const values = Float32Array.from(inputs.dataSync());
        for (let k = 0; k < bySeverity(severity, 1, 5, 50); k++)
          values[random.integer(0, values.length - 1)] = severity === 'middle' ? Infinity : Number.NaN;
        return { inputs: tf.tensor(values, inputs.shape) };
      });
    },
  },
  {
    operator: 'heavy tails in some columns',
    accepts: ['heavy-tailed-inputs', 'inputs-not-normalised'],
    apply: async (program, severity) => {
      if (!isTable(program) || (await isWords(program))) return undefined;
      const power = bySeverity(severity, 4, 6, 9);
      return withInputsMapped((input) =>
        tf.tidy(() => {
          const some = Float32Array.from({ length: input.shape[1]! }, (_, c) => Number(c % 3 === 0));
          const heavy = tf.mul(tf.sign(input), tf.pow(tf.abs(input), power));
          return tf.add(tf.mul(heavy, tf.tensor1d(some)), tf.mul(input, tf.sub(1, tf.tensor1d(some))));
        }),
      )(program);
    },
  },
  {
    operator: 'targets of one value',
    accepts: ['targets-constant'],
    ofData: true,
    apply: (program) => {
      const head = firstHead(program);
      return isNumbers(program, head)
        ? withTraining(program, (data) => ({
            targets: { ...targetsOf(data), [head]: tf.tidy(() => tf.onesLike(targetsOf(data)[head]!)) },
          }))
        : undefined;
    },
  },
];

const MEANS: Readonly<Record<string, readonly string[]>> = {
  numbers: ['binaryCrossentropy', 'categoricalCrossentropy'],
  classes: ['meanSquaredError', 'meanAbsoluteError', 'binaryCrossentropy', 'categoricalCrossentropy'],
};

const withLossOf = (program: Program, head: string, loss: unknown): Program =>
  withOptions(({ losses }) => ({
    losses: (typeof losses === 'object' ? { ...losses, [head]: loss } : loss) as FitOptions['losses'],
  }))(program);

/** Operators on the loss. */
export const OF_LOSS: readonly Mutation[] = [
  {
    operator: 'another loss',
    accepts: ['head-and-loss-misfit', 'log-loss-on-numbers', 'loss-constant', 'output-out-of-range'],
    apply: (program, _, random) => {
      const head = firstHead(program);
      const choices = MEANS[isNumbers(program, head) ? 'numbers' : 'classes']!.filter(
        (loss) => loss !== lossOf(program, head),
      );
      return withLossOf(program, head, choices[random.integer(0, choices.length - 1)]!);
    },
  },
  {
    operator: 'sign of the loss turned',
    accepts: ['loss-rewards-error'],
    apply: (program) => {
      const head = firstHead(program);
      return isNumbers(program, head)
        ? withLossOf(program, head, (t: TF.Tensor, p: TF.Tensor) => tf.neg(tf.mean(tf.squaredDifference(t, p))))
        : undefined;
    },
  },
  {
    operator: 'loss without pairing of rows',
    accepts: ['loss-broadcasts'],
    apply: (program) => {
      const head = firstHead(program);
      return isNumbers(program, head) && targetsOf(program.data)[head]!.shape[1] === 1
        ? withLossOf(program, head, (t: TF.Tensor, p: TF.Tensor) => tf.mean(tf.square(tf.sub(tf.reshape(t, [-1]), p))))
        : undefined;
    },
  },
  {
    operator: 'loss summed over rows',
    accepts: ['loss-summed', 'learning-rate-too-high', 'numbers-left-range', 'dead-layers'],
    apply: (program, severity) => {
      const head = firstHead(program);
      if (!isNumbers(program, head)) return undefined;
      const summed = withLossOf(program, head, (t: TF.Tensor, p: TF.Tensor) => tf.sum(tf.squaredDifference(t, p)));
      return withOptions(() => ({ optimizer: { kind: 'sgd', learningRate: bySeverity(severity, 0.01, 0.03, 0.05) } }))(
        summed,
      );
    },
  },
];

/** A seeded stream for one mutant. */
export const streamOf = (name: string, seed: number): Random => new Random(seed).fork(name);
