import { type TF, tf } from '../../core';
import { defineLayer, layerWithOptions, only } from '../define';
import { type Initializer, type InitializerSource, toInitializer, writtenInitializer } from '../initializer';
import { type RegularizerSource, toRegularizer, writtenRegularizers } from '../regularizer';

/** Options of {@link timeConvolution}: the settings of Keras's one-dimensional convolutions. */
export interface TimeConvolutionOptions {
  /** Every channel with every other, every channel by itself, or by itself and then with every other. */
  kind: 'full' | 'depthwise' | 'separable';
  /** Output channels; a depthwise convolution has as many as its inputs times `depthMultiplier`. */
  filters?: number;
  kernelSize: number;
  strides?: number;
  dilation?: number;
  padding?: 'valid' | 'same' | 'causal';
  /** Into how many groups the channels of a full convolution are divided. */
  groups?: number;
  depthMultiplier?: number;
  activation?: string;
  useBias?: boolean;
  kernelInitializer?: InitializerSource;
  depthwiseInitializer?: InitializerSource;
  pointwiseInitializer?: InitializerSource;
  /** Penalties on the kernel: of a separable convolution, on both. */
  kernelRegularizer?: RegularizerSource;
  depthwiseRegularizer?: RegularizerSource;
  pointwiseRegularizer?: RegularizerSource;
  name?: string;
}

/**
 * Keras's `Conv1D` with what tfjs's lacks (strides in causal convolutions, groups, gradients of dilations), its
 * `DepthwiseConv1D` and its `SeparableConv1D` (Chollet 2017), which tfjs does not have at all. Each position of the kernel is
 * the sequence moved by so many steps, so the gradients are those of slices and products.
 *
 * Shapes: `[samples, time, channels]` to `[samples, steps, filters]`; weights `kernel [size, channels / groups, filters]`, or
 * `depthwise_kernel [size, channels, multiplier]` and `pointwise_kernel [1, channels * multiplier, filters]`; `bias [filters]`.
 */
