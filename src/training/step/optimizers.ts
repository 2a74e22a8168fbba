import { type TF, tf } from '../../core';
import { type OptimizerChoice, optimizerSettings } from '../optimizerOptions';
import { AccumulatingOptimizer } from './accumulatingOptimizer';
import { ClippedOptimizer, type GradientBounds } from './clippedOptimizer';
import { FlatOptimizer } from './flatOptimizer';
import { type Optimizer, slotsLike } from './optimizer';
import { UPDATE_RULES } from './updateRules';

/** What stands around an optimiser. */
export interface OptimizerFrame extends GradientBounds {
  /** Batches per step, default 1. */
  accumulateSteps?: number | undefined;
}

/** Makes the optimiser and its slots, with what stands around it. */
export function createOptimizer(
  variables: readonly TF.Variable[],
  choice?: OptimizerChoice,
  { accumulateSteps = 1, ...bounds }: OptimizerFrame = {},
): Optimizer {
  const plain = plainOptimizer(variables, choice);
  const isBound = Object.values(bounds).some((bound) => bound !== undefined);
  const bound = isBound ? new ClippedOptimizer(plain, bounds) : plain;
  return accumulateSteps > 1 ? new AccumulatingOptimizer(variables, bound, accumulateSteps) : bound;
}

function plainOptimizer(variables: readonly TF.Variable[], choice?: OptimizerChoice): Optimizer {
  const settings = optimizerSettings(choice);
  if (settings.kind === 'sgd') return new SGD(variables, settings);
  return new FlatOptimizer(variables, settings, UPDATE_RULES[settings.kind](settings));
}

/** Gradient descent with momentum (Polyak 1964; Nesterov 1983), in the form Keras computes it. */
class SGD implements Optimizer {
  readonly learningRate: number;
  readonly scalarCount: number;
  readonly slots: readonly TF.Variable[];
  private readonly momentum: number;
  private readonly nesterov: boolean;
  private readonly weightDecay: number;

  constructor(
    private readonly variables: readonly TF.Variable[],
    settings: { learningRate: number; momentum: number; nesterov: boolean; weightDecay: number },
  ) {
    this.learningRate = settings.learningRate;
    this.momentum = settings.momentum;
    this.nesterov = settings.nesterov;
    this.weightDecay = settings.weightDecay;
    this.scalarCount = this.weightDecay > 0 ? 2 : 1;
    this.slots = this.momentum > 0 ? slotsLike(variables) : [];
  }

  scalars(_step: number, learningRate: number): number[] {
    return this.weightDecay > 0 ? [learningRate, 1 - learningRate * this.weightDecay] : [learningRate];
  }

  apply(gradients: TF.Tensor[], scalars: TF.Tensor1D): void {
    const at = (k: number) => scalars.slice([k], [1]).reshape([]);
    const rate = at(0);
    const remaining = this.weightDecay > 0 ? at(1) : undefined;
    this.variables.forEach((variable, k) => {
      const change = tf.mul(gradients[k]!, rate);
      const before: TF.Tensor = remaining ? tf.mul(variable, remaining) : variable;
      const velocity = this.slots[k];
      if (!velocity) {
        variable.assign(tf.sub(before, change));
        return;
      }
      velocity.assign(tf.sub(tf.mul(velocity, this.momentum), change));
      const step = this.nesterov ? tf.sub(tf.mul(velocity, this.momentum), change) : velocity;
      variable.assign(tf.add(before, step));
    });
  }

  dispose(): void {
    tf.dispose([...this.slots]);
  }
}
