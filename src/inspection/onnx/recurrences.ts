import type { TF } from '../../core';
import { recurrentActivation } from './activations';
import { type Conversion, type LayerCall, neededWeight, refusal, refuseSettings, weightOf } from './call';
import type { Attribute } from './graph';

/** A recurrence: its operator, and where its gates stand in Keras in the order of ONNX. */
interface Kind {
  operator: 'LSTM' | 'GRU' | 'RNN';
  gates: readonly number[];
  /** What a configuration may leave out. */
  defaults?: Readonly<Record<string, string>>;
  /** It resets the state behind the product with the weights. */
  resetsAfter?: boolean;
  /** Settings with the names of activations, in ONNX's order. */
  activations: readonly string[];
}

// Keras: i f c o, and z r h. ONNX: i o f c, and z r h.
const KINDS: Readonly<Record<string, Kind>> = {
  LSTM: { operator: 'LSTM', gates: [0, 3, 1, 2], activations: ['recurrentActivation', 'activation', 'activation'] },
  GRU: { operator: 'GRU', gates: [0, 1, 2], activations: ['recurrentActivation', 'activation'] },
  ResetAfterGRU: {
    operator: 'GRU',
    gates: [0, 1, 2],
    activations: ['recurrentActivation', 'activation'],
    defaults: { activation: 'tanh', recurrentActivation: 'sigmoid' },
    resetsAfter: true,
  },
  SimpleRNN: { operator: 'RNN', gates: [0], activations: ['activation'] },
};

/** Rows of gates [gates * units], out of columns [width, gates * units]. */
function byGate({ values, shape }: { values: Float32Array; shape: number[] }, gates: readonly number[]): Float32Array {
  const [width, columns] = shape as [number, number];
  const units = columns / gates.length;
  const rows = new Float32Array(values.length);
  for (const [to, from] of gates.entries())
    for (let unit = 0; unit < units; unit++)
      for (let k = 0; k < width; k++)
        rows[(to * units + unit) * width + k] = values[k * columns + from * units + unit]!;
  return rows;
}

/** Weights of one direction, each with a first axis of one. */
function weightsOf(layer: TF.layers.Layer, { gates }: Kind) {
  const kernel = neededWeight(layer, 'kernel');
  const recurrent = neededWeight(layer, 'recurrent_kernel');
  const bias = weightOf(layer, 'bias');
  const [columns, units] = [kernel.shape[1]!, recurrent.shape[0]!];
  const both = new Float32Array(2 * columns);
  if (bias) {
    // A bias of two rows has one for the inputs and one for the state; a single one is of the inputs.
    for (let row = 0; row < bias.values.length / columns; row++)
      both.set(
        byGate({ values: bias.values.subarray(row * columns, (row + 1) * columns), shape: [1, columns] }, gates),
        row * columns,
      );
  }
  return {
    kernel: byGate(kernel, gates),
    recurrent: byGate(recurrent, gates),
    bias: both,
    columns,
    units,
    inputs: kernel.shape[0]!,
  };
}

interface Direction {
  layer: TF.layers.Layer;
  isBackwards: boolean;
}

/** One recurrence in one direction: [rows, time, units], or the last step [rows, units]. */
function recurrence(
  { graph }: LayerCall,
  x: string,
  { layer, isBackwards }: Direction,
  returnsSequences: boolean,
): string {
  const kind = KINDS[layer.getClassName()];
  if (!kind) throw refusal(layer, 'no operator is like it', layer.getClassName());
  const config: Record<string, unknown> = { ...kind.defaults, ...layer.getConfig() };
  refuseSettings({ layer, config } as unknown as LayerCall, 'returnState', 'stateful');
  const { kernel, recurrent, bias, columns, units, inputs } = weightsOf(layer, kind);
  const named = kind.activations.map((setting) => recurrentActivation({ layer }, config[setting]));
  const attributes: Record<string, Attribute> = {
    hidden_size: { int: units },
    direction: { text: isBackwards ? 'reverse' : 'forward' },
    activations: { texts: named.map(({ name }) => name) },
    activation_alpha: { floats: named.flatMap(({ alpha }) => (alpha === undefined ? [] : [alpha])) },
    activation_beta: { floats: named.flatMap(({ beta }) => (beta === undefined ? [] : [beta])) },
    ...(kind.operator === 'GRU' && { linear_before_reset: { int: kind.resetsAfter ? 1 : 0 } }),
  };
  const given = [
    graph.transpose(x, [1, 0, 2]),
    graph.constant(kernel, [1, columns, inputs]),
    graph.constant(recurrent, [1, columns, units]),
    graph.constant(bias, [1, 2 * columns]),
  ];
  const [sequence, last] = graph.many(kind.operator, given, 2, attributes);
  // [time, 1, rows, units], and [1, rows, units].
  const [value, axis] = returnsSequences ? [sequence!, 1] : [last!, 0];
  const squeezed = graph.node('Squeeze', [value, graph.integers([axis])]);
  return returnsSequences ? graph.transpose(squeezed, [1, 0, 2]) : squeezed;
}

const single: Conversion = (call) => {
  const { layer, config, inputs } = call;
  const isBackwards = config['goBackwards'] === true;
  const returnsSequences = config['returnSequences'] === true;
  if (isBackwards && returnsSequences) throw refusal(layer, 'it returns a sequence from its end', 'goBackwards');
  if (inputs.length > 1) throw refusal(layer, 'its first state is an input');
  return recurrence(call, inputs[0]!, { layer, isBackwards }, returnsSequences);
};

const bothWays: Conversion = (call) => {
  const { graph, layer, config, inputs } = call;
  const { forwardLayer, backwardLayer } = layer as unknown as Record<string, TF.layers.Layer>;
  const returnsSequences = (forwardLayer!.getConfig() as Record<string, unknown>)['returnSequences'] === true;
  if (inputs.length > 1) throw refusal(layer, 'its first state is an input');
  const [forward, backward] = [
    recurrence(call, inputs[0]!, { layer: forwardLayer!, isBackwards: false }, returnsSequences),
    recurrence(call, inputs[0]!, { layer: backwardLayer!, isBackwards: true }, returnsSequences),
  ];
  const merge = config['mergeMode'];
  if (merge === 'concat' || merge === undefined)
    return graph.node('Concat', [forward, backward], { axis: { int: -1 } });
  if (merge === 'mul') return graph.node('Mul', [forward, backward]);
  const sum = graph.node('Add', [forward, backward]);
  if (merge === 'sum') return sum;
  if (merge === 'ave') return graph.node('Mul', [sum, graph.number(0.5)]);
  throw refusal(layer, 'it returns both directions apart', merge);
};

/** Recurrent layers by their class. */
export const RECURRENCES: Readonly<Record<string, Conversion>> = {
  LSTM: single,
  GRU: single,
  ResetAfterGRU: single,
  SimpleRNN: single,
  Bidirectional: bothWays,
};
