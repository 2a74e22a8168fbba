import { ReluctantError, type TF, tf } from '../../core';
import { defineLayer } from '../define';
import type { PreparedLayer } from '../preparedLayers';

/** Options of {@link spectralNormalization}: the settings of Keras's wrapper. */
export interface SpectralNormalizationOptions {
  /** What is wrapped: a dense layer or a convolution. */
  layer: TF.layers.Layer;
  /** Rounds of power iteration before each step of training. Default 1. */
  powerIterations?: number;
  name?: string;
}

type WrapperClass = new (
  options: SpectralNormalizationOptions,
) => TF.layers.Layer & { readonly layer: TF.layers.Layer };

/** Below this a length counts as 0: Keras's own epsilon. */
const TINY = 1e-7;

const normalized = (vector: TF.Tensor): TF.Tensor2D =>
  tf.mul(vector, tf.minimum(tf.rsqrt(tf.sum(tf.square(vector))), 1 / TINY)) as TF.Tensor2D;

/** A kernel over its largest singular value, and the vector that the next step begins the search for it with. */
function divided(kernel: TF.Tensor, vector: TF.Tensor2D, powerIterations: number) {
  const matrix = kernel.reshape([-1, kernel.shape.at(-1)!]) as TF.Tensor2D;
  let [u, v] = [vector, vector];
  for (let k = 0; k < powerIterations; k++) {
    v = normalized(tf.matMul(u, matrix, false, true));
    u = normalized(tf.matMul(v, matrix));
  }
  const largest = tf.matMul(tf.matMul(v, matrix), u, false, true).reshape([]);
  // A kernel of zeros has no largest value, and stays as it is.
  const isZero = tf.all(tf.equal(kernel, 0));
  return { kernel: tf.div(kernel, tf.where(isZero, tf.scalar(1), largest)), vector: tf.where(isZero, vector, u) };
}

/**
 * Keras's `SpectralNormalization`: before each step of training the kernel of the layer inside is divided by its largest singular value, as
 * power iteration estimates it from the vector of the step before (Miyato et al. 2018). As in Keras, the quotient takes the kernel's
 * place, and no gradient flows through the division.
 *
 * Weights: those of the layer inside, then `vector_u [1, outputs]`, which is not trained.
 *
 * @throws ReluctantError `kernel-missing` for a layer without a kernel.
 */
export const spectralNormalization: (options: SpectralNormalizationOptions) => TF.layers.Layer = defineLayer(() => {
  // tfjs does not export the class that its wrappers extend.
  const sample = tf.layers.timeDistributed({ layer: tf.layers.flatten() });
  const Base = Object.getPrototypeOf(Object.getPrototypeOf(sample)).constructor as WrapperClass;
  const general = tf.layers.Layer.prototype;
  class SpectralNormalization extends Base implements PreparedLayer {
    static className = 'SpectralNormalization';
    private readonly powerIterations: number;
    private vector!: TF.LayerVariable;
    /** Set while a training calls {@link prepare} by itself. */
    isPrepared = false;

    constructor(options: SpectralNormalizationOptions) {
      super(options);
      this.powerIterations = options.powerIterations ?? 1;
    }

    private get kernel(): TF.LayerVariable {
      const { kernel } = this.layer as unknown as { kernel?: TF.LayerVariable };
      if (kernel) return kernel;
      throw new ReluctantError({
        code: 'kernel-missing',
        operation: 'SpectralNormalization',
        problem: 'the layer inside has no kernel to normalise',
        where: { layer: this.name },
        received: this.layer.getClassName(),
        expected: 'a dense layer or a convolution',
      });
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      if (!this.layer.built) this.layer.build(shape);
      this.layer.built = true;
      const outputs = this.kernel.shape.at(-1)!;
      const drawn = tf.initializers.truncatedNormal({ stddev: 0.02 });
      this.vector = this.addWeight('vector_u', [1, outputs], 'float32', drawn, undefined, false);
      this.built = true;
    }

    override get nonTrainableWeights(): TF.LayerVariable[] {
      return this.vector ? [...this.layer.nonTrainableWeights, this.vector] : this.layer.nonTrainableWeights;
    }

    // The wrapper's own would leave the vector out.
    override getWeights(): TF.Tensor[] {
      return general.getWeights.call(this);
    }

    override setWeights(weights: TF.Tensor[]): void {
      general.setWeights.call(this, weights);
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape | TF.Shape[] {
      return this.layer.computeOutputShape(shape);
    }

    override call(inputs: TF.Tensor | TF.Tensor[], options: Record<string, unknown>): TF.Tensor | TF.Tensor[] {
      if (options?.['training'] && !this.isPrepared) this.prepare();
      return this.layer.call(inputs, options);
    }

    prepare(): void {
      tf.tidy(() => {
        const { kernel, vector } = divided(this.kernel.read(), this.vector.read() as TF.Tensor2D, this.powerIterations);
        this.vector.write(vector);
        this.kernel.write(kernel);
      });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...super.getConfig(), powerIterations: this.powerIterations };
    }
  }
  return SpectralNormalization as never;
});
