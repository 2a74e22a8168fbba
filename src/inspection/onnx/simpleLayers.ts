import { activate } from './activations';
import { type Conversion, type LayerCall, neededWeight, perAxis, refusal, refuseSettings, weightOf } from './call';

/** What is there in training only. */
const unchanged: Conversion = ({ inputs }) => inputs[0]!;

const dense: Conversion = (call) => {
  const { graph, layer, config, inputs } = call;
  const kernel = neededWeight(layer, 'kernel');
  const bias = weightOf(layer, 'bias');
  const product = graph.node('MatMul', [inputs[0]!, graph.constant(kernel.values, kernel.shape)]);
  const sum = bias ? graph.node('Add', [product, graph.constant(bias.values, bias.shape)]) : product;
  return activate(call, config['activation'], sum);
};

const embedding: Conversion = (call) => {
  const { graph, layer, inputs } = call;
  refuseSettings(call, 'maskZero');
  const table = neededWeight(layer, 'embeddings');
  // To whole numbers: 7.
  const words = graph.node('Cast', [inputs[0]!], { to: { int: 7 } });
  return graph.node('Gather', [graph.constant(table.values, table.shape), words], { axis: { int: 0 } });
};

/** Of one number per channel, with the channels last. */
const batchNormalization: Conversion = ({ graph, layer, config, inputs, shapes }) => {
  const rank = shapes[0]!.length;
  const axis = config['axis'] as number;
  if (axis !== -1 && axis !== rank - 1) throw refusal(layer, 'it normalises another axis than the last', axis);
  const mean = neededWeight(layer, 'moving_mean').values;
  const variance = neededWeight(layer, 'moving_variance').values;
  const gamma = weightOf(layer, 'gamma')?.values;
  const beta = weightOf(layer, 'beta')?.values;
  const scale = Float32Array.from(
    variance,
    (one, k) => (gamma?.[k] ?? 1) / Math.sqrt(one + (config['epsilon'] as number)),
  );
  const shift = Float32Array.from(scale, (one, k) => (beta?.[k] ?? 0) - mean[k]! * one);
  const scaled = graph.node('Mul', [inputs[0]!, graph.constant(scale, [scale.length])]);
  return graph.node('Add', [scaled, graph.constant(shift, [shift.length])]);
};

const layerNormalization: Conversion = ({ graph, layer, config, inputs, shapes }) => {
  const rank = shapes[0]!.length;
  const axes = [config['axis'] ?? -1].flat() as number[];
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== rank - 1))
    throw refusal(layer, 'it normalises other axes than the last', axes);
  const channels = shapes[0]!.at(-1)!;
  const gamma = weightOf(layer, 'gamma')?.values ?? new Float32Array(channels).fill(1);
  const beta = weightOf(layer, 'beta')?.values ?? new Float32Array(channels);
  const given = [inputs[0]!, graph.constant(gamma, [channels]), graph.constant(beta, [channels])];
  return graph.node('LayerNormalization', given, {
    axis: { int: -1 },
    epsilon: { float: config['epsilon'] as number },
  });
};

const rescaling: Conversion = ({ graph, config, inputs }) =>
  graph.node('Add', [
    graph.node('Mul', [inputs[0]!, graph.number(config['scale'] as number)]),
    graph.number(config['offset'] as number),
  ]);

const relu: Conversion = ({ graph, config, inputs }) => {
  const most = config['maxValue'] as number | null | undefined;
  if (most === null || most === undefined) return graph.node('Relu', inputs);
  return graph.node('Clip', [inputs[0]!, graph.number(0), graph.number(most)]);
};

const thresholded: Conversion = ({ graph, config, inputs }) =>
  graph.node('ThresholdedRelu', inputs, { alpha: { float: config['theta'] as number } });

const prelu: Conversion = ({ graph, layer, inputs }) => {
  const alpha = neededWeight(layer, 'alpha');
  return graph.node('PRelu', [inputs[0]!, graph.constant(alpha.values, alpha.shape)]);
};

/** The sizes of a shape without the rows, all of which have to be known but one at most. */
function sizesOf({ layer, shape }: LayerCall): number[] {
  const sizes = shape.slice(1).map((size) => size ?? -1);
  if (sizes.filter((size) => size === -1).length > 1)
    throw refusal(layer, 'several lengths of its shape are not known', shape);
  return sizes;
}

