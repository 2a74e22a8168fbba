import { ReluctantError, type TF, tf } from '../core';
import { defineLayer, only } from './define';

/**
 * The gate of WaveNet on one convolution of twice the channels: tanh of the first half times the sigmoid of the second (van
 * den Oord et al. 2016, equation 2).
 *
 * Shapes: `[samples, time, 2 channels]` to `[samples, time, channels]`; no weights.
 *
 * @throws ReluctantError `gate-odd-channels` when the channels are no even number.
 * @example
 * layers.gatedActivation({}).apply(tf.zeros([1, 16, 8])).shape; // [1, 16, 4]
 */
export const gatedActivation: (options: { name?: string }) => TF.layers.Layer = defineLayer(() => {
  class GatedActivation extends tf.layers.Layer {
    static className = 'GatedActivation';

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const sizes = shape as number[];
      const channels = sizes.at(-1)!;
      if (channels % 2 === 0) return [...sizes.slice(0, -1), channels / 2];
      throw new ReluctantError({
        code: 'gate-odd-channels',
        operation: 'layers.gatedActivation',
        problem: 'the channels cannot be halved',
        where: { layer: this.name },
        received: channels,
        expected: 'an even number: the first half is filtered, the second half opens the gate',
      });
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const [filter, gate] = tf.split(only(inputs), 2, -1) as [TF.Tensor, TF.Tensor];
        return tf.mul(tf.tanh(filter), tf.sigmoid(gate));
      });
    }
  }
  return GatedActivation;
});
