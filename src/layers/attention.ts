import { checkInteger, type TF, tf } from '../core';
import { defineLayer, only } from './define';

/** What an {@link attention} is told. */
export interface AttentionOptions {
  /** How many comparisons are made side by side. Default 4. */
  heads?: number;
  /** Width of the queries and keys of one head. */
  keyDimension: number;
  /** Whether a time step sees only itself and those before it. Default true: no look into the future. */
  causal?: boolean;
  name?: string;
}

/** Added to scores that must not count: exp of it is 0 in single precision, and it is still finite. */
const EXCLUDED = -1e9;

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
    private projections: { kernel: TF.LayerVariable; bias: TF.LayerVariable }[] = [];
    private output_!: { kernel: TF.LayerVariable; bias: TF.LayerVariable };

    constructor(args: AttentionOptions) {
      super({ name: args.name });
      const { heads = 4, keyDimension, causal = true } = args;
      checkInteger('layers.attention', 'heads', heads, 1, 1024);
      checkInteger('layers.attention', 'keyDimension', keyDimension, 1, 65536);
      this.options = { heads, keyDimension, causal };
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      const channels = (shape as number[]).at(-1)!;
      const { heads, keyDimension } = this.options;
      const make = (name: string, kernel: number[], bias: number[]) => ({
        kernel: this.addWeight(`${name}_kernel`, kernel, 'float32', tf.initializers.glorotUniform({})),
        bias: this.addWeight(`${name}_bias`, bias, 'float32', tf.initializers.zeros()),
      });
      this.projections = ['query', 'key', 'value'].map((name) =>
        make(name, [channels, heads, keyDimension], [heads, keyDimension]),
      );
      this.output_ = make('output', [heads, keyDimension, channels], [channels]);
      this.built = true;
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      return shape as TF.Shape;
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs) as TF.Tensor3D;
        const [samples, time, channels] = x.shape;
        const { heads, keyDimension, causal } = this.options;
        const width = heads * keyDimension;
        const flat = x.reshape([samples * time, channels]) as TF.Tensor2D;
        const [query, key, value] = this.projections.map(({ kernel, bias }) => {
          const projected = tf.matMul(flat, kernel.read().reshape([channels, width]) as TF.Tensor2D);
          const apart = tf.add(projected, bias.read().reshape([width])).reshape([samples, time, heads, keyDimension]);
          return tf.transpose(apart, [0, 2, 1, 3]);
        }) as [TF.Tensor, TF.Tensor, TF.Tensor];
        let scores: TF.Tensor = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(keyDimension));
        if (causal) scores = tf.add(scores, futureMask(time));
        const mixed = tf.transpose(tf.matMul(tf.softmax(scores, -1), value), [0, 2, 1, 3]);
        const joined = mixed.reshape([samples * time, width]) as TF.Tensor2D;
        const y = tf.matMul(joined, this.output_.kernel.read().reshape([width, channels]) as TF.Tensor2D);
        return tf.add(y, this.output_.bias.read()).reshape([samples, time, channels]);
      });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...super.getConfig(), ...this.options };
    }
  }
  return Attention;
});

/** [time, time]: 0 where a step may look, hardly anything left where it may not. */
function futureMask(time: number): TF.Tensor2D {
  const values = new Float32Array(time * time);
  for (let t = 0; t < time; t++) values.fill(EXCLUDED, t * time + t + 1, (t + 1) * time);
  return tf.tensor2d(values, [time, time]);
}
