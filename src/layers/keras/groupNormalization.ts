import { ReluctantError, type TF, tf } from '../../core';
import { defineLayer, layerWithOptions, only } from '../define';

/** Options of {@link groupNormalization}: the settings of Keras's layer. */
export interface GroupNormalizationOptions {
  /** How many groups the channels make; -1 for one per channel. Default 32. */
  groups?: number;
  /** Added to the variance. Default 0.001. */
  epsilon?: number;
  /** Whether a learnt `beta` is added, and whether a learnt `gamma` is multiplied by. Default true. */
  center?: boolean;
  scale?: boolean;
  name?: string;
}

/**
 * Each row's channels, in groups, shifted and scaled to mean 0 and variance 1 over the group and all places of the row (Wu and He 2018).
 *
 * Shapes: `[rows, ..., channels]` to the same, the lengths between known; weights `gamma [channels]`, `beta [channels]`.
 *
 * @throws ReluctantError `groups-do-not-fit` where the channels do not make so many groups.
 */
export const groupNormalization: (options: GroupNormalizationOptions) => TF.layers.Layer = defineLayer(() => {
  class GroupNormalization extends layerWithOptions<GroupNormalizationOptions>() {
    static override className = 'GroupNormalization';
    private gamma?: TF.LayerVariable;
    private beta?: TF.LayerVariable;
    private groups = 1;

    override build(shape: TF.Shape | TF.Shape[]): void {
      const channels = (shape as number[]).at(-1)!;
      const { groups = 32, scale = true, center = true } = this.options;
      this.groups = groups === -1 ? channels : groups;
      if (!(this.groups >= 1) || channels % this.groups !== 0) {
        throw new ReluctantError({
          code: 'groups-do-not-fit',
          operation: 'GroupNormalization',
          problem: 'the channels do not make so many groups',
          where: { layer: this.name },
          received: `${groups} groups of ${channels} channels`,
          expected: 'a number of groups that divides the channels',
        });
      }
      if (scale) this.gamma = this.addWeight('gamma', [channels], 'float32', tf.initializers.ones());
      if (center) this.beta = this.addWeight('beta', [channels], 'float32', tf.initializers.zeros());
      this.built = true;
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs);
        const [rows, channels] = [x.shape[0]!, x.shape.at(-1)!];
        const grouped = x.reshape([rows, -1, this.groups, channels / this.groups]);
        const { mean, variance } = tf.moments(grouped, [1, 3], true);
        const normal = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, this.options.epsilon ?? 1e-3)));
        const scaled = this.gamma ? tf.mul(normal.reshape(x.shape), this.gamma.read()) : normal.reshape(x.shape);
        return this.beta ? tf.add(scaled, this.beta.read()) : scaled;
      });
    }
  }
  return GroupNormalization;
});
