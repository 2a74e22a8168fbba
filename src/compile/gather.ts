import { type TF, tf } from '../core';
import { backend, TYPE_NUMBERS } from './backend';

/**
 * Rows of `tensor` in the order of `indices`, as `tf.gather(tensor, indices)`. tfjs's own reads the indices back and checks each
 * in JavaScript, which takes longer than the gathering; these come from a permutation, and TensorFlow checks them too.
 *
 * @param indices int32, shape [rows].
 */
export function gatherRows(tensor: TF.Tensor, indices: TF.Tensor1D): TF.Tensor {
  const { binding } = backend();
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const axis = tf.scalar(0, 'int32');
  const attributes = [type('Tparams', TYPE_NUMBERS[tensor.dtype]!), type('Tindices', 3), type('Taxis', 3)];
  const rows = backend().executeSingleOutput('GatherV2', attributes, [tensor, indices, axis]);
  axis.dispose();
  return rows;
}
