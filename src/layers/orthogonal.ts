import { Random, type TF, tf } from '../core';
import { registerOwn, whenRegistered } from './define';
import type { Initializer } from './initializer';

type InitializerClass = new () => Initializer;

/**
 * An orthogonal matrix, as the initialiser `orthogonal` of tfjs gives it, drawn in a moment: that of tfjs takes seconds for a
 * recurrent layer of 256 units. A normal matrix is made orthonormal by the modified Gram-Schmidt process along its shorter side,
 * which draws uniformly from all such matrices (Saxe, McClelland and Ganguli 2014), as Keras does.
 *
 * @param options.seed of the draw, a whole number from 0.
 */
export const orthogonal = (options: { seed: number }): Initializer => new (initializerClass())(options);

let made: (new (options: { seed: number }) => Initializer) | undefined;

function initializerClass(): new (options: { seed: number }) => Initializer {
  if (made) return made;
  // tfjs does not export the class that its initialisers extend.
  const Base = Object.getPrototypeOf(tf.initializers.zeros().constructor) as InitializerClass;
  class OrthogonalMatrix extends Base {
    static className = 'OrthogonalMatrix';

    constructor(readonly options: { seed: number }) {
      super();
    }

    override apply(shape: TF.Shape): TF.Tensor {
      const [rows, columns] = shape as [number, number];
      const isWide = rows <= columns;
      const [count, length] = isWide ? [rows, columns] : [columns, rows];
      return tf.tidy(() => {
        const flat = tf.tensor2d(orthonormal(count, length, new Random(this.options.seed)), [count, length]);
        return isWide ? flat : flat.transpose();
      });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...this.options };
    }

    static fromConfig(_: unknown, config: { seed: number }): OrthogonalMatrix {
      return new OrthogonalMatrix(config);
    }
  }
  registerOwn(OrthogonalMatrix);
  made = OrthogonalMatrix as unknown as new (options: { seed: number }) => Initializer;
  return made;
}

// A model read from JSON names the class.
whenRegistered(() => {
  initializerClass();
});

/** Vectors of length 1 at right angles to each other, one after the other. */
function orthonormal(count: number, length: number, random: Random): Float32Array {
  const vectors: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const other of vectors) {
      let product = 0;
      for (let j = 0; j < length; j++) product += vector[j]! * other[j]!;
      for (let j = 0; j < length; j++) vector[j]! -= product * other[j]!;
    }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    vectors.push(vector.map((value) => value / norm));
  }
  const flat = new Float32Array(count * length);
  vectors.forEach((vector, k) => {
    flat.set(vector, k * length);
  });
  return flat;
}
