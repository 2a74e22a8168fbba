import { formFault, layerName, ReluctantError, type TF, tf, withWeightsAtMost, z } from '../core';
import { damaged, readRecordedArrays, readRecordedJSON } from './recordingFile';
import type { NamedArray } from './samples';

const GRAPH = 'graph.json';

/** A model of PyTorch as its recorder writes it: what is computed of what, and nothing that could be run. */
const shape = () => {
  const name = z.string().min(1).max(200);
  const size = z.number().int().min(1).max(1e6);
  return z.object({
    inputs: z.array(z.object({ name, shape: z.array(size).min(1).max(4) })).min(1),
    nodes: z
      .array(
        z.object({
          name,
          kind: z.enum([
            ...(['dense', 'activation', 'leakyReLU', 'elu', 'dropout', 'flatten', 'batchNormalization'] as const),
            ...(['layerNormalization', 'concatenate', 'add'] as const),
          ]),
          inputs: z.array(name).min(1),
          units: size.optional(),
          activation: z.enum(['relu', 'sigmoid', 'tanh', 'softplus', 'softmax', 'selu', 'swish', 'linear']).optional(),
          rate: z.number().min(0).max(1).optional(),
          alpha: z.number().optional(),
          epsilon: z.number().positive().optional(),
          momentum: z.number().min(0).max(1).optional(),
          bias: z.boolean().optional(),
        }),
      )
      .max(10_000),
    outputs: z.record(name, name),
  });
};
type Graph = ReturnType<ReturnType<typeof shape>['parse']>;
/** A node, and under which name its weights are filed where that is another. */
type Node = Graph['nodes'][number] & { filed?: string };
/** Says what is wrong with the recording. */
type Fail = (problem: string, file?: string) => never;

/**
 * A model of layers that tfjs has, rebuilt from the graph and the weights that a recorder of PyTorch wrote. A dense layer that only
 * an activation follows is one layer, and the last one of a head bears the head's name.
 *
 * @throws ReluctantError `recording-damaged`.
 */
