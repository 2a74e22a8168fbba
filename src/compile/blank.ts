import type { TF } from '../core';
import { type Attribute, backend, TYPE_NUMBERS } from './backend';
import type { Spec } from './traced';

/** The number of a tensor that TensorFlow has no memory for yet. */
const NO_MEMORY = -1;
const INTEGER = TYPE_NUMBERS['int32']!;

/** A tensor of which only type and shape are right: it takes no memory until {@link fill} gives it zeros. */
export function blank({ dtype, shape }: Spec): TF.Tensor {
  return backend().createOutputTensor({ id: NO_MEMORY, shape: [...shape], dtype: TYPE_NUMBERS[dtype]! });
}

/** Whether a tensor's values were never computed. */
export function isBlank({ dataId }: TF.Tensor): boolean {
  const { id, values } = backend().tensorMap.get(dataId);
  return id === NO_MEMORY && values === null;
}

/** Gives a blank tensor memory, for an operation that has to be computed to know the shape of its result. */
export function fill(dataId: object): void {
  const native = backend();
  const data = native.tensorMap.get(dataId);
  if (data.id !== NO_MEMORY || data.values !== null) return;
  const { binding } = native;
  const integers = (values: number[], shape: number[]) => binding.createTensor(shape, INTEGER, Int32Array.from(values));
  const given = [integers(data.shape, [data.shape.length]), integers([0], [])];
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const run = (name: string, attributes: Attribute[], inputs: number[]) =>
    binding.executeOp(name, attributes, inputs, 1)[0]!.id;
  const zero = run('Cast', [type('SrcT', INTEGER), type('DstT', data.dtype)], [given[1]!]);
  data.id = run('Fill', [type('T', data.dtype), type('index_type', INTEGER)], [given[0]!, zero]);
  for (const id of [...given, zero]) binding.deleteTensor(id);
}

/** The tensor, with memory. */
export function filled(tensor: TF.Tensor): TF.Tensor {
  fill(tensor.dataId);
  return tensor;
}
