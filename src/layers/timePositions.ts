import { type TF, tf } from '../core';
import { defineLayer, only } from './define';

/**
 * Adds to every step where it stands: sines and cosines of t / 10000^(2 k / channels), in turn, k the pair of channels (Vaswani and others 2017, section 3.5).
 *
 * Shapes: `[samples, time, channels]` to the same; no weights.
 *
 * @example
 * layers.timePositions({}).apply(tf.zeros([1, 2, 2])).dataSync(); // Float32Array [0, 1, 0.841, 0.540]
 */
export const timePositions: (options: { name?: string }) => TF.layers.Layer = defineLayer(() => {
  class TimePositions extends tf.layers.Layer {
    static className = 'TimePositions';

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      return shape as TF.Shape;
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs) as TF.Tensor3D;
        const [, time, channels] = x.shape;
        const values = new Float32Array(time * channels);
        for (let t = 0; t < time; t++)
          for (let c = 0; c < channels; c++) {
            const angle = t / 10_000 ** ((c - (c % 2)) / channels);
            values[t * channels + c] = c % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
          }
        return tf.add(x, tf.tensor3d(values, [1, time, channels]));
      });
    }
  }
  return TimePositions;
});
