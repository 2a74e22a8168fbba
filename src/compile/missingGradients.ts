import { type TF, tf } from '../core';

type Saved = TF.Tensor[];
type Attributes = Record<string, unknown>;
type Gradients = Record<string, () => TF.Tensor>;

/** Operations that choose: their results do not change with small changes of their inputs. */
const CHOOSING: Readonly<Record<string, readonly string[]>> = {
  Greater: ['a', 'b'],
  GreaterEqual: ['a', 'b'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  Equal: ['a', 'b'],
  NotEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalOr: ['a', 'b'],
  LogicalNot: ['x'],
  Any: ['x'],
  All: ['x'],
};

const kernel = (name: string, inputs: object, attributes: object): TF.Tensor =>
  (tf.engine() as unknown as { runKernel(...all: unknown[]): TF.Tensor }).runKernel(name, inputs, attributes);

/** Of conv3dTranspose: a convolution of the gradient, and the filter's own gradient with both swapped. */
function ofTransposedConvolution(dy: TF.Tensor, [given, filter]: Saved, { strides, pad }: Attributes): Gradients {
  return {
    dy: () => kernel('Conv3D', { x: dy, filter }, { strides, pad, dataFormat: 'NDHWC', dilations: [1, 1, 1] }),
    filter: () => kernel('Conv3DBackpropFilterV2', { x: dy, dy: given }, { strides, pad, filterShape: filter!.shape }),
  };
}

/** Of the k largest: each gradient goes back to the place its value came from. */
function ofLargest(dy: TF.Tensor, [x, indices]: Saved): Gradients {
  return {
    x: () => {
      const places = tf.oneHot(tf.cast(indices!, 'int32'), x!.shape.at(-1)!).toFloat();
      return tf.sum(tf.mul(places, dy.expandDims(-1)), -2);
    },
  };
}

/**
 * Of a sum over products of two tensors: the same sum with the result's gradient in place of the one asked for. A letter that
 * only this one has was summed away, so that its gradient is the same along it.
 */
function ofSum(dy: TF.Tensor, inputs: Saved, { equation }: Attributes): Gradients {
  const [given, result] = String(equation).replaceAll(' ', '').split('->') as [string, string];
  const letters = given.split(',');
  return Object.fromEntries(
    inputs.map((input, k) => [
      String(k),
      () => {
        const others = inputs.flatMap((other, j) => (j === k ? [] : [{ other, letters: letters[j]! }]));
        const known = result + others.map((one) => one.letters).join('');
        const kept = [...letters[k]!].filter((letter) => known.includes(letter)).join('');
        const terms = [result, ...others.map((one) => one.letters)].join(',');
        const sum = tf.einsum(`${terms}->${kept}`, dy, ...others.map(({ other }) => other));
        const shape = [...letters[k]!].map((letter, axis) => (kept.includes(letter) ? input.shape[axis]! : 1));
        return tf.broadcastTo(sum.reshape(shape), input.shape);
      },
    ]),
  );
}

let isSupplied = false;

/** Registers with tfjs the gradients that TensorFlow has and tfjs lacks; those that tfjs has stay. */
export function supplyGradients(): void {
  if (isSupplied) return;
  isSupplied = true;
  const supply = (kernelName: string, config: object) => {
    if (!tf.getGradient(kernelName)) tf.registerGradient({ kernelName, ...config } as never);
  };
  for (const [kernelName, names] of Object.entries(CHOOSING)) {
    const gradFunc = (_: unknown, saved: Saved) =>
      Object.fromEntries(names.map((name, k) => [name, () => tf.zeros(saved[k]!.shape)]));
    supply(kernelName, { inputsToSave: names, gradFunc });
  }
  supply('Conv3DBackpropInputV2', { inputsToSave: ['dy', 'filter'], gradFunc: ofTransposedConvolution });
  const gradFunc = ([dy]: TF.Tensor[], saved: Saved) => ofLargest(dy!, saved);
  supply('TopK', { inputsToSave: ['x'], outputsToSave: [false, true], gradFunc });
  supply('Einsum', { saveAllInputs: true, gradFunc: ofSum });
}