export async function modelOfGraph(folder: string, weights: string): Promise<TF.LayersModel> {
  const fail: Fail = (problem, file = GRAPH) => {
    throw damaged(folder, file, problem);
  };
  const parsed = shape().safeParse(readRecordedJSON(folder, GRAPH));
  if (!parsed.success) return fail(formFault(parsed.error));
  const graph = headsNamed(activationsJoined(parsed.data));
  const arrays = await readRecordedArrays(folder, weights);
  const count = [...arrays.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const refuse = (layer: string): never => fail(`"${layer}" claims more weights than ${weights} holds`);
  const make = () => {
    try {
      return built(graph, fail);
    } catch (error) {
      if (error instanceof ReluctantError) throw error;
      return fail(`the layers do not fit together: ${(error as Error).message}`);
    }
  };
  const model = withWeightsAtMost(count, refuse, make);
  const filed = new Map(graph.nodes.map((node) => [node.name, node.filed ?? node.name]));
  setWeights(model, arrays, filed, (problem) => fail(problem, weights));
  return model;
}

/** The model of a graph, its weights drawn. */
function built(graph: Graph, fail: Fail): TF.LayersModel {
  const made = new Map<string, TF.SymbolicTensor>();
  const inputs = graph.inputs.map(({ name, shape }) => {
    const input = tf.input({ shape, name });
    made.set(name, input);
    return input;
  });
  for (const node of graph.nodes) {
    const given = node.inputs.map(
      (name) => made.get(name) ?? fail(`"${node.name}" reads "${name}", which is not there`),
    );
    const layer = layerOf(node, fail);
    made.set(node.name, layer.apply(given.length === 1 ? given[0]! : given) as TF.SymbolicTensor);
  }
  const outputs = Object.values(graph.outputs).map((name) => made.get(name) ?? fail(`there is no "${name}"`));
  return tf.model({ inputs, outputs });
}

function layerOf(node: Node, fail: Fail): TF.layers.Layer {
  const { name, activation, rate, alpha, epsilon, momentum, bias } = node;
  switch (node.kind) {
    case 'dense':
      return tf.layers.dense({
        name,
        units: node.units ?? fail(`"${name}" has no units`),
        useBias: bias ?? true,
        // The default of PyTorch's linear layers: uniform within 1 / sqrt(inputs).
        kernelInitializer: tf.initializers.varianceScaling({ scale: 1 / 3, mode: 'fanIn', distribution: 'uniform' }),
        ...(activation && { activation: activation as never }),
      });
    case 'activation':
      return tf.layers.activation({ name, activation: (activation ?? 'linear') as never });
    case 'leakyReLU':
      return tf.layers.leakyReLU({ name, alpha: alpha ?? 0.01 });
    case 'elu':
      return tf.layers.elu({ name, alpha: alpha ?? 1 });
    case 'dropout':
      return tf.layers.dropout({ name, rate: rate ?? 0.5 });
    case 'flatten':
      return tf.layers.flatten({ name });
    case 'batchNormalization':
      return tf.layers.batchNormalization({ name, epsilon: epsilon ?? 1e-5, momentum: momentum ?? 0.9 });
    case 'layerNormalization':
      return tf.layers.layerNormalization({ name, epsilon: epsilon ?? 1e-5 });
    case 'concatenate':
      return tf.layers.concatenate({ name });
    case 'add':
      return tf.layers.add({ name });
  }
}

/** Activations that are all that follows a dense layer become its own. */
function activationsJoined(graph: Graph): Graph {
  const readers = (name: string) =>
    graph.nodes.filter(({ inputs }) => inputs.includes(name)).length +
    Object.values(graph.outputs).filter((output) => output === name).length;
  const nodes: Node[] = [];
  const renamed = new Map<string, string>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
    const before = nodes.find(({ name }) => name === inputs[0]);
    const joins =
      node.kind === 'activation' && before?.kind === 'dense' && !before.activation && readers(node.inputs[0]!) === 1;
    if (joins) {
      before.activation = node.activation ?? 'linear';
      renamed.set(node.name, before.name);
    } else nodes.push({ ...node, inputs });
  }
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([head, name]) => [head, renamed.get(name) ?? name]),
  );
  return { ...graph, nodes, outputs };
}

/** Weights are filed by the name of the module; heads are told apart by theirs. */
function headsNamed(graph: Graph): Omit<Graph, 'nodes'> & { nodes: Node[] } {
  const heads = new Map(Object.entries(graph.outputs).map(([head, name]) => [name, layerName(head)]));
  const taken = new Set(graph.nodes.map(({ name }) => name));
  for (const [name, head] of heads) if (taken.has(head) && head !== name) heads.delete(name);
  // The parts of a plain torch.nn.Sequential are called _0, _1 and so on, which no layer of tfjs may be.
  const to = (name: string) => heads.get(name) ?? layerName(name);
  const nodes = graph.nodes.map((node) => ({
    ...node,
    filed: node.name,
    name: to(node.name),
    inputs: node.inputs.map(to),
  }));
  return {
    inputs: graph.inputs.map((input) => ({ ...input, name: layerName(input.name) })),
    nodes,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([head, name]) => [head, to(name)])),
  };
}

function setWeights(
  model: TF.LayersModel,
  arrays: ReadonlyMap<string, NamedArray>,
  filed: ReadonlyMap<string, string>,
  fail: Fail,
): void {
  for (const layer of model.layers) {
    if (layer.weights.length === 0) continue;
    const values = layer.weights.map(({ originalName, shape }) => {
      const name = `${filed.get(layer.name) ?? layer.name}/${originalName.split('/').at(-1)}`;
      const array = arrays.get(name) ?? fail(`there are no weights "${name}"`);
      if (array.shape.join() !== shape.join()) fail(`"${name}" has the shape [${array.shape}], not [${shape}]`);
      return tf.tensor(Float32Array.from(array.values()), [...array.shape]);
    });
    layer.setWeights(values);
    tf.dispose(values);
  }
}
