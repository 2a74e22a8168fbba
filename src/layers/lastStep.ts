import { type TF, tf } from '../core';
import { defineLayer, only } from './define';

/**
 * The last time step of a sequence: `[samples, time, channels]` to `[samples, channels]`.
 *
 * @example
 * layers.lastStep({}).apply(tf.zeros([2, 16, 3])).shape; // [2, 3]
 */
export const lastStep: (options: { name?: string }) => TF.layers.Layer = defineLayer(() => {
  class LastStep extends tf.layers.Layer {
    static className = 'LastStep';

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const [samples, , channels] = shape as number[];
      return [samples!, channels!];
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs) as TF.Tensor3D;
        const [samples, time, channels] = x.shape;
        return tf.slice(x, [0, time - 1, 0], [samples, 1, channels]).reshape([samples, channels]);
      });
    }
  }
  return LastStep;
});
