import { checkNumber, type TF, tf } from '../core';
import { defineLayer, only } from './define';

/** Options of {@link scaledShare}. */
export interface ScaledShareOptions {
  /** The largest output, above 0. */
  scale: number;
  name?: string;
}

/**
 * Shares of [0, 1], as a sigmoid gives them, times a constant: outputs of [0, scale]. For targets that have a largest value
 * which is known before.
 *
 * Shapes: any, unchanged; no weights.
 *
 * @throws ReluctantError when the scale is not above 0.
 * @example
 * layers.scaledShare({ scale: 0.15 }).apply(tf.ones([1, 1])).dataSync()[0]; // 0.15
 */
export const scaledShare: (options: ScaledShareOptions) => TF.layers.Layer = defineLayer(() => {
  class ScaledShare extends tf.layers.Layer {
    static className = 'ScaledShare';
    readonly scale: number;

    constructor(args: ScaledShareOptions) {
      super({ name: args.name });
      this.scale = checkNumber('layers.scaledShare', 'scale', args.scale, Number.MIN_VALUE);
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.mul(only(inputs), this.scale);
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...super.getConfig(), scale: this.scale };
    }
  }
  return ScaledShare;
});
