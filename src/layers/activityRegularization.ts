import { checkNumber, type TF, tf } from '../core';
import { defineLayer, layerWithOptions, only } from './define';
import type { Penalised } from './penalties';

/** Options of {@link activityRegularization}. */
export interface ActivityRegularizationOptions {
  /** Factor on the sum of |x|; at least 0, default 0. */
  l1?: number;
  /** Factor on the sum of x²; at least 0, default 0. */
  l2?: number;
  name?: string;
}

/**
 * Hands its input on and adds l1 sum |x| + l2 sum x², over the rows of the batch, to the loss in training: what Keras's
 * `activity_regularizer` adds. Put it behind a layer whose outputs should stay small or sparse; tfjs itself refuses layers with an
 * `activityRegularizer`. Only `fit` knows of the penalty.
 *
 * @throws ReluctantError `number-out-of-range`.
 * @example
 * layers.activityRegularization({ l1: 0.01 }).apply(tf.tensor2d([[1, -2]])).dataSync(); // Float32Array [1, -2]
 */
export const activityRegularization: (options: ActivityRegularizationOptions) => TF.layers.Layer = defineLayer(() => {
  class ActivityRegularization extends layerWithOptions<ActivityRegularizationOptions>() implements Penalised {
    static override className = 'ActivityRegularization';
    private penalty: TF.Tensor | undefined;

    constructor(options: ActivityRegularizationOptions) {
      for (const name of ['l1', 'l2'] as const) checkNumber('activityRegularization', name, options[name] ?? 0, 0);
      super(options);
      this.supportsMasking = true;
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      return shape as TF.Shape;
    }

    override call(inputs: TF.Tensor | TF.Tensor[], settings: Record<string, unknown>): TF.Tensor {
      const x = only(inputs);
      if (settings?.['training']) {
        this.penalty?.dispose();
        const { l1 = 0, l2 = 0 } = this.options;
        // Kept beyond the model's own tidy: it is taken once the forward pass is over.
        this.penalty = tf.keep(
          tf.tidy(() => {
            const sum = tf.add(tf.mul(tf.sum(tf.abs(x)), l1), tf.mul(tf.sum(tf.square(x)), l2));
            return tf.div(sum, x.shape[0]!);
          }),
        );
      }
      return x.clone();
    }

    takePenalty(): TF.Tensor | undefined {
      const { penalty } = this;
      this.penalty = undefined;
      if (!penalty) return undefined;
      const taken = penalty.clone();
      penalty.dispose();
      return taken;
    }
  }
  return ActivityRegularization;
});
