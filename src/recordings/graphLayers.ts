import { type TF, tf, z } from '../core';
import { arithmetic, gatedRecurrentUnit, reduction, scaledELU, selection, timeSteps } from '../layers/keras';

/** Kinds of layers that a recorder of PyTorch writes. */
const KINDS = [
  ...(['dense', 'conv1d', 'conv2d', 'lstm', 'gru', 'simpleRNN', 'embedding'] as const),
  ...(['activation', 'leakyReLU', 'elu', 'dropout', 'batchNormalization', 'layerNormalization'] as const),
  ...([
    'maxPooling1d',
    'averagePooling1d',
    'maxPooling2d',
    'averagePooling2d',
    'reduction',
    'padding1d',
    'padding2d',
  ] as const),
  ...(['flatten', 'reshape', 'permute', 'selection', 'concatenate', 'add', 'arithmetic'] as const),
] as const;
const ACTIVATIONS = [
  ...(['relu', 'relu6', 'sigmoid', 'tanh', 'softplus', 'softmax', 'logSoftmax', 'selu', 'swish', 'mish'] as const),
  ...(['softsign', 'logSigmoid', 'gelu', 'gelu_new', 'exponential', 'linear'] as const),
] as const;

/** A model of PyTorch as its recorder writes it: what is computed of what, and nothing that could be run. */
export const graphForm = () => {
  const name = z.string().min(1).max(200);
  const size = z.number().int().min(1).max(1e6);
  const sizes = z.array(size).min(1).max(2);
  const axis = z.number().int().min(1).max(4);
  const bound = z.number().int().nullable();
  return z.object({
    inputs: z.array(z.object({ name, shape: z.array(size).min(1).max(4) })).min(1),
    nodes: z
      .array(
        z.object({
          name,
          kind: z.enum(KINDS),
          inputs: z.array(name).min(1),
          units: size.optional(),
          words: size.optional(),
          size: z.array(z.number().int().min(0).max(1e6)).min(1).max(2).optional(),
          strides: sizes.optional(),
          dilation: sizes.optional(),
          padding: z.enum(['same', 'valid']).optional(),
          noise: z.array(size).min(2).max(3).optional(),
          bothWays: z.boolean().optional(),
          activation: z.enum(ACTIVATIONS).optional(),
          rate: z.number().min(0).max(1).optional(),
          alpha: z.number().optional(),
          epsilon: z.number().positive().optional(),
          momentum: z.number().min(0).max(1).optional(),
          bias: z.boolean().optional(),
          axis: axis.optional(),
          axes: z.array(axis).min(1).max(4).optional(),
          keep: z.boolean().optional(),
          order: z.array(axis).min(1).max(4).optional(),
          shape: z.array(size).min(1).max(4).optional(),
          places: z
            .array(z.union([z.number().int(), z.object({ start: bound, stop: bound })]))
            .min(1)
            .max(4)
            .optional(),
          operation: z.enum(['add', 'subtract', 'multiply', 'divide', 'mean', 'sum', 'max', 'min']).optional(),
          left: z.number().optional(),
          right: z.number().optional(),
        }),
      )
      .max(10_000),
    outputs: z.record(name, name),
  });
};

export type Graph = ReturnType<ReturnType<typeof graphForm>['parse']>;
/** A node, and under which name its weights are filed where that is another. */
export type Node = Graph['nodes'][number] & { filed?: string };

/** Uniform within 1 / sqrt(inputs): what PyTorch draws for linear layers and convolutions. */
const byInputs = () => tf.initializers.varianceScaling({ scale: 1 / 3, mode: 'fanIn', distribution: 'uniform' });

/**
 * The layer of a node, its weights drawn as PyTorch draws them.
 * @param fail says what a node lacks
 */
