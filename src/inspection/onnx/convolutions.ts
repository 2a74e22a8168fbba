import { activate } from './activations';
import { type Conversion, type LayerCall, neededWeight, perAxis, refusal, refuseSettings, weightOf } from './call';
import type { Attribute } from './graph';

/** Channels last to channels first, and back, for so many axes of space. */
const toFirst = (axes: number) => [0, axes + 1, ...Array.from({ length: axes }, (_, k) => k + 1)];
const toLast = (axes: number) => [0, ...Array.from({ length: axes }, (_, k) => k + 2), 1];

/** Values in another order of axes. */
function permuted(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): { values: Float32Array; shape: number[] } {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const to = order.map((axis) => shape[axis]!);
  const result = new Float32Array(values.length);
  const place = new Array<number>(order.length).fill(0);
  for (let k = 0; k < result.length; k++) {
    result[k] = values[order.reduce((sum, axis, at) => sum + place[at]! * strides[axis]!, 0)]!;
    for (let at = order.length - 1; at >= 0 && ++place[at]! === to[at]; at--) place[at] = 0;
  }
  return { values: result, shape: to };
}

/** Padding as ONNX is told of it: TensorFlow's `same` is SAME_UPPER. */
function padding(
  { layer }: LayerCall,
  mode: unknown,
  size: readonly number[],
  dilation: readonly number[],
): Record<string, Attribute> {
  if (mode === 'valid' || mode === undefined) return {};
  if (mode === 'same') return { auto_pad: { text: 'SAME_UPPER' } };
  if (mode === 'causal' && size.length === 1) return { pads: { ints: [dilation[0]! * (size[0]! - 1), 0] } };
  throw refusal(layer, 'its padding is of no known kind', mode);
}

/** The same, then the activation. */
function activated(call: LayerCall, axes: number, compute: (x: string) => string): string {
  return activate(call, call.config['activation'], withChannelsFirst(call, axes, compute));
}

/** A convolution with a kernel in ONNX's order, [out, in / groups, ...space]. */
function convolve(
  call: LayerCall,
  x: string,
  kernel: { values: Float32Array; shape: number[] },
  settings: { group: number; bias: Float32Array | undefined; strides?: number[]; padding?: unknown },
): string {
  const { graph, config } = call;
  const size = kernel.shape.slice(2);
  const dilations = settings.strides ? perAxis(1, size.length) : perAxis(config['dilationRate'], size.length);
  const strides = settings.strides ?? perAxis(config['strides'], size.length);
  const weights = graph.constant(kernel.values, kernel.shape);
  const bias = settings.bias ? [graph.constant(settings.bias, [settings.bias.length])] : [];
  return graph.node('Conv', [x, weights, ...bias], {
    kernel_shape: { ints: size },
    strides: { ints: strides },
    dilations: { ints: dilations },
    group: { int: settings.group },
    ...padding(call, settings.padding ?? config['padding'], size, dilations),
  });
}

/** Runs what computes with channels first. */
function withChannelsFirst(call: LayerCall, axes: number, compute: (x: string) => string): string {
  const { graph, inputs } = call;
  refuseSettings(call);
  return graph.transpose(compute(graph.transpose(inputs[0]!, toFirst(axes))), toLast(axes));
}

const convolution =
  (axes: number): Conversion =>
  (call) => {
    const { values, shape } = neededWeight(call.layer, 'kernel');
    const kernel = permuted(values, shape, [axes + 1, axes, ...Array.from({ length: axes }, (_, k) => k)]);
    const bias = weightOf(call.layer, 'bias')?.values;
    return activated(call, axes, (x) => convolve(call, x, kernel, { group: 1, bias }));
  };

/** This project's own, which looks back only. */
const causal: Conversion = (call) =>
  convolution(1)({ ...call, config: { ...call.config, padding: 'causal', dilationRate: call.config['dilation'] } });

