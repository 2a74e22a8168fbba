import { type TF, tf } from '../../core';
import type { Optimizer } from './optimizer';
import type { UpdateRule } from './updateRules';

/**
 * An optimiser whose rule treats every weight alike: gradients and slots are one long vector instead of a few numbers per
 * layer, since on small models the number of operations is the time.
 */
export class FlatOptimizer implements Optimizer {
  readonly learningRate: number;
  readonly scalarCount: number;
  readonly slots: readonly TF.Variable[];
  private readonly weightDecay: number;

  constructor(
    private readonly variables: readonly TF.Variable[],
    { learningRate, weightDecay }: { learningRate: number; weightDecay: number },
    private readonly rule: UpdateRule,
  ) {
    this.learningRate = learningRate;
    this.weightDecay = weightDecay;
    this.scalarCount = rule.scalars(0, learningRate).length + (weightDecay > 0 ? 1 : 0);
    const size = variables.reduce((sum, variable) => sum + variable.size, 0);
    this.slots = tf.tidy(() => rule.slots.map((initial) => tf.variable(tf.fill([size], initial), false)));
  }

  scalars(step: number, learningRate: number): number[] {
    const scalars = this.rule.scalars(step, learningRate);
    return this.weightDecay > 0 ? [...scalars, 1 - learningRate * this.weightDecay] : scalars;
  }

  apply(gradients: TF.Tensor[], scalars: TF.Tensor1D): void {
    const at = (k: number) => scalars.slice([k], [1]).reshape([]);
    const numbers = Array.from({ length: this.scalarCount }, (_, k) => at(k));
    const remaining = this.weightDecay > 0 ? numbers.at(-1) : undefined;
    const gradient = tf.concat(gradients.map((each) => each.reshape([-1]))) as TF.Tensor1D;
    const ofRule = remaining ? numbers.slice(0, -1) : numbers;
    const change = this.rule.change(gradient, this.slots as TF.Variable[], ofRule);
    let position = 0;
    for (const variable of this.variables) {
      const part = change.slice([position], [variable.size]).reshape(variable.shape);
      position += variable.size;
      const before: TF.Tensor = remaining ? tf.mul(variable, remaining) : variable;
      variable.assign(tf.sub(before, this.rule.perVariable?.(before, part, ofRule) ?? part));
    }
  }

  dispose(): void {
    tf.dispose([...this.slots]);
  }
}
