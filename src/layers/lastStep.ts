import { type TF, tf } from '../core';
import { defineLayer, only } from './define';
import { selectSteps } from './stepSelection';

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

    stepsFor(_outputs: readonly number[], time: number): number[] {
      return [time - 1];
    }

    callOnSteps(x: TF.Tensor3D, at: readonly number[], _outputs: readonly number[], time: number): TF.Tensor {
      const [samples, , channels] = x.shape;
      return tf.tidy(() => selectSteps(x, at, [time - 1]).reshape([samples, channels]));
    }
  }
  return LastStep;
});
