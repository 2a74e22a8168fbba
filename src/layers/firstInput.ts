import { type TF, tf } from '../core';
import { defineLayer } from './define';

/**
 * Passes its first input on; the others are computed and not read. For weights that a documented network counts though
 * nothing reads what they give: they are part of the model, and their gradient is zero.
 *
 * Shapes: any number of inputs, to the shape of the first.
 *
 * @example
 * layers.firstInput({}).apply([tf.ones([1, 2]), tf.zeros([1, 5])]).shape; // [1, 2]
 */
export const firstInput: (options: { name?: string }) => TF.layers.Layer = defineLayer(() => {
  class FirstInput extends tf.layers.Layer {
    static className = 'FirstInput';

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      return (Array.isArray(shape[0]) ? shape[0] : shape) as TF.Shape;
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return (Array.isArray(inputs) ? inputs[0]! : inputs).clone();
    }
  }
  return FirstInput;
});
