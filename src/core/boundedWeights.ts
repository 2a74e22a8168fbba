import { type TF, tf } from './tensorflow';

/** What makes a weight of a layer of tfjs. */
type AddWeight = (this: TF.layers.Layer, name: string, shape: number[], ...more: unknown[]) => unknown;

/** A layer may have weights that no file holds, such as those that a substitute of ours adds: twice as many are allowed in all. */
const MOST_IN_ALL = 2;

/**
 * Builds layers that have no more weights than are known to exist: a file may claim layers of any size, and TensorFlow ends the
 * process where there is no memory for them. Every layer of tfjs asks for its weights through one method, which is replaced
 * meanwhile.
 *
 * @param count values there are. @param refuse throws for the layer that claims more.
 * @param build builds the layers at once; what it does after it has returned is not looked at.
 * @param options.isBlank all weights begin with 0, which takes no time to draw.
 */
export function withWeightsAtMost<T>(
  count: number,
  refuse: (layer: string, shape: readonly number[]) => never,
  build: () => T,
  { isBlank = false } = {},
): T {
  const prototype = tf.layers.Layer.prototype as unknown as { addWeight: AddWeight };
  const { addWeight } = prototype;
  let total = 0;
  prototype.addWeight = function (name, shape, dtype, initializer, ...rest) {
    const size = shape.reduce((product, length) => product * length, 1);
    total += size;
    if (!(size <= count && total <= MOST_IN_ALL * count)) refuse(this.name, shape);
    return isBlank
      ? addWeight.call(this, name, shape, dtype, tf.initializers.zeros(), ...rest.slice(0, 3))
      : addWeight.call(this, name, shape, dtype, initializer, ...rest);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = addWeight;
  }
}