const reshape: Conversion = (call) => call.graph.reshape(call.inputs[0]!, [0, ...sizesOf(call)]);
const flatten: Conversion = (call) => {
  refuseSettings(call);
  return call.graph.node('Flatten', call.inputs, { axis: { int: 1 } });
};

const permute: Conversion = ({ graph, config, inputs }) =>
  graph.transpose(inputs[0]!, [0, ...(config['dims'] as number[])]);

const repeat: Conversion = ({ graph, config, inputs }) => {
  const deeper = graph.node('Unsqueeze', [inputs[0]!, graph.integers([1])]);
  return graph.node('Tile', [deeper, graph.integers([1, config['n'] as number, 1])]);
};

/** Pads or crops, from the pairs before and behind of each axis of space. */
const pairs = (value: unknown): [number, number][] => value as [number, number][];

const pad: Conversion = (call) => {
  const { graph, config, inputs } = call;
  refuseSettings(call);
  const [rows, columns] = pairs(config['padding']);
  const ends = [0, rows![0], columns![0], 0, 0, rows![1], columns![1], 0];
  return graph.node('Pad', [inputs[0]!, graph.integers(ends)]);
};

const crop: Conversion = (call) => {
  const { graph, config, inputs } = call;
  refuseSettings(call);
  const all = pairs(config['cropping']);
  const starts = all.map(([before]) => before);
  const ends = all.map(([, behind]) => (behind === 0 ? Number.MAX_SAFE_INTEGER : -behind));
  return graph.node('Slice', [
    inputs[0]!,
    graph.integers(starts),
    graph.integers(ends),
    graph.integers(all.map((_, k) => k + 1)),
  ]);
};

const upsample: Conversion = (call) => {
  const { graph, layer, config, inputs } = call;
  refuseSettings(call);
  if (config['interpolation'] !== 'nearest') throw refusal(layer, 'it interpolates', config['interpolation']);
  const scales = graph.constant(Float32Array.of(1, ...perAxis(config['size'], 2), 1), [4]);
  return graph.node('Resize', [inputs[0]!, '', scales], {
    mode: { text: 'nearest' },
    coordinate_transformation_mode: { text: 'asymmetric' },
    nearest_mode: { text: 'floor' },
  });
};

const joined =
  (operator: string): Conversion =>
  ({ graph, inputs, shapes, layer }) => {
    if (new Set(shapes.map(({ length }) => length)).size > 1)
      throw refusal(layer, 'its inputs have different numbers of axes', shapes);
    return inputs.slice(1).reduce((sum, input) => graph.node(operator, [sum, input]), inputs[0]!);
  };

const average: Conversion = (call) =>
  call.graph.node('Mul', [joined('Add')(call), call.graph.number(1 / call.inputs.length)]);

const concatenate: Conversion = ({ graph, config, inputs }) =>
  graph.node('Concat', inputs, { axis: { int: (config['axis'] as number | undefined) ?? -1 } });

/** Layers that keep no memory and look at no neighbours, by their class. */
export const SIMPLE_LAYERS: Readonly<Record<string, Conversion>> = {
  Dense: dense,
  Rescaling: rescaling,
  Embedding: embedding,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  BroadcastLayerNormalization: layerNormalization,
  Activation: (call) => activate(call, call.config['activation'], call.inputs[0]!),
  ReLU: relu,
  LeakyReLU: ({ graph, config, inputs }) =>
    graph.node('LeakyRelu', inputs, { alpha: { float: config['alpha'] as number } }),
  ELU: ({ graph, config, inputs }) => graph.node('Elu', inputs, { alpha: { float: config['alpha'] as number } }),
  PReLU: prelu,
  ThresholdedReLU: thresholded,
  Softmax: ({ graph, config, inputs }) =>
    graph.node('Softmax', inputs, { axis: { int: (config['axis'] as number | undefined) ?? -1 } }),
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeat,
  ZeroPadding2D: pad,
  Cropping2D: crop,
  UpSampling2D: upsample,
  Add: joined('Add'),
  Multiply: joined('Mul'),
  Maximum: joined('Max'),
  Minimum: joined('Min'),
  Average: average,
  Concatenate: concatenate,
  Dropout: unchanged,
  KeyedDropout: unchanged,
  SpatialDropout1D: unchanged,
  GaussianNoise: unchanged,
  GaussianDropout: unchanged,
  AlphaDropout: unchanged,
  ActivityRegularization: unchanged,
};
