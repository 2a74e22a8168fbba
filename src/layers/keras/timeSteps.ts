import { type TF, tf } from '../../core';
import { defineLayer, layerWithOptions, only } from '../define';

/** Options of {@link timeSteps}: the settings of Keras's `ZeroPadding1D`, `Cropping1D` and `UpSampling1D`. */
export interface TimeStepsOptions {
  /** Steps to add before and after; negative ones are taken away. */
  before?: number;
  after?: number;
  /** How often each step is repeated. */
  repeat?: number;
  name?: string;
}

/**
 * A sequence with steps of zeros added, steps taken away at its ends, or every step repeated.
 *
 * Shapes: `[samples, time, channels]` to `[samples, (time + before + after) * repeat, channels]`; no weights.
 */
export const timeSteps: (options: TimeStepsOptions) => TF.layers.Layer = defineLayer(() => {
  class TimeSteps extends layerWithOptions<TimeStepsOptions>() {
    static override className = 'TimeSteps';

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const { before = 0, after = 0, repeat = 1 } = this.options;
      const [samples, time, channels] = shape as number[];
      return [samples!, (time === null ? null : (time! + before + after) * repeat) as number, channels!];
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const { before = 0, after = 0, repeat = 1 } = this.options;
        let x = only(inputs) as TF.Tensor3D;
        const [samples, time, channels] = x.shape;
        const [first, last] = [Math.max(0, -before), time - Math.max(0, -after)];
        if (first > 0 || last < time) x = tf.slice(x, [0, first, 0], [samples, last - first, channels]);
        if (before > 0 || after > 0)
          x = x.pad([
            [0, 0],
            [Math.max(0, before), Math.max(0, after)],
            [0, 0],
          ]);
        if (repeat === 1) return x.clone();
        const repeated = tf.mul(x.expandDims(2), tf.ones([1, 1, repeat, 1]));
        return repeated.reshape([samples, x.shape[1] * repeat, channels]);
      });
    }
  }
  return TimeSteps;
});
