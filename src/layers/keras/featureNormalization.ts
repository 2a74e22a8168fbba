import { type TF, tf } from '../../core';
import { defineLayer, layerWithOptions, only } from '../define';

/** Options of {@link featureNormalization}: the settings of Keras's `Normalization`. */
export interface FeatureNormalizationOptions {
  /** Axes that keep statistics of their own, from 1. Default the last; none: one mean and variance for everything. */
  axis?: number | readonly number[] | null;
  /** Statistics that are part of the configuration; otherwise they are weights, as `adapt` leaves them. */
  mean?: unknown;
  variance?: unknown;
  /** Whether to go back from normalised values to the original ones. */
  invert?: boolean;
  name?: string;
}

/** What Keras puts in the place of a smaller standard deviation. */
const LEAST_DEVIATION = 1e-7;

/**
 * Keras's `Normalization`: features moved and scaled by a mean and variance that were read off data before training.
 *
 * Shapes: any, unchanged; weights, none of them trained: `mean` and `variance` of the kept axes, `count []`.
 */
export const featureNormalization: (options: FeatureNormalizationOptions) => TF.layers.Layer = defineLayer(() => {
  class FeatureNormalization extends layerWithOptions<FeatureNormalizationOptions>() {
    static override className = 'FeatureNormalization';
    private statistics: TF.LayerVariable[] = [];

    override build(shape: TF.Shape | TF.Shape[]): void {
      if (!hasValues(this.options.mean)) {
        const size = this.keptAxes(shape as number[]).map((axis) => (shape as number[])[axis]!);
        const add = (name: string, own: number[], initializer: 'ones' | 'zeros') =>
          this.addWeight(name, own, 'float32', tf.initializers[initializer](), undefined, false);
        this.statistics = [add('mean', size, 'zeros'), add('variance', size, 'ones')];
        add('count', [], 'zeros');
      }
      this.built = true;
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs);
        const kept = this.keptAxes(x.shape);
        const wide = x.shape.map((size, axis) => (kept.includes(axis) ? size : 1));
        const count = wide.reduce((product, size) => product * size, 1);
        const [mean, variance] = [this.options.mean, this.options.variance].map((given, k) => {
          const tensor = hasValues(given) ? tf.tensor(given as number[]) : this.statistics[k]!.read();
          return tensor.size === count ? tensor.reshape(wide) : tensor;
        }) as [TF.Tensor, TF.Tensor];
        const deviation = tf.maximum(tf.sqrt(variance), LEAST_DEVIATION);
        return this.options.invert ? tf.add(mean, tf.mul(x, deviation)) : tf.div(tf.sub(x, mean), deviation);
      });
    }

    private keptAxes({ length: rank }: readonly (number | null)[]): number[] {
      const { axis = -1 } = this.options;
      const axes = axis === null ? [] : typeof axis === 'number' ? [axis] : axis;
      return axes.map((one) => (one < 0 ? rank + one : one)).sort((a, b) => a - b);
    }
  }
  return FeatureNormalization;
});

const hasValues = (given: unknown): boolean => given !== undefined && given !== null;
