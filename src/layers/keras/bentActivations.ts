import { type TF, tf } from '../../core';
import { defineLayer, layerWithOptions, only } from '../define';

/** Options of {@link slopedReLU}: the settings of Keras's layer `ReLU`. */
export interface SlopedReLUOptions {
  /** Slope below the threshold. Default 0. */
  negativeSlope?: number;
  /** Where it begins to pass values on. Default 0. */
  threshold?: number;
  /** The most that it gives; null for no bound. */
  maxValue?: number | null;
  name?: string;
}

/**
 * Keras's `ReLU` with all its settings: x from the threshold on, bounded by the most, and negativeSlope (x - threshold) below. tfjs's
 * knows the bound only.
 */
export const slopedReLU: (options: SlopedReLUOptions) => TF.layers.Layer = defineLayer(() => {
  class SlopedReLU extends layerWithOptions<SlopedReLUOptions>() {
    static override className = 'SlopedReLU';
    override readonly supportsMasking = true;

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs);
        const { negativeSlope = 0, threshold = 0, maxValue } = this.options;
        const passed = typeof maxValue === 'number' ? tf.minimum(x, maxValue) : x;
        return tf.where(tf.greaterEqual(x, threshold), passed, tf.mul(tf.sub(x, threshold), negativeSlope));
      });
    }
  }
  return SlopedReLU;
});

/** Keras's `ELU` with another factor than 1 below zero, which tfjs refuses: alpha (e^x - 1). */
export const scaledELU: (options: { alpha: number; name?: string }) => TF.layers.Layer = defineLayer(() => {
  class ScaledELU extends layerWithOptions<{ alpha: number; name?: string }>() {
    static override className = 'ScaledELU';
    override readonly supportsMasking = true;

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs);
        // elu is x above zero and e^x - 1 below: the part below is scaled by itself.
        return tf.add(tf.relu(x), tf.mul(tf.elu(tf.minimum(x, 0)), this.options.alpha));
      });
    }
  }
  return ScaledELU;
});
