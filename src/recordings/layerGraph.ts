import { formFault, layerName, ReluctantError, type TF, tf, withWeightsAtMost } from '../core';
import { registerLayers } from '../layers';
import { type Graph, graphForm, layerOf, type Node } from './graphLayers';
import { damaged, readRecordedArrays, readRecordedJSON } from './recordingFile';
import type { NamedArray } from './samples';

const GRAPH = 'graph.json';

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
  const parsed = graphForm().safeParse(readRecordedJSON(folder, GRAPH));
  if (!parsed.success) return fail(formFault(parsed.error));
  const graph = headsNamed(activationsJoined(parsed.data));
  const arrays = await readRecordedArrays(folder, weights);
  const count = [...arrays.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const refuse = (layer: string): never => fail(`"${layer}" claims more weights than ${weights} holds`);
  // Activations that tfjs lacks are found by their names.
  registerLayers();
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
      const part = originalName.split('/').at(-1)!;
      // A layer that goes both ways has each of its weights twice.
      const way = /\/(forward|backward)_/.exec(`/${originalName}`)?.[1];
      const name = `${filed.get(layer.name) ?? layer.name}/${way ? `${way}_${part}` : part}`;
      const array = arrays.get(name) ?? fail(`there are no weights "${name}"`);
      if (array.shape.join() !== shape.join()) fail(`"${name}" has the shape [${array.shape}], not [${shape}]`);
      return tf.tensor(Float32Array.from(array.values()), [...array.shape]);
    });
    layer.setWeights(values);
    tf.dispose(values);
  }
}
