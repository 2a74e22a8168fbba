import { hasRandomKey, randomUniform, withRandomKey } from '../compile';
import { checkInteger, checkNumber, type TF, tf } from '../core';
import { defineLayer, only } from './define';

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** Share of the numbers set to zero in training, in [0, 1). */
  rate: number;
  /** Keeps this layer's draws apart from those of others; default: its place among those of the model, in `fit`. */
  seed?: number;
  name?: string;
}

let layersMade = 0;

/**
 * Sets a share of its inputs to zero in training and scales the rest up, so that no unit can rely on another (Srivastava
 * and others 2014); passes them on unchanged otherwise. The mask is drawn inside TensorFlow and depends on the run's seed,
 * the step and the layer only, so a compiled step draws a new one every time; tfjs's own draws in JavaScript.
 *
 * Shapes: any, unchanged.
 *
 * @throws ReluctantError when the rate is outside [0, 1).
 * @example
 * layers.dropout({ rate: 0.5 }).apply(tf.ones([2, 3])).dataSync(); // all 1: nothing is dropped outside training
 */
export const dropout: (options: DropoutOptions) => TF.layers.Layer = defineLayer(() => {
  class KeyedDropout extends tf.layers.Layer {
    static className = 'KeyedDropout';
    private readonly rate: number;
    private readonly seed: number;
    /** Whether the seed was given; otherwise `fit` numbers the layers of a model, so that it gives the same bits anywhere. */
    readonly isSeeded: boolean;
    private calls = 0;

    constructor(args: DropoutOptions) {
      super({ name: args.name });
      this.supportsMasking = true;
      this.rate = checkNumber('layers.dropout', 'rate', args.rate, 0, 0.999999);
      this.isSeeded = args.seed !== undefined;
      this.seed = checkInteger('layers.dropout', 'seed', args.seed ?? ++layersMade, 0, 2 ** 31 - 1);
    }

    override call(inputs: TF.Tensor | TF.Tensor[], options: { training?: boolean }): TF.Tensor {
      const x = only(inputs);
      if (!options.training || this.rate === 0) return x.clone();
      if (hasRandomKey()) return this.drop(x);
      // Outside fit nobody numbers the steps, so the layer counts its own calls.
      return tf.tidy(() => withRandomKey(tf.tensor1d([0, this.calls++], 'int32'), () => this.drop(x)));
    }

    private drop(x: TF.Tensor): TF.Tensor {
      return tf.tidy(() => {
        const kept = tf.greaterEqual(randomUniform(x.shape, this.seed), this.rate);
        return tf.mul(x, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - this.rate)));
      });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...super.getConfig(), rate: this.rate, ...(this.isSeeded && { seed: this.seed }) };
    }
  }
  return KeyedDropout;
});
