import { checkInteger, type TF, tf } from '../core';
import { defineLayer, only } from './define';
import { type Initializer, toInitializer, writtenInitializer } from './initializer';
import { type RegularizerSource, toRegularizer, writtenRegularizers } from './regularizer';
import { selectSteps } from './stepSelection';

/** Options of {@link causalConvolution}. */
export interface CausalConvolutionOptions {
  /** Output channels. */
  filters: number;
  /** Time steps that one output looks at. Default 2. */
  kernelSize?: number;
  /** Distance between those steps. Default 1. */
  dilation?: number;
  /** Any activation of tfjs. Default none. */
  activation?: 'elu' | 'linear' | 'relu' | 'sigmoid' | 'softplus' | 'tanh';
  /** Default Glorot uniform. */
  kernelInitializer?: Initializer | string;
  /** A penalty on the kernel. Default none. */
  kernelRegularizer?: RegularizerSource;
  useBias?: boolean;
  name?: string;
}

/**
 * Causal dilated convolution over time: output t sees inputs t, t - d, ..., t - (k - 1) d and zeros before the start
 * (van den Oord et al. 2016, section 2.1). The same numbers as Keras's `Conv1D(padding='causal')`; tfjs's own infers a wrong
 * output shape and has no gradient for dilations above 1. Here it is one concatenation and one matrix product.
 *
 * Shapes: `[samples, time, channels]` to `[samples, time, filters]`; weights `kernel [kernelSize, channels, filters]`, `bias [filters]`.
 *
 * @throws ReluctantError when a size is not a whole number of at least 1.
 * @example
 * layers.causalConvolution({ filters: 8, dilation: 4, activation: 'tanh' }).apply(tf.zeros([1, 16, 3])).shape; // [1, 16, 8]
 */
export const causalConvolution: (options: CausalConvolutionOptions) => TF.layers.Layer = defineLayer(() => {
  class CausalConvolution extends tf.layers.Layer {
    static className = 'CausalConvolution';
    private readonly options: Required<
      Omit<CausalConvolutionOptions, 'kernelInitializer' | 'kernelRegularizer' | 'name'>
    >;
    private readonly penalty: { kernelRegularizer?: RegularizerSource };
    private readonly initializer: Initializer | string;
    private readonly activationLayer: TF.layers.Layer;
    private kernel!: TF.LayerVariable;
    private bias?: TF.LayerVariable;

    constructor(args: CausalConvolutionOptions) {
      super({ name: args.name });
      const { filters, kernelSize = 2, dilation = 1, activation = 'linear', useBias = true } = args;
      for (const [name, value] of Object.entries({ filters, kernelSize, dilation })) {
        checkInteger('layers.causalConvolution', name, value, 1, 65536);
      }
      this.options = { filters, kernelSize, dilation, activation, useBias };
      const { kernelInitializer = 'glorotUniform', kernelRegularizer = null } = args;
      this.penalty = { kernelRegularizer };
      // A model read from JSON hands over the initialiser's name and settings, not the initialiser.
      this.initializer = typeof kernelInitializer === 'string' ? kernelInitializer : toInitializer(kernelInitializer);
      this.activationLayer = tf.layers.activation({ activation });
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      const channels = (shape as number[]).at(-1)!;
      const { filters, kernelSize, useBias } = this.options;
      this.kernel = this.addWeight(
        'kernel',
        [kernelSize, channels, filters],
        'float32',
        toInitializer(this.initializer),
        toRegularizer(this.penalty.kernelRegularizer),
      );
      if (useBias) this.bias = this.addWeight('bias', [filters], 'float32', tf.initializers.zeros());
      this.built = true;
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const [samples, time] = shape as number[];
      return [samples!, time!, this.options.filters];
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs) as TF.Tensor3D;
        const { kernelSize, dilation } = this.options;
        const shifted = Array.from({ length: kernelSize }, (_, k) => delay(x, (kernelSize - 1 - k) * dilation));
        return this.product(tf.concat(shifted, 2));
      });
    }

    stepsFor(outputs: readonly number[]): number[] {
      const { kernelSize } = this.options;
      const all = Array.from({ length: kernelSize }, (_, k) => this.tap(outputs, k)).flat();
      return [...new Set(all.filter((step) => step >= 0))].sort((a, b) => a - b);
    }

    callOnSteps(x: TF.Tensor3D, at: readonly number[], outputs: readonly number[]): TF.Tensor {
      return tf.tidy(() => {
        const { kernelSize } = this.options;
        const [samples, , channels] = x.shape;
        const taps = Array.from({ length: kernelSize }, (_, k) => this.tap(outputs, k));
        // Where each output has its own inputs, side by side, the columns of the product are there already.
        const sideBySide = outputs.flatMap((_, k) => taps.map((tap) => tap[k]!));
        const isDone = sideBySide.length === at.length && sideBySide.every((step, k) => step === at[k]);
        if (isDone) return this.product(x.reshape([samples, outputs.length, kernelSize * channels]));
        const selected = taps.map((tap) => selectSteps(x, at, tap));
        return this.product(selected.length === 1 ? selected[0]! : tf.concat(selected, 2));
      });
    }

    /** The steps that kernel row k sees for each output step. */
    private tap(outputs: readonly number[], k: number): number[] {
      const { kernelSize, dilation } = this.options;
      return outputs.map((step) => step - (kernelSize - 1 - k) * dilation);
    }

    /** Kernel, bias and activation on columns [samples, steps, kernelSize * channels]. */
    private product(columns: TF.Tensor3D): TF.Tensor {
      const [samples, steps, width] = columns.shape;
      const { filters } = this.options;
      const kernel = this.kernel.read().reshape([width, filters]) as TF.Tensor2D;
      let y: TF.Tensor = tf.matMul(columns.reshape([samples * steps, width]) as TF.Tensor2D, kernel);
      if (this.bias) y = tf.add(y, this.bias.read());
      return this.activationLayer.apply(y.reshape([samples, steps, filters])) as TF.Tensor;
    }

    override getConfig(): TF.serialization.ConfigDict {
      const initializer = this.initializer;
      const kernelInitializer = typeof initializer === 'string' ? initializer : writtenInitializer(initializer);
      const penalties = writtenRegularizers(this.penalty, ['kernelRegularizer']);
      return { ...super.getConfig(), ...this.options, ...penalties, kernelInitializer };
    }
  }
  return CausalConvolution;
});

/** x moved `steps` later in time, zeros in front. */
function delay(x: TF.Tensor3D, steps: number): TF.Tensor3D {
  if (steps === 0) return x;
  const [samples, time, channels] = x.shape;
  if (steps >= time) return tf.zerosLike(x);
  return tf.slice(x, [0, 0, 0], [samples, time - steps, channels]).pad([
    [0, 0],
    [steps, 0],
    [0, 0],
  ]);
}
