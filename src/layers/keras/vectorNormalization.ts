import { type TF, tf } from '../../core';
import { defineLayer, layerWithOptions, only } from '../define';

/** Options of {@link vectorNormalization}: the settings of Keras's `RMSNormalization` and `UnitNormalization`. */
export interface VectorNormalizationOptions {
  /** The length that a row's channels are divided by: their root mean square, or their Euclidean norm. */
  by: 'root-mean-square' | 'norm';
  epsilon?: number;
  name?: string;
}

/** Keras's least square of a norm. */
const LEAST_SQUARE = 1e-12;

/**
 * Each row's channels divided by their length: `RMSNormalization` (Zhang and Sennrich 2019), with a learnt scale per channel,
 * or `UnitNormalization`.
 *
 * Shapes: `[..., channels]` to the same; weights `scale [channels]`, or none.
 */
export const vectorNormalization: (options: VectorNormalizationOptions) => TF.layers.Layer = defineLayer(() => {
  class VectorNormalization extends layerWithOptions<VectorNormalizationOptions>() {
    static override className = 'VectorNormalization';
    private scale?: TF.LayerVariable;

    override build(shape: TF.Shape | TF.Shape[]): void {
      if (this.options.by === 'root-mean-square') {
        this.scale = this.addWeight('scale', [(shape as number[]).at(-1)!], 'float32', tf.initializers.ones());
      }
      this.built = true;
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs);
        if (!this.scale) return tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), LEAST_SQUARE)));
        const square = tf.add(tf.mean(tf.square(x), -1, true), this.options.epsilon ?? 1e-6);
        return tf.mul(tf.mul(x, tf.rsqrt(square)), this.scale.read());
      });
    }
  }
  return VectorNormalization;
});
