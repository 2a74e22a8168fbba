import { type TF, tf } from '../../core';
import { type Optimizer, slotsLike } from './optimizer';

/**
 * An optimiser that takes a step every so many batches, with the mean of their gradients: what one batch of all their rows
 * would give, where that does not fit into memory. As in Keras (`gradient_accumulation_steps`), it counts its own steps, and
 * batches at the end of a run that are not enough for one are left.
 */
export class AccumulatingOptimizer implements Optimizer {
  readonly scalarCount: number;
  private readonly sums: readonly TF.Variable[];

  constructor(
    private readonly variables: readonly TF.Variable[],
    private readonly inner: Optimizer,
    private readonly every: number,
  ) {
    this.scalarCount = inner.scalarCount + 1;
    this.sums = slotsLike(variables);
  }

  get learningRate(): number {
    return this.inner.learningRate;
  }

  get slots(): readonly TF.Variable[] {
    return [...this.inner.slots, ...this.sums];
  }

  /** Those of the step that the batch belongs to, and 1 for the batch that completes it. */
  scalars(step: number, learningRate: number): number[] {
    const isLast = step % this.every === this.every - 1;
    return [...this.inner.scalars(Math.floor(step / this.every), learningRate), isLast ? 1 : 0];
  }

  /** The step is always worked out and then taken or not, so that every batch is the same graph. */
  apply(gradients: TF.Tensor[], scalars: TF.Tensor1D): void {
    const { inner, every, sums } = this;
    const isLast = scalars.slice([inner.scalarCount], [1]).reshape([]);
    const whole = sums.map((sum, k) => tf.add(sum, tf.div(gradients[k]!, every)));
    const changed = [...this.variables, ...inner.slots];
    const before = changed.map((variable) => variable.clone());
    inner.apply(whole, scalars.slice([0], [inner.scalarCount]) as TF.Tensor1D);
    changed.forEach((variable, k) => {
      variable.assign(tf.where(tf.cast(isLast, 'bool'), variable as TF.Tensor, before[k]!));
    });
    const left = tf.sub(1, isLast);
    sums.forEach((sum, k) => {
      sum.assign(tf.mul(whole[k]!, left));
    });
  }

  dispose(): void {
    this.inner.dispose();
    tf.dispose([...this.sums]);
  }
}
