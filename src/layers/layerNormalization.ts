import { checkNumber, type TF, tf } from '../core';
import { defineLayer, only } from './define';

/** Options of {@link layerNormalization}. */
export interface LayerNormalizationOptions {
  /** Added to the variance. Default 0.001, as in Keras. */
  epsilon?: number;
  name?: string;
}

/**
 * Each row's channels shifted and scaled to mean 0 and variance 1, then by a learnt `gamma` and `beta`: activations keep
 * their size whatever the batch (Ba, Kiros and Hinton 2016). The same numbers as Keras's. tfjs's own repeats its
 * statistics with `tile`, whose gradient is unrolled into thousands of operations; here they broadcast.
 *
 * Shapes: `[..., channels]` to the same; weights `gamma [channels]`, `beta [channels]`.
 *
 * @throws ReluctantError when epsilon is negative.
 * @example
 * layers.layerNormalization({}).apply(tf.tensor2d([[1, 3]])).dataSync(); // about [-1, 1]
 */
export const layerNormalization: (options: LayerNormalizationOptions) => TF.layers.Layer = defineLayer(() => {
  class LayerNormalization extends tf.layers.Layer {
    static className = 'BroadcastLayerNormalization';
    private readonly epsilon: number;
    private gamma!: TF.LayerVariable;
    private beta!: TF.LayerVariable;

    constructor(args: LayerNormalizationOptions) {
      super({ name: args.name });
      this.epsilon = checkNumber('layers.layerNormalization', 'epsilon', args.epsilon ?? 0.001, 0);
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      const channels = (shape as number[]).at(-1)!;
      this.gamma = this.addWeight('gamma', [channels], 'float32', tf.initializers.ones());
      this.beta = this.addWeight('beta', [channels], 'float32', tf.initializers.zeros());
      this.built = true;
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs);
        const centred = tf.sub(x, tf.mean(x, -1, true));
        const variance = tf.mean(tf.square(centred), -1, true);
        const scaled = tf.mul(centred, tf.rsqrt(tf.add(variance, this.epsilon)));
        return tf.add(tf.mul(scaled, this.gamma.read()), this.beta.read());
      });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...super.getConfig(), epsilon: this.epsilon };
    }
  }
  return LayerNormalization;
});
