import { type TF, tf } from '../core';
import { only } from './define';

type Call = TF.layers.Layer['call'];

/** The members of tfjs's convolutions that their classes do not declare. */
interface Convolution {
  dilationRate?: number[];
  padding?: string;
  strides: number[];
  dataFormat: string;
  useBias: boolean;
  bias?: { read(): TF.Tensor };
  kernel?: { read(): TF.Tensor };
  depthwiseKernel?: { read(): TF.Tensor };
  pointwiseKernel?: { read(): TF.Tensor };
  activation?: { apply(x: TF.Tensor): TF.Tensor } | null;
}

const CLASSES: ReadonlySet<string> = new Set(['Conv1D', 'Conv2D', 'DepthwiseConv2D', 'SeparableConv2D']);

/**
 * Another way to call a convolution of tfjs that it cannot compute, or has no gradient for: those with dilation. A dilated
 * kernel is a longer one with zeros in between. Undefined for all others.
 */
export function dilatedCall(layer: TF.layers.Layer): Call | undefined {
  if (!CLASSES.has(layer.getClassName())) return undefined;
  const { dilationRate = [1], dataFormat } = layer as unknown as Convolution;
  if (!dilationRate.some((rate) => rate > 1) || dataFormat === 'channelsFirst') return undefined;
  return (inputs) => tf.tidy(() => convolve(only(inputs), layer as unknown as Convolution, layer.getClassName()));
}

function convolve(input: TF.Tensor, layer: Convolution, className: string): TF.Tensor {
  const { padding, strides, dilationRate = [] } = layer;
  const isLine = className === 'Conv1D';
  const rates = isLine ? [1, dilationRate[0] ?? 1] : [dilationRate[0] ?? 1, dilationRate[1] ?? dilationRate[0] ?? 1];
  const steps = (isLine ? [1, strides[0] ?? 1] : [strides[0] ?? 1, strides[1] ?? strides[0] ?? 1]) as [number, number];
  const x = (isLine ? input.expandDims(1) : input) as TF.Tensor4D;
  const given = (layer.depthwiseKernel ?? layer.kernel)!.read();
  const kernel = spread((isLine ? given.expandDims(0) : given) as TF.Tensor4D, rates);
  const pad = padding === 'same' ? 'same' : 'valid';
  let y: TF.Tensor4D = layer.depthwiseKernel
    ? tf.depthwiseConv2d(x, kernel, steps, pad)
    : tf.conv2d(x, kernel, steps, pad);
  if (layer.pointwiseKernel) y = tf.conv2d(y, layer.pointwiseKernel.read() as TF.Tensor4D, 1, 'valid');
  const line: TF.Tensor = isLine ? y.squeeze([1]) : y;
  const shifted = layer.useBias && layer.bias ? line.add(layer.bias.read()) : line;
  return layer.activation ? layer.activation.apply(shifted) : shifted;
}

/** A kernel [height, width, in, out] with zeros between its places. */
function spread(kernel: TF.Tensor4D, [down, across]: number[]): TF.Tensor4D {
  return along(along(kernel, 0, down!), 1, across!);
}

function along(kernel: TF.Tensor4D, axis: 0 | 1, rate: number): TF.Tensor4D {
  const length = kernel.shape[axis];
  if (rate === 1 || length === 1) return kernel;
  const grouped = kernel.expandDims(axis + 1);
  const zeros = tf.zeros(grouped.shape.map((size, k) => (k === axis + 1 ? rate - 1 : size)));
  const shape = kernel.shape.map((size, k) => (k === axis ? size * rate : size));
  const filled = tf.concat([grouped, zeros], axis + 1).reshape(shape);
  const size = shape.map((side, k) => (k === axis ? side - (rate - 1) : side));
  return tf.slice(
    filled,
    shape.map(() => 0),
    size,
  ) as TF.Tensor4D;
}
