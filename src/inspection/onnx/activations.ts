import { KERAS_LEAKY_SLOPE } from '../../layers/activations';
import { type LayerCall, refusal } from './call';
import type { Attribute, OnnxGraph } from './graph';

type Write = (graph: OnnxGraph, x: string) => string;

const operator =
  (name: string, attributes: Readonly<Record<string, Attribute>> = {}): Write =>
  (graph, x) =>
    graph.node(name, [x], attributes);

const clipped = (graph: OnnxGraph, x: string, least: number, most: number) =>
  graph.node('Clip', [x, graph.number(least), graph.number(most)]);

/** Activations under the names of tfjs and of this project. */
const ACTIVATIONS: Readonly<Record<string, Write>> = {
  linear: (_, x) => x,
  relu: operator('Relu'),
  relu6: (graph, x) => clipped(graph, x, 0, 6),
  sigmoid: operator('Sigmoid'),
  tanh: operator('Tanh'),
  elu: operator('Elu', { alpha: { float: 1 } }),
  selu: operator('Selu'),
  softmax: operator('Softmax', { axis: { int: -1 } }),
  logSoftmax: operator('LogSoftmax', { axis: { int: -1 } }),
  softplus: operator('Softplus'),
  softsign: operator('Softsign'),
  hardSigmoid: operator('HardSigmoid', { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  hardSigmoidSixth: operator('HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  leakyReLU: operator('LeakyRelu', { alpha: { float: KERAS_LEAKY_SLOPE } }),
  exponential: operator('Exp'),
  gelu: (graph, x) => {
    const half = graph.node('Mul', [x, graph.number(0.5)]);
    const erf = graph.node('Erf', [graph.node('Mul', [x, graph.number(Math.SQRT1_2)])]);
    return graph.node('Mul', [half, graph.node('Add', [erf, graph.number(1)])]);
  },
  swish: (graph, x) => graph.node('Mul', [x, graph.node('Sigmoid', [x])]),
  mish: (graph, x) => graph.node('Mul', [x, graph.node('Tanh', [graph.node('Softplus', [x])])]),
};

/** Writes down an activation by tfjs's name. @throws ReluctantError `layer-not-saved`. */
export function activate({ graph, layer }: Pick<LayerCall, 'graph' | 'layer'>, name: unknown, x: string): string {
  const write = ACTIVATIONS[String(name)];
  if (write) return write(graph, x);
  throw refusal(layer, 'its activation has no operator', name);
}

/** Activations within a recurrence, as ONNX calls them, with what they are told. */
const WITHIN: Readonly<Record<string, { name: string; alpha?: number; beta?: number }>> = {
  linear: { name: 'Affine', alpha: 1, beta: 0 },
  relu: { name: 'Relu' },
  sigmoid: { name: 'Sigmoid' },
  tanh: { name: 'Tanh' },
  elu: { name: 'Elu', alpha: 1 },
  hardSigmoidSixth: { name: 'HardSigmoid', alpha: 1 / 6, beta: 0.5 },
  softplus: { name: 'Softplus' },
  softsign: { name: 'Softsign' },
  hardSigmoid: { name: 'HardSigmoid', alpha: 0.2, beta: 0.5 },
};

/** What a recurrence calls an activation. @throws ReluctantError `layer-not-saved`. */
export function recurrentActivation({ layer }: Pick<LayerCall, 'layer'>, name: unknown) {
  const found = WITHIN[String(name)];
  if (found) return found;
  throw refusal(layer, 'its activation has no name within a recurrence', name);
}
