import { checkInteger, type TF, tf } from '../core';
import { attendByHeads, joinHeads, projectToHeads } from './attentionHeads';
import { defineLayer, only } from './define';

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** How many comparisons are made side by side. Default 4. */
  heads?: number;
  /** Width of the queries and keys of one head. */
  keyDimension: number;
  /** Whether a time step sees only itself and those before it. Default true: no look into the future. */
  causal?: boolean;
  /** Of the initial kernels, Glorot uniform; default: other ones every time. */
  seed?: number;
  name?: string;
}

/**
 * Self-attention over time with several heads: softmax(Q Kᵀ / √d) V (Vaswani and others 2017), causal by default. The same
 * numbers as Keras's `MultiHeadAttention(heads, keyDimension)(x, x, use_causal_mask=causal)`.
 *
 * Shapes: `[samples, time, channels]` to the same; weights for query, key and value `[channels, heads, keyDimension]` with
 * biases `[heads, keyDimension]`, and for the output `[heads, keyDimension, channels]` with bias `[channels]`.
 *
 * @throws ReluctantError when a size is not a whole number of at least 1.
 * @example
 * layers.attention({ heads: 2, keyDimension: 4 }).apply(tf.zeros([1, 16, 8])).shape; // [1, 16, 8]
 */
export const attention: (options: AttentionOptions) => TF.layers.Layer = defineLayer(() => {
  class Attention extends tf.layers.Layer {
    static className = 'CausalAttention';
    private readonly options: { heads: number; keyDimension: number; causal: boolean };
    private readonly seed: number | undefined;
    private projections: { kernel: TF.LayerVariable; bias: TF.LayerVariable }[] = [];
    private output_!: { kernel: TF.LayerVariable; bias: TF.LayerVariable };

    constructor(args: AttentionOptions) {
      super({ name: args.name });
      const { heads = 4, keyDimension, causal = true } = args;
      checkInteger('layers.attention', 'heads', heads, 1, 1024);
      checkInteger('layers.attention', 'keyDimension', keyDimension, 1, 65536);
      this.options = { heads, keyDimension, causal };
      this.seed = args.seed;
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      const channels = (shape as number[]).at(-1)!;
      const { heads, keyDimension } = this.options;
      let made = 0;
      // Each kernel has a seed of its own, or queries would begin as keys.
      const initializer = () =>
        tf.initializers.glorotUniform(this.seed === undefined ? {} : { seed: this.seed + made++ });
      const make = (name: string, kernel: number[], bias: number[]) => ({
        kernel: this.addWeight(`${name}_kernel`, kernel, 'float32', initializer()),
        bias: this.addWeight(`${name}_bias`, bias, 'float32', tf.initializers.zeros()),
      });
      this.projections = ['query', 'key', 'value'].map((name) =>
        make(name, [channels, heads, keyDimension], [heads, keyDimension]),
      );
      this.output_ = make('output', [heads, keyDimension, channels], [channels]);
      this.built = true;
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs) as TF.Tensor3D;
        const [query, key, value] = this.projections.map(({ kernel, bias }) =>
          projectToHeads(x, kernel.read(), bias.read()),
        ) as [TF.Tensor4D, TF.Tensor4D, TF.Tensor4D];
        const mixed = attendByHeads(query, key, value, { isCausal: this.options.causal });
        return joinHeads(mixed, this.output_.kernel.read(), this.output_.bias.read());
      });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...super.getConfig(), ...this.options };
    }
  }
  return Attention;
});
