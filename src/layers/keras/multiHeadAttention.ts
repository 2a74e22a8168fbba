import { type TF, tf } from '../../core';
import { attendByHeads, joinHeads, projectToHeads } from '../attentionHeads';
import { attentionInputs, attentionShapes } from '../attentionInputs';
import { defineLayer, layerWithOptions } from '../define';
import { dropout } from '../dropout';
import { type Initializer, type InitializerSource, toInitializer, writtenInitializer } from '../initializer';
import { type RegularizerSource, toRegularizer, writtenRegularizers } from '../regularizer';

/** Options of {@link multiHeadAttention}: the settings of Keras's `MultiHeadAttention`. */
export interface MultiHeadAttentionOptions {
  numHeads: number;
  keyDim: number;
  /** Width of the values of one head; default: keyDim. */
  valueDim?: number;
  useBias?: boolean;
  /** Channels of the result; default: those of the query. */
  outputShape?: number | [number] | null;
  /** Whether a step sees only those up to its own number. */
  causal?: boolean;
  dropout?: number;
  kernelInitializer?: InitializerSource;
  kernelRegularizer?: RegularizerSource;
  /** Which of its inputs the layer takes as query, value and key; default: one after the other. */
  roles?: readonly number[];
  name?: string;
}

/**
 * Keras's `MultiHeadAttention` over time, on a query and a value, and a key if it is another than the value (Vaswani and others
 * 2017).
 *
 * Shapes: `[samples, time, channels]` each to `[samples, query time, outputs]`; weights: kernel and bias of query, key, value
 * (`[channels, heads, width]`, `[heads, width]`) and output (`[heads, width, outputs]`, `[outputs]`).
 */
export const multiHeadAttention: (options: MultiHeadAttentionOptions) => TF.layers.Layer = defineLayer(() => {
  class MultiHeadAttention extends layerWithOptions<MultiHeadAttentionOptions>() {
    static override className = 'MultiHeadAttention';
    readonly kernelInitializer: Initializer;
    private readonly drop: TF.layers.Layer;
    private parts: { kernel: TF.LayerVariable; bias?: TF.LayerVariable }[] = [];

    constructor(options: MultiHeadAttentionOptions) {
      super(options);
      this.kernelInitializer = toInitializer(options.kernelInitializer ?? 'glorotUniform');
      this.drop = dropout({ rate: options.dropout ?? 0 });
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      const shapes = attentionShapes(shape, this.options.roles);
      const [query, key, value] = [shapes.query, shapes.key, shapes.value].map((one) => one.at(-1)!) as [
        number,
        number,
        number,
      ];
      const { numHeads: heads, keyDim, valueDim = keyDim, useBias } = this.options;
      const add = (name: string, kernel: number[], bias: number[]) => ({
        kernel: this.addWeight(
          `${name}_kernel`,
          kernel,
          'float32',
          this.kernelInitializer,
          toRegularizer(this.options.kernelRegularizer),
        ),
        ...(useBias !== false && { bias: this.addWeight(`${name}_bias`, bias, 'float32', tf.initializers.zeros()) }),
      });
      const outputs = this.outputs(query);
      this.parts = [
        add('query', [query, heads, keyDim], [heads, keyDim]),
        add('key', [key, heads, keyDim], [heads, keyDim]),
        add('value', [value, heads, valueDim], [heads, valueDim]),
        add('output', [heads, valueDim, outputs], [outputs]),
      ];
      this.built = true;
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const [samples, time, channels] = attentionShapes(shape, this.options.roles).query;
      return [samples!, time!, this.outputs(channels!)];
    }

    override call(inputs: TF.Tensor | TF.Tensor[], { training }: { training?: boolean } = {}): TF.Tensor {
      return tf.tidy(() => {
        const { query, key, value } = attentionInputs(inputs as TF.Tensor3D[], this.options.roles);
        const [q, k, v] = [query, key, value].map((x, part) => {
          const { kernel, bias } = this.parts[part]!;
          return projectToHeads(x, kernel.read(), bias?.read());
        }) as [TF.Tensor4D, TF.Tensor4D, TF.Tensor4D];
        const drop = (weights: TF.Tensor) => this.drop.call(weights, { training }) as TF.Tensor;
        const mixed = attendByHeads(q, k, v, { isCausal: this.options.causal === true, drop });
        return joinHeads(mixed, this.parts[3]!.kernel.read(), this.parts[3]!.bias?.read());
      });
    }

    private outputs(channels: number): number {
      const { outputShape } = this.options;
      return (Array.isArray(outputShape) ? outputShape[0] : outputShape) ?? channels;
    }

    override getConfig(): TF.serialization.ConfigDict {
      const penalties = writtenRegularizers(this.options, ['kernelRegularizer']);
      return {
        ...super.getConfig(),
        ...penalties,
        kernelInitializer: writtenInitializer(this.kernelInitializer),
      } as unknown as TF.serialization.ConfigDict;
    }
  }
  return MultiHeadAttention;
});
