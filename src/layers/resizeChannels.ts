import { checkInteger, type TF, tf } from '../core';
import { defineLayer, only } from './define';

/** Options of {@link resizeChannels}. */
export interface ResizeChannelsOptions {
  /** Channels of the output, at least 1. */
  channels: number;
  name?: string;
}

/**
 * The first channels of the last axis, with zeros after them where there are too few: `[..., a]` to `[..., channels]`.
 * The shortcut of a residual block whose width changes, without a weight of its own (He et al. 2016, option A).
 *
 * @example
 * layers.resizeChannels({ channels: 3 }).apply(tf.ones([2, 5])).shape; // [2, 3]
 */
export const resizeChannels: (options: ResizeChannelsOptions) => TF.layers.Layer = defineLayer(() => {
  class ResizeChannels extends tf.layers.Layer {
    static className = 'ResizeChannels';
    private readonly channels: number;

    constructor(args: ResizeChannelsOptions) {
      super({ name: args.name });
      this.channels = checkInteger('layers.resizeChannels', 'channels', args.channels, 1);
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      return [...(shape as TF.Shape).slice(0, -1), this.channels];
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs);
        const size = x.shape.at(-1)!;
        if (size === this.channels) return x.clone();
        const before = x.shape.slice(0, -1);
        if (size > this.channels) return tf.slice(x, before.map(() => 0).concat(0), [...before, this.channels]);
        return tf.concat([x, tf.zeros([...before, this.channels - size])], -1);
      });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...super.getConfig(), channels: this.channels };
    }
  }
  return ResizeChannels;
});