export function layerOf(node: Node, fail: (problem: string) => never): TF.layers.Layer {
  const { name, activation, rate, alpha, epsilon, momentum } = node;
  const given = <Key extends keyof Node>(key: Key): NonNullable<Node[Key]> => {
    const value = node[key] as NonNullable<Node[Key]> | undefined;
    return value ?? fail(`"${name}" has no ${key}`);
  };
  switch (node.kind) {
    case 'dense':
      return tf.layers.dense({
        name,
        units: given('units'),
        useBias: node.bias ?? true,
        kernelInitializer: byInputs(),
        ...(activation && { activation: activation as never }),
      });
    case 'conv1d':
    case 'conv2d':
      return convolution(node, given('units'), given('size'));
    case 'lstm':
    case 'gru':
    case 'simpleRNN':
      return recurrence(node, given('units'));
    case 'embedding': {
      const embeddingsInitializer = tf.initializers.randomNormal({ mean: 0, stddev: 1 });
      return tf.layers.embedding({
        name,
        inputDim: given('words'),
        outputDim: given('units'),
        embeddingsInitializer,
      });
    }
    case 'maxPooling1d':
    case 'averagePooling1d':
    case 'maxPooling2d':
    case 'averagePooling2d':
      return pooling(node.kind, node, given('size'));
    case 'activation':
      return tf.layers.activation({ name, activation: (activation ?? 'linear') as never });
    case 'leakyReLU':
      return tf.layers.leakyReLU({ name, alpha: alpha ?? 0.01 });
    case 'elu':
      return (alpha ?? 1) === 1 ? tf.layers.elu({ name }) : scaledELU({ name, alpha: alpha! });
    case 'dropout':
      return tf.layers.dropout({
        name,
        rate: rate ?? 0.5,
        ...(node.noise && { noiseShape: [null, ...node.noise] as number[] }),
      });
    case 'batchNormalization': {
      const axis = node.axis ?? -1;
      return tf.layers.batchNormalization({ name, axis, epsilon: epsilon ?? 1e-5, momentum: momentum ?? 0.9 });
    }
    case 'layerNormalization':
      return tf.layers.layerNormalization({ name, epsilon: epsilon ?? 1e-5 });
    case 'concatenate':
      return tf.layers.concatenate({ name, axis: node.axis ?? -1 });
    case 'add':
      return tf.layers.add({ name });
    default:
      return shaping(node, given);
  }
}

function convolution(node: Node, filters: number, size: number[]): TF.layers.Layer {
  const { name, strides, dilation, padding = 'valid', bias = true } = node;
  const settings = {
    name,
    filters,
    kernelSize: size,
    padding,
    useBias: bias,
    kernelInitializer: byInputs(),
    ...(strides && { strides }),
    ...(dilation && { dilationRate: dilation }),
  };
  const make = node.kind === 'conv1d' ? tf.layers.conv1d : tf.layers.conv2d;
  return make(settings as never);
}

/** A recurrence that gives all of its steps. */
function recurrence(node: Node, units: number): TF.layers.Layer {
  const { name, activation, bias = true, bothWays } = node;
  // What PyTorch draws for all weights of a recurrence.
  const within = 1 / Math.sqrt(units);
  const draw = () => tf.initializers.randomUniform({ minval: -within, maxval: within });
  const settings = {
    name: bothWays ? `${name}_way` : name,
    units,
    useBias: bias,
    returnSequences: true,
    activation: activation ?? 'tanh',
    ...(node.kind !== 'simpleRNN' && { recurrentActivation: 'sigmoid' }),
    ...(node.kind === 'lstm' && { unitForgetBias: false }),
    kernelInitializer: draw(),
    recurrentInitializer: draw(),
  };
  const make = {
    lstm: tf.layers.lstm,
    gru: gatedRecurrentUnit,
    simpleRNN: tf.layers.simpleRNN,
  }[node.kind as 'lstm' | 'gru' | 'simpleRNN'] as (given: object) => TF.layers.RNN;
  const layer = make(settings);
  return bothWays ? tf.layers.bidirectional({ name, layer, mergeMode: 'concat' }) : layer;
}

function pooling(
  kind: 'maxPooling1d' | 'averagePooling1d' | 'maxPooling2d' | 'averagePooling2d',
  { name, strides, padding = 'valid' }: Node,
  poolSize: number[],
): TF.layers.Layer {
  return tf.layers[kind]({ name, poolSize, strides: strides ?? poolSize, padding } as never);
}

/** Layers without weights that move, cut or join values. */
function shaping(node: Node, given: <Key extends keyof Node>(key: Key) => NonNullable<Node[Key]>): TF.layers.Layer {
  const { name, left, right } = node;
  switch (node.kind) {
    case 'reshape':
      return tf.layers.reshape({ name, targetShape: given('shape') });
    case 'permute':
      return tf.layers.permute({ name, dims: given('order') });
    case 'padding1d': {
      const [steps = 0] = given('size');
      return timeSteps({ name, before: steps, after: steps });
    }
    case 'padding2d': {
      const [high = 0, wide = high] = given('size');
      return tf.layers.zeroPadding2d({
        name,
        padding: [
          [high, high],
          [wide, wide],
        ],
      });
    }
    case 'selection':
      return selection({ name, places: given('places') });
    case 'reduction':
      return reduction({
        name,
        operation: given('operation') as never,
        axes: given('axes'),
        keepDimensions: node.keep ?? false,
      });
    case 'arithmetic':
      return arithmetic({
        name,
        operation: given('operation') as never,
        ...(left !== undefined && { left }),
        ...(right !== undefined && { right }),
      });
    default:
      return tf.layers.flatten({ name });
  }
}
