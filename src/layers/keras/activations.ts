import { type TF, tf } from '../../core';
import { KERAS_LEAKY_SLOPE, SHRINK_THRESHOLD } from '../activations';
import { registerOwn, whenRegistered } from '../define';

/**
 * Activations of Keras 3 that tfjs lacks or computes otherwise, by the name under which layers find them in tfjs.
 * `hardSigmoidSixth` is Keras 3's hard sigmoid, relu6(x + 3) / 6; that of tfjs has the slope 0.2 of Keras 2.
 */
export const KERAS_ACTIVATIONS: Readonly<Record<string, (x: TF.Tensor) => TF.Tensor>> = {
  leakyReLU: (x) => tf.leakyRelu(x, KERAS_LEAKY_SLOPE),
  exponential: (x) => tf.exp(x),
  hardSigmoidSixth: (x) => hardSigmoid(x),
  hardSwish: (x) => tf.mul(x, hardSigmoid(x)),
  logSigmoid: (x) => tf.logSigmoid(x),
  hardTanh: (x) => tf.clipByValue(x, -1, 1),
  tanhShrink: (x) => tf.sub(x, tf.tanh(x)),
  softShrink: (x) => tf.sub(tf.relu(tf.sub(x, SHRINK_THRESHOLD)), tf.relu(tf.sub(tf.neg(x), SHRINK_THRESHOLD))),
  hardShrink: (x) => tf.mul(x, tf.cast(tf.greater(tf.abs(x), SHRINK_THRESHOLD), 'float32')),
  squareplus: (x) => tf.mul(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 0.5),
};

const hardSigmoid = (x: TF.Tensor): TF.Tensor => tf.clipByValue(tf.add(tf.mul(x, 1 / 6), 0.5), 0, 1);

whenRegistered(() => {
  for (const [name, apply] of Object.entries(KERAS_ACTIVATIONS)) {
    class Activation extends tf.serialization.Serializable {
      static className = name;
      static override fromConfig<T>(): T {
        return new Activation() as unknown as T;
      }
      apply(x: TF.Tensor): TF.Tensor {
        return tf.tidy(() => apply(x));
      }
      getConfig(): TF.serialization.ConfigDict {
        return {};
      }
    }
    registerOwn(Activation);
  }
});
