import { checkInteger, ReluctantError, type TF, tf } from '../core';
import { defineLayer, layerWithOptions, only } from './define';

/** Options of {@link patchEmbedding}. */
export interface PatchEmbeddingOptions {
  /** Steps of one patch, and from the beginning of one to that of the next. */
  patch: number;
  stride: number;
  /** Width of a token. */
  width: number;
  /** Channels that the convolution makes of each feature. Default 1. */
  channelsPerFeature?: number;
  /** Of the initial kernels, Glorot uniform; default: other ones every time. */
  seed?: number;
  name?: string;
}

/**
 * Cuts a window into patches and makes a token of each: a convolution of each feature by itself (no bias) into `channelsPerFeature` channels, then one linear map of all of them to `width`, as
 * in PatchTST (Nie and others 2023) with features mixed. Steps at the end that do not fill a patch are left.
 *
 * No activation lies between the two maps, so they are multiplied first and applied as one matrix product over the patches.
 *
 * Shapes: `[samples, time, features]` to `[samples, floor((time - patch) / stride) + 1, width]`; weights `kernel [patch, features, channelsPerFeature]`,
 * `projection [features * channelsPerFeature, width]` (channels of a feature side by side), `bias [width]`.
 *
 * @throws ReluctantError when a size is not a whole number of at least 1, `patch-too-long` for windows shorter than a patch.
 * @example
 * layers.patchEmbedding({ patch: 16, stride: 8, width: 4 }).apply(tf.zeros([1, 180, 3])).shape; // [1, 21, 4]
 */
export const patchEmbedding: (options: PatchEmbeddingOptions) => TF.layers.Layer = defineLayer(() => {
  class PatchEmbedding extends layerWithOptions<PatchEmbeddingOptions>() {
    static override className = 'PatchEmbedding';
    private kernel!: TF.LayerVariable;
    private projection!: TF.LayerVariable;
    private bias!: TF.LayerVariable;

    constructor(options: PatchEmbeddingOptions) {
      super(options);
      const { patch, stride, width, channelsPerFeature = 1 } = options;
      for (const [name, value] of Object.entries({ patch, stride, width, channelsPerFeature }))
        checkInteger('layers.patchEmbedding', name, value, 1, 65_536);
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      const features = (shape as number[]).at(-1)!;
      const { patch, width, channelsPerFeature = 1 } = this.options;
      const { seed } = this.options;
      const initializer = (k: number) => tf.initializers.glorotUniform(seed === undefined ? {} : { seed: seed + k });
      const channels = features * channelsPerFeature;
      this.kernel = this.addWeight('kernel', [patch, features, channelsPerFeature], 'float32', initializer(0));
      this.projection = this.addWeight('projection', [channels, width], 'float32', initializer(1));
      this.bias = this.addWeight('bias', [width], 'float32', tf.initializers.zeros());
      this.built = true;
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const [samples, time] = shape as number[];
      return [samples!, this.count(time!), this.options.width];
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs) as TF.Tensor3D;
        const [samples, time, features] = x.shape;
        const { patch, stride, width, channelsPerFeature = 1 } = this.options;
        const tokens = this.count(time);
        const of = Array.from({ length: tokens }, (_, k) => x.slice([0, k * stride, 0], [-1, patch, -1]));
        const patches = tf.stack(of, 1).reshape([samples * tokens, patch * features]) as TF.Tensor2D;
        const byFeature = tf.transpose(this.kernel.read(), [1, 0, 2]) as TF.Tensor3D;
        const both = tf.matMul(byFeature, this.projection.read().reshape([features, channelsPerFeature, width]));
        const matrix = tf.transpose(both, [1, 0, 2]).reshape([patch * features, width]) as TF.Tensor2D;
        return tf.add(tf.matMul(patches, matrix), this.bias.read()).reshape([samples, tokens, width]);
      });
    }

    private count(time: number): number {
      const { patch, stride } = this.options;
      if (time >= patch) return Math.floor((time - patch) / stride) + 1;
      throw new ReluctantError({
        code: 'patch-too-long',
        operation: 'layers.patchEmbedding',
        problem: 'no patch fits into the window',
        where: { layer: this.name },
        received: `${time} steps`,
        expected: `at least ${patch}`,
      });
    }
  }
  return PatchEmbedding;
});
