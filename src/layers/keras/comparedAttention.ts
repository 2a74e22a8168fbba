import { type TF, tf } from '../../core';
import { futureMask } from '../attentionHeads';
import { attentionInputs, attentionShapes } from '../attentionInputs';
import { defineLayer, layerWithOptions } from '../define';

/** Options of {@link comparedAttention}: the settings of Keras's `Attention` and `AdditiveAttention`. */
export interface ComparedAttentionOptions {
  /** How a query is compared with a key: by their product (Luong and others 2015), or by tanh of their sum (Bahdanau and others 2015). */
  compare: 'product' | 'sum';
  /** Whether the comparison has a learnt scale: one number for products, one per channel for sums. */
  useScale?: boolean;
  causal?: boolean;
  /** Which of its inputs the layer takes as query, value and key; default: one after the other. */
  roles?: readonly number[];
  name?: string;
}

/**
 * Keras's `Attention` and `AdditiveAttention`: the values, averaged with the softmax of how well their keys fit the query.
 *
 * Shapes: query `[samples, time, channels]`, value and key (default: the value) `[samples, seen, channels]` to
 * `[samples, time, value channels]`; weights `scale []` or `[channels]`, or none.
 */
export const comparedAttention: (options: ComparedAttentionOptions) => TF.layers.Layer = defineLayer(() => {
  class ComparedAttention extends layerWithOptions<ComparedAttentionOptions>() {
    static override className = 'ComparedAttention';
    private scale?: TF.LayerVariable;

    override build(shape: TF.Shape | TF.Shape[]): void {
      const { compare, useScale } = this.options;
      const size = compare === 'product' ? [] : [attentionShapes(shape, this.options.roles).query.at(-1)!];
      if (useScale) this.scale = this.addWeight('scale', size, 'float32', tf.initializers.ones());
      this.built = true;
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const { query, value } = attentionShapes(shape, this.options.roles);
      return [query[0]!, query[1]!, value.at(-1)!];
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const { query, key, value } = attentionInputs(inputs as TF.Tensor3D[], this.options.roles);
        let scores: TF.Tensor = this.options.compare === 'product' ? this.products(query, key) : this.sums(query, key);
        if (this.options.causal) scores = tf.add(scores, futureMask(query.shape[1], key.shape[1]));
        return tf.matMul(tf.softmax(scores, -1), value);
      });
    }

    private products(query: TF.Tensor3D, key: TF.Tensor3D): TF.Tensor {
      const scores = tf.matMul(query, key, false, true);
      return this.scale ? tf.mul(scores, this.scale.read()) : scores;
    }

    private sums(query: TF.Tensor3D, key: TF.Tensor3D): TF.Tensor {
      const compared = tf.tanh(tf.add(query.expandDims(2), key.expandDims(1)));
      return tf.sum(this.scale ? tf.mul(compared, this.scale.read()) : compared, -1);
    }
  }
  return ComparedAttention;
});