export const timeConvolution: (options: TimeConvolutionOptions) => TF.layers.Layer = defineLayer(() => {
  class TimeConvolution extends layerWithOptions<TimeConvolutionOptions>() {
    static override className = 'TimeConvolution';
    readonly kernelInitializer: Initializer;
    readonly depthwiseInitializer: Initializer;
    readonly pointwiseInitializer: Initializer;
    private readonly activationLayer: TF.layers.Layer;
    private readonly kernels: TF.LayerVariable[] = [];
    private bias?: TF.LayerVariable;

    constructor(options: TimeConvolutionOptions) {
      super(options);
      const initializer = (source: InitializerSource | undefined) => toInitializer(source ?? 'glorotUniform');
      this.kernelInitializer = initializer(options.kernelInitializer);
      this.depthwiseInitializer = initializer(options.depthwiseInitializer);
      this.pointwiseInitializer = initializer(options.pointwiseInitializer);
      this.activationLayer = tf.layers.activation({ activation: (options.activation ?? 'linear') as 'linear' });
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      const channels = (shape as number[]).at(-1)!;
      const { kind, kernelSize, groups = 1, depthMultiplier = 1, useBias } = this.options;
      const filters = this.filters(channels);
      const add = (name: 'kernel' | 'depthwise' | 'pointwise', size: number[]) => {
        const penalty = toRegularizer(this.options[`${name}Regularizer`]);
        const weight = name === 'kernel' ? name : `${name}_kernel`;
        this.kernels.push(this.addWeight(weight, size, 'float32', this[`${name}Initializer`], penalty));
      };
      if (kind === 'full') add('kernel', [kernelSize, channels / groups, filters]);
      else add('depthwise', [kernelSize, channels, depthMultiplier]);
      if (kind === 'separable') add('pointwise', [1, channels * depthMultiplier, filters]);
      if (useBias !== false) this.bias = this.addWeight('bias', [filters], 'float32', tf.initializers.zeros());
      this.built = true;
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const [samples, time, channels] = shape as number[];
      const steps = time === null || time === undefined ? null : this.placesFor(time).steps;
      return [samples!, steps as number, this.filters(channels!)];
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const taps = this.taps(only(inputs) as TF.Tensor3D);
        let y = this.options.kind === 'full' ? this.full(taps) : this.depthwise(taps);
        if (this.options.kind === 'separable') y = product(y, this.kernels[1]!.read());
        if (this.bias) y = tf.add(y, this.bias.read());
        return this.activationLayer.apply(y) as TF.Tensor;
      });
    }

    private full(taps: TF.Tensor3D[]): TF.Tensor3D {
      const kernel = this.kernels[0]!.read();
      const { groups = 1 } = this.options;
      if (groups === 1) return product(tf.concat(taps, 2), kernel);
      const kernels = tf.split(kernel, groups, 2);
      const divided = taps.map((tap) => tf.split(tap, groups, 2));
      const own = kernels.map((part, group) =>
        product(
          tf.concat(
            divided.map((tap) => tap[group]!),
            2,
          ),
          part,
        ),
      );
      return tf.concat(own, 2) as TF.Tensor3D;
    }

    private depthwise(taps: TF.Tensor3D[]): TF.Tensor3D {
      const kernels = tf.unstack(this.kernels[0]!.read());
      const products = taps.map((tap, k) => tf.mul(tap.expandDims(3), kernels[k]!));
      const [samples, steps, channels, multiplier] = products[0]!.shape as [number, number, number, number];
      return products.reduce((sum, next) => tf.add(sum, next)).reshape([samples, steps, channels * multiplier]);
    }

    /** The inputs that each position of the kernel sees, for every output step. */
    private taps(x: TF.Tensor3D): TF.Tensor3D[] {
      const { kernelSize, strides = 1, dilation = 1 } = this.options;
      const [samples, time, channels] = x.shape;
      const { before, after, steps } = this.placesFor(time);
      const margins: [number, number][] = [
        [0, 0],
        [before, after],
        [0, 0],
      ];
      const padded = before + after > 0 ? (tf.pad(x, margins) as TF.Tensor3D) : x;
      return Array.from({ length: kernelSize }, (_, k) => {
        const first = k * dilation;
        if (strides === 1) return tf.slice(padded, [0, first, 0], [samples, steps, channels]);
        const places = Array.from({ length: steps }, (_, step) => first + step * strides);
        return tf.gather(padded, tf.tensor1d(places, 'int32'), 1);
      });
    }

    /** Zeros before and after, and the number of output steps, as Keras counts them. */
    private placesFor(time: number): { before: number; after: number; steps: number } {
      const { kernelSize, strides = 1, dilation = 1, padding = 'valid' } = this.options;
      const reach = (kernelSize - 1) * dilation;
      if (padding === 'valid') return { before: 0, after: 0, steps: Math.max(0, Math.ceil((time - reach) / strides)) };
      const steps = Math.ceil(time / strides);
      if (padding === 'causal') return { before: reach, after: 0, steps };
      const missing = Math.max(0, (steps - 1) * strides + reach + 1 - time);
      return { before: Math.floor(missing / 2), after: Math.ceil(missing / 2), steps };
    }

    private filters(channels: number): number {
      return this.options.filters ?? channels * (this.options.depthMultiplier ?? 1);
    }

    override getConfig(): TF.serialization.ConfigDict {
      const { kernelInitializer, depthwiseInitializer, pointwiseInitializer } = this;
      const initializers = Object.entries({ kernelInitializer, depthwiseInitializer, pointwiseInitializer }).map(
        ([key, own]) => [key, writtenInitializer(own)],
      );
      const penalties = writtenRegularizers(this.options, [
        'kernelRegularizer',
        'depthwiseRegularizer',
        'pointwiseRegularizer',
      ]);
      return {
        ...super.getConfig(),
        ...penalties,
        ...Object.fromEntries(initializers),
      } as TF.serialization.ConfigDict;
    }
  }
  return TimeConvolution;
});

/** Columns [samples, steps, width] times a kernel of width x filters numbers. */
function product(columns: TF.Tensor, kernel: TF.Tensor): TF.Tensor3D {
  const [samples, steps, width] = columns.shape as [number, number, number];
  const filters = kernel.shape.at(-1)!;
  const flat = columns.reshape([samples * steps, width]) as TF.Tensor2D;
  return tf.matMul(flat, kernel.reshape([width, filters]) as TF.Tensor2D).reshape([samples, steps, filters]);
}
