import { type TF, tf } from '../../core';
import { defineLayer, layerWithOptions } from '../define';

/** Operations of two tensors, or of a tensor and a number. */
const BINARY = {
  add: (a: TF.Tensor, b: TF.Tensor) => tf.add(a, b),
  subtract: (a: TF.Tensor, b: TF.Tensor) => tf.sub(a, b),
  multiply: (a: TF.Tensor, b: TF.Tensor) => tf.mul(a, b),
  divide: (a: TF.Tensor, b: TF.Tensor) => tf.div(a, b),
  power: (a: TF.Tensor, b: TF.Tensor) => tf.pow(a, b),
} as const;

/** Operations of one tensor along axes. */
const REDUCING = {
  mean: (x: TF.Tensor, axes: number[], keep: boolean) => tf.mean(x, axes, keep),
  sum: (x: TF.Tensor, axes: number[], keep: boolean) => tf.sum(x, axes, keep),
  max: (x: TF.Tensor, axes: number[], keep: boolean) => tf.max(x, axes, keep),
  min: (x: TF.Tensor, axes: number[], keep: boolean) => tf.min(x, axes, keep),
} as const;

/** Options of {@link arithmetic}. */
export interface ArithmeticOptions {
  operation: keyof typeof BINARY;
  /** The number on the left, or on the right, where it is no tensor. */
  left?: number;
  right?: number;
  name?: string;
}

/** One operation of arithmetic on tensors that broadcast, as `x * 2 + y` in Keras leaves it in a model; no weights. */
export const arithmetic: (options: ArithmeticOptions) => TF.layers.Layer = defineLayer(() => {
  class Arithmetic extends layerWithOptions<ArithmeticOptions>() {
    static override className = 'Arithmetic';

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      if (!Array.isArray(shape[0])) return shape as TF.Shape;
      const [a, b] = shape as [number[], number[]];
      const rank = Math.max(a.length, b.length);
      const padded = [a, b].map((one) => [...Array<number>(rank - one.length).fill(1), ...one]);
      return padded[0]!.map((size, axis) => (size === 1 ? padded[1]![axis]! : size));
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const tensors = Array.isArray(inputs) ? inputs : [inputs];
        const { operation, left, right } = this.options;
        const a = left === undefined ? tensors[0]! : tf.scalar(left);
        const b = right === undefined ? tensors.at(-1)! : tf.scalar(right);
        return BINARY[operation](a, b);
      });
    }
  }
  return Arithmetic;
});

/** Options of {@link reduction}. */
export interface ReductionOptions {
  operation: keyof typeof REDUCING;
  /** Axes from 1: samples stay apart. */
  axes: readonly number[];
  keepDimensions?: boolean;
  name?: string;
}

/** A mean, sum, largest or least value along axes other than the samples; no weights. */
export const reduction: (options: ReductionOptions) => TF.layers.Layer = defineLayer(() => {
  class Reduction extends layerWithOptions<ReductionOptions>() {
    static override className = 'Reduction';

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const axes = this.axesOf((shape as number[]).length);
      const { keepDimensions } = this.options;
      return (shape as number[]).flatMap((size, axis) => (!axes.includes(axis) ? [size] : keepDimensions ? [1] : []));
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      return REDUCING[this.options.operation](x, this.axesOf(x.rank), this.options.keepDimensions === true);
    }

    private axesOf(rank: number): number[] {
      return this.options.axes.map((axis) => (axis < 0 ? rank + axis : axis));
    }
  }
  return Reduction;
});