/** A kernel of each channel by itself, [height, width, in, multiplier], to [in * multiplier, 1, height, width]. */
function depthwiseKernel({ values, shape }: { values: Float32Array; shape: number[] }) {
  const [height, width, channels, multiplier] = shape as [number, number, number, number];
  const kernel = permuted(values, shape, [2, 3, 0, 1]);
  return { kernel: { values: kernel.values, shape: [channels * multiplier, 1, height, width] }, group: channels };
}

const depthwise: Conversion = (call) => {
  const { kernel, group } = depthwiseKernel(neededWeight(call.layer, 'depthwise_kernel'));
  const bias = weightOf(call.layer, 'bias')?.values;
  return activated(call, 2, (x) => convolve(call, x, kernel, { group, bias }));
};

const separable: Conversion = (call) => {
  const { kernel, group } = depthwiseKernel(neededWeight(call.layer, 'depthwise_kernel'));
  const { values, shape } = neededWeight(call.layer, 'pointwise_kernel');
  const pointwise = permuted(values, shape, [3, 2, 0, 1]);
  const bias = weightOf(call.layer, 'bias')?.values;
  return activated(call, 2, (x) => {
    const apart = convolve(call, x, kernel, { group, bias: undefined });
    return convolve(call, apart, pointwise, { group: 1, bias, strides: [1, 1], padding: 'valid' });
  });
};

const transposed: Conversion = (call) => {
  const { graph, layer, config } = call;
  if (config['padding'] !== 'valid') throw refusal(layer, 'it is padded', config['padding']);
  const { values, shape } = neededWeight(layer, 'kernel');
  const strides = perAxis(config['strides'], 2);
  if (strides.some((stride, k) => stride > shape[k]!))
    throw refusal(layer, 'its strides are longer than its kernel', strides);
  // [height, width, out, in] to [in, out, height, width].
  const kernel = permuted(values, shape, [3, 2, 0, 1]);
  const bias = weightOf(layer, 'bias')?.values;
  return activated(call, 2, (x) =>
    graph.node(
      'ConvTranspose',
      [x, graph.constant(kernel.values, kernel.shape), ...(bias ? [graph.constant(bias, [bias.length])] : [])],
      {
        kernel_shape: { ints: shape.slice(0, 2) },
        strides: { ints: strides },
      },
    ),
  );
};

const pooling =
  (operator: 'MaxPool' | 'AveragePool', axes: number): Conversion =>
  (call) => {
    const { graph, config } = call;
    const size = perAxis(config['poolSize'], axes);
    const strides =
      config['strides'] === null || config['strides'] === undefined ? size : perAxis(config['strides'], axes);
    return withChannelsFirst(call, axes, (x) =>
      graph.node(operator, [x], {
        kernel_shape: { ints: size },
        strides: { ints: strides },
        ...padding(call, config['padding'], size, perAxis(1, axes)),
      }),
    );
  };

const globalPooling =
  (operator: 'ReduceMax' | 'ReduceMean', axes: number): Conversion =>
  (call) => {
    refuseSettings(call);
    const over = Array.from({ length: axes }, (_, k) => k + 1);
    return call.graph.node(operator, call.inputs, { axes: { ints: over }, keepdims: { int: 0 } });
  };

/** Layers of convolution and pooling by their class. */
export const CONVOLUTIONS: Readonly<Record<string, Conversion>> = {
  CausalConvolution: causal,
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Conv2DTranspose: transposed,
  MaxPooling1D: pooling('MaxPool', 1),
  MaxPooling2D: pooling('MaxPool', 2),
  MaxPooling3D: pooling('MaxPool', 3),
  AveragePooling1D: pooling('AveragePool', 1),
  AveragePooling2D: pooling('AveragePool', 2),
  AveragePooling3D: pooling('AveragePool', 3),
  GlobalMaxPooling1D: globalPooling('ReduceMax', 1),
  GlobalMaxPooling2D: globalPooling('ReduceMax', 2),
  GlobalAveragePooling1D: globalPooling('ReduceMean', 1),
  GlobalAveragePooling2D: globalPooling('ReduceMean', 2),
};
