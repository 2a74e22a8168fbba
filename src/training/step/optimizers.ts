import { checkChoice, checkNumber, type TF, tf } from '../../core';
import type { OptimizerOptions } from '../optimizerOptions';

/** An optimiser over a list of variables, as pure tensor operations on its own slot variables. */
export interface Optimizer {
  readonly learningRate: number;
  /** How many numbers {@link scalars} returns. */
  readonly scalarCount: number;
  /** Numbers that change from step to step, worked out in double precision outside the graph. `step` counts from 0. */
  scalars(step: number, learningRate: number): number[];
  /** Assigns the variables and the slots. `scalars` has shape [scalarCount]. */
  apply(gradients: TF.Tensor[], scalars: TF.Tensor1D): void;
  /** Its slot variables: what a checkpoint has to hold beside the weights. */
  readonly slots: readonly TF.Variable[];
  dispose(): void;
}

/** Makes the optimiser and its slots, all zero. */
export function createOptimizer(variables: readonly TF.Variable[], options: OptimizerOptions = {}): Optimizer {
  const kind = checkChoice('fit', 'optimizer.kind', options.kind ?? 'adam', ['adam', 'adamw', 'sgd']);
  return kind === 'sgd' ? new SGD(variables, options) : new Adam(variables, options, kind === 'adamw');
}

const slotsLike = (variables: readonly TF.Variable[]) =>
  tf.tidy(() => variables.map((variable) => tf.variable(tf.zeros(variable.shape, variable.dtype), false)));

const scalarAt = (scalars: TF.Tensor1D, k: number) => scalars.slice([k], [1]).reshape([]);

/** Kingma and Ba 2015, in the form Keras computes it; with decoupled weight decay (Loshchilov and Hutter 2019) as AdamW. */
class Adam implements Optimizer {
  readonly learningRate: number;
  readonly scalarCount: number;
  readonly slots: readonly TF.Variable[];
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;
  private readonly weightDecay: number;

  constructor(
    private readonly variables: readonly TF.Variable[],
    options: OptimizerOptions,
    decay: boolean,
  ) {
    this.learningRate = checkNumber('fit', 'optimizer.learningRate', options.learningRate ?? 0.001, 0);
    this.beta1 = checkNumber('fit', 'optimizer.beta1', options.beta1 ?? 0.9, 0, 1);
    this.beta2 = checkNumber('fit', 'optimizer.beta2', options.beta2 ?? 0.999, 0, 1);
    this.epsilon = checkNumber('fit', 'optimizer.epsilon', options.epsilon ?? 1e-7, 0);
    this.weightDecay = decay ? checkNumber('fit', 'optimizer.weightDecay', options.weightDecay ?? 0.004, 0) : 0;
    this.scalarCount = this.weightDecay > 0 ? 2 : 1;
    const size = variables.reduce((sum, variable) => sum + variable.size, 0);
    this.slots = tf.tidy(() => [0, 1].map(() => tf.variable(tf.zeros([size]), false)));
  }

  scalars(step: number, learningRate: number): number[] {
    const corrected = (learningRate * Math.sqrt(1 - this.beta2 ** (step + 1))) / (1 - this.beta1 ** (step + 1));
    return this.weightDecay > 0 ? [corrected, 1 - learningRate * this.weightDecay] : [corrected];
  }

  apply(gradients: TF.Tensor[], scalars: TF.Tensor1D): void {
    const rate = scalarAt(scalars, 0);
    const remaining = this.weightDecay > 0 ? scalarAt(scalars, 1) : undefined;
    // One long vector instead of a few numbers per layer: on small models the number of operations is the time.
    const gradient = tf.concat(gradients.map((each) => each.reshape([-1])));
    const [first, second] = this.slots as [TF.Variable, TF.Variable];
    first.assign(tf.add(first, tf.mul(tf.sub(gradient, first), 1 - this.beta1)));
    second.assign(tf.add(second, tf.mul(tf.sub(tf.square(gradient), second), 1 - this.beta2)));
    const change = tf.div(tf.mul(first, rate), tf.add(tf.sqrt(second), this.epsilon));
    let position = 0;
    for (const variable of this.variables) {
      const part = change.slice([position], [variable.size]).reshape(variable.shape);
      position += variable.size;
      variable.assign(tf.sub(remaining ? tf.mul(variable, remaining) : variable, part));
    }
  }

  dispose(): void {
    tf.dispose([...this.slots]);
  }
}

/** Gradient descent with momentum (Polyak 1964; Nesterov 1983), in the form Keras computes it. */
class SGD implements Optimizer {
  readonly learningRate: number;
  readonly scalarCount = 1;
  readonly slots: readonly TF.Variable[];
  private readonly momentum: number;
  private readonly nesterov: boolean;

  constructor(
    private readonly variables: readonly TF.Variable[],
    options: OptimizerOptions,
  ) {
    this.learningRate = checkNumber('fit', 'optimizer.learningRate', options.learningRate ?? 0.01, 0);
    this.momentum = checkNumber('fit', 'optimizer.momentum', options.momentum ?? 0, 0, 1);
    this.nesterov = options.nesterov ?? false;
    this.slots = this.momentum > 0 ? slotsLike(variables) : [];
  }

  scalars(_step: number, learningRate: number): number[] {
    return [learningRate];
  }

  apply(gradients: TF.Tensor[], scalars: TF.Tensor1D): void {
    const rate = scalarAt(scalars, 0);
    this.variables.forEach((variable, k) => {
      const change = tf.mul(gradients[k]!, rate);
      const velocity = this.slots[k];
      if (!velocity) {
        variable.assign(tf.sub(variable, change));
        return;
      }
      velocity.assign(tf.sub(tf.mul(velocity, this.momentum), change));
      const step = this.nesterov ? tf.sub(tf.mul(velocity, this.momentum), change) : velocity;
      variable.assign(tf.add(variable, step));
    });
  }

  dispose(): void {
    tf.dispose([...this.slots]);
  }
}
