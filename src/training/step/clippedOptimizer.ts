import { type TF, tf } from '../../core';
import type { Optimizer } from './optimizer';

/** Bounds on gradients. */
export interface GradientBounds {
  /** Gradients longer than this, taken together, are scaled down to it. */
  clipNorm?: number | undefined;
  /** The gradient of a variable that is longer than this is scaled down to it. */
  clipVariableNorm?: number | undefined;
  /** Gradients are cut to [-clipValue, clipValue]. */
  clipValue?: number | undefined;
}

/** An optimiser whose gradients are kept within bounds before they count. */
export class ClippedOptimizer implements Optimizer {
  constructor(
    private readonly inner: Optimizer,
    private readonly bounds: GradientBounds,
  ) {}

  get learningRate(): number {
    return this.inner.learningRate;
  }

  get scalarCount(): number {
    return this.inner.scalarCount;
  }

  get slots(): readonly TF.Variable[] {
    return this.inner.slots;
  }

  scalars(step: number, learningRate: number): number[] {
    return this.inner.scalars(step, learningRate);
  }

  apply(gradients: TF.Tensor[], scalars: TF.Tensor1D): void {
    this.inner.apply(clip(gradients, this.bounds), scalars);
  }

  dispose(): void {
    this.inner.dispose();
  }
}

function clip(gradients: TF.Tensor[], { clipNorm, clipVariableNorm, clipValue }: GradientBounds): TF.Tensor[] {
  let clipped = gradients;
  if (clipValue !== undefined) clipped = clipped.map((gradient) => tf.clipByValue(gradient, -clipValue, clipValue));
  if (clipVariableNorm !== undefined) {
    clipped = clipped.map((gradient) => tf.mul(gradient, factorTo(clipVariableNorm, tf.sum(tf.square(gradient)))));
  }
  if (clipNorm !== undefined) {
    const factor = factorTo(clipNorm, tf.addN(clipped.map((gradient) => tf.sum(tf.square(gradient)))));
    clipped = clipped.map((gradient) => tf.mul(gradient, factor));
  }
  return clipped;
}

/** What brings a vector of this squared length to `limit` where it is longer. */
const factorTo = (limit: number, squared: TF.Tensor) => tf.div(limit, tf.maximum(tf.sqrt(squared), limit));
