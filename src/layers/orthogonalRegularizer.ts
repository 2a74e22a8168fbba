import { type TF, tf } from '../core';
import { registerOwn, whenRegistered } from './define';

/** A penalty on weights, as `tf.regularizers.l1l2({ l2 })` makes it. */
export type Regularizer = ReturnType<typeof TF.regularizers.l1l2>;

/** Settings of Keras's penalty of the same name. */
export interface OrthogonalRegularizerOptions {
  /** What the mean is multiplied by. Default 0.01. */
  factor?: number;
  /** Whether rows or columns are to be at right angles. Default `rows`. */
  mode?: 'rows' | 'columns';
}

type RegularizerClass = new () => Regularizer;

/**
 * Keras's `OrthogonalRegularizer`: the mean, over pairs of a matrix's rows or columns, of the absolute cosine between the two, times the
 * factor. It is 0 where they are at right angles.
 */
export const orthogonalRegularizer = (options: OrthogonalRegularizerOptions): Regularizer =>
  new (regularizerClass())(options);

let made: (new (options: OrthogonalRegularizerOptions) => Regularizer) | undefined;

function regularizerClass(): new (options: OrthogonalRegularizerOptions) => Regularizer {
  if (made) return made;
  // tfjs does not export the class that its penalties extend.
  const Base = Object.getPrototypeOf(tf.regularizers.l1l2().constructor) as RegularizerClass;
  class OrthogonalRegularizer extends Base {
    static className = 'OrthogonalRegularizer';

    private readonly options: Required<OrthogonalRegularizerOptions>;

    // tfjs adds settings of its own to those that it reads.
    constructor({ factor = 0.01, mode = 'rows' }: OrthogonalRegularizerOptions) {
      super();
      this.options = { factor, mode };
    }

    override apply(matrix: TF.Tensor): TF.Scalar {
      return tf.tidy(() => {
        const { factor, mode } = this.options;
        const axis = mode === 'rows' ? 1 : 0;
        const length = tf.sqrt(tf.maximum(tf.sum(tf.square(matrix), axis, true), 1e-12));
        const unit = tf.div(matrix, length) as TF.Tensor2D;
        const cosines = tf.matMul(unit, unit, mode === 'columns', mode === 'rows');
        const size = cosines.shape[0];
        const pairs = (size * (size - 1)) / 2;
        const apart = tf.mul(tf.abs(cosines), tf.sub(1, tf.eye(size)));
        return tf.mul(tf.sum(apart), (factor * 0.5) / pairs) as TF.Scalar;
      });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...this.options };
    }

    static fromConfig(_: unknown, config: OrthogonalRegularizerOptions): OrthogonalRegularizer {
      return new OrthogonalRegularizer(config);
    }
  }
  registerOwn(OrthogonalRegularizer);
  made = OrthogonalRegularizer as unknown as new (options: OrthogonalRegularizerOptions) => Regularizer;
  return made;
}

// A model read from JSON names the class.
whenRegistered(() => {
  regularizerClass();
});
