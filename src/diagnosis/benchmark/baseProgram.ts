import { Random, type TF, tf } from '../../core';
import type { Loss } from '../../losses';
import type { ProgramParts } from '../../programs';
import type { FitOptions } from '../../training';

/** Numbers of one program before they become tensors; a fault bends them. */
export interface Numbers {
  /** Row-major `[rows][features]`. */
  inputs: Float32Array[];
  /** Targets by head, a number per row. */
  targets: Record<string, Float32Array>;
}

/** What a program is made of; a fault replaces parts of it. */
export interface Parts {
  train: Numbers;
  validation: Numbers;
  /** Units of the hidden layers. */
  hidden: number[];
  hiddenActivation: 'relu' | 'tanh';
  hiddenInitializer: (seed: number) => ReturnType<typeof tf.initializers.heNormal>;
  /** Penalty on every kernel; 0 for none. */
  l2: number;
  heads: Record<string, Head>;
  options: FitOptions;
}

/** How a head ends. */
export interface Head {
  activation: 'linear' | 'sigmoid' | 'softplus' | 'relu' | 'leakyReLU' | 'softmax';
  initializer?: ReturnType<typeof tf.initializers.heNormal>;
  bias?: number;
  /** The head whose output this one passes on, to put a second loss term on the same prediction. */
  of?: string;
}

const ROWS = 512;
const FEATURES = 8;

/** A healthy small ReLU regression: 8 standard normal features, a curved target with 10 % noise, 32-16-1 units, Adam. */
export function healthyParts(seed: number): Parts {
  const random = new Random(seed);
  return {
    train: numbers(random.fork('train'), ROWS),
    validation: numbers(random.fork('validation'), ROWS / 2),
    hidden: [32, 16],
    hiddenActivation: 'relu',
    hiddenInitializer: (own) => tf.initializers.heNormal({ seed: own }),
    l2: 0,
    heads: { y: { activation: 'linear' } },
    options: {
      losses: { y: 'meanSquaredError' },
      lossWeights: { y: 1 },
      optimizer: { kind: 'adam', learningRate: 3e-3 },
      batchSize: 32,
      epochs: 40,
    },
  };
}

function numbers(random: Random, rows: number): Numbers {
  const inputs = Array.from({ length: rows }, () => Float32Array.from({ length: FEATURES }, () => random.normal()));
  // Its variance is 1.0 to a percent; the linear part alone explains about 60 %.
  const y = Float32Array.from(
    inputs,
    (x) =>
      0.6 * x[0]! -
      0.4 * x[1]! +
      0.3 * x[2]! +
      0.4 * x[3]! * x[4]! +
      0.5 * Math.abs(x[5]!) -
      0.4 +
      0.1 * random.normal(),
  );
  return { inputs, targets: { y } };
}

/** Positive targets of the size of daily volatility, 0.5 to 10 %, driven by the same inputs. */
export function volatilityTargets(inputs: readonly Float32Array[], random: Random): Float32Array {
  return Float32Array.from(inputs, (x) => 0.02 * Math.exp(0.5 * x[0]! - 0.3 * x[1]! + 0.1 * random.normal()));
}

/** Builds the program of these parts; models of the same parts and seed start from the same weights. */
export function programOf(
  parts: Parts,
  seed: number,
): ProgramParts<TF.LayersModel> & { options: Parts['options'] & { seed: number } } {
  return {
    data: { ...tensors(parts.train), validation: tensors(parts.validation) },
    options: { ...parts.options, seed },
    model: () => build(parts, seed),
  };
}

function tensors({ inputs, targets }: Numbers): { inputs: TF.Tensor; targets: Record<string, TF.Tensor> } {
  return {
    inputs: tf.tensor2d(inputs as unknown as number[][], [inputs.length, inputs[0]!.length]),
    targets: Object.fromEntries(
      Object.entries(targets).map(([head, values]) => [head, tf.tensor2d(values, [values.length, 1])]),
    ),
  };
}

function build({ train, hidden, hiddenActivation, hiddenInitializer, l2, heads }: Parts, seed: number): TF.LayersModel {
  const random = new Random(seed);
  const next = () => random.integer(1, 2 ** 30);
  const input = tf.input({ shape: [train.inputs[0]!.length], name: 'x' });
  let x = input;
  hidden.forEach((units, k) => {
    const layer = tf.layers.dense({
      units,
      name: `hidden${k + 1}`,
      activation: hiddenActivation,
      kernelInitializer: hiddenInitializer(next()),
      ...(l2 > 0 && { kernelRegularizer: tf.regularizers.l2({ l2 }) }),
    });
    x = layer.apply(x) as typeof input;
  });
  const made: Record<string, unknown> = {};
  const outputs = Object.entries(heads).map(([name, head]) => {
    made[name] = output(name, head);
    return made[name] as typeof input;
  });
  return tf.model({ inputs: input, outputs });

  function output(name: string, { activation, initializer, bias = 0, of }: Head) {
    if (of) return tf.layers.activation({ name, activation: 'linear' }).apply(made[of] as typeof input);
    const kernelInitializer = initializer ?? tf.initializers.glorotUniform({ seed: next() });
    const biasInitializer = tf.initializers.constant({ value: bias });
    const penalty = l2 > 0 && { kernelRegularizer: tf.regularizers.l2({ l2 }) };
    if (activation !== 'leakyReLU')
      return tf.layers.dense({ units: 1, name, activation, kernelInitializer, biasInitializer, ...penalty }).apply(x);
    const linear = tf.layers.dense({ units: 1, name: `${name}_linear`, kernelInitializer, biasInitializer }).apply(x);
    return tf.layers.leakyReLU({ name, alpha: 0.01 }).apply(linear);
  }
}

/** The mean squared error of a head, to be bent by a fault. */
export const squared: Loss = (targets, predictions) => tf.mean(tf.squaredDifference(targets, predictions));
