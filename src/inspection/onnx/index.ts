import { ReluctantError, type TF, tf, writeAtomically } from '../../core';
import { type Conversion, type LayerCall, refusal } from './call';
import { CONVOLUTIONS } from './convolutions';
import { OnnxGraph } from './graph';
import { modelBytes } from './messages';
import { RECURRENCES } from './recurrences';
import { SIMPLE_LAYERS } from './simpleLayers';

/** The set of operators that is written for, and the version of the format: both of 2022, which every runtime of today reads. */
const OPERATORS = 17;
const FORMAT = 8;

/** Applied to every step of a sequence as it is: these layers take any number of axes before the last. */
const BY_STEP: readonly string[] = ['Dense', 'Activation', 'ReLU', 'LeakyReLU', 'ELU', 'Dropout', 'KeyedDropout'];

const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  ...SIMPLE_LAYERS,
  ...CONVOLUTIONS,
  ...RECURRENCES,
  TimeDistributed: (call) => {
    const { layer } = call.layer as unknown as { layer: TF.layers.Layer };
    const className = layer.getClassName();
    if (!BY_STEP.includes(className))
      throw refusal(call.layer, 'what it applies to every step is not written down', className);
    return CONVERSIONS[className]!({ ...call, layer, config: layer.getConfig() });
  },
  // Predictions take the kernel as training has left it.
  SpectralNormalization: (call) => {
    const { layer } = call.layer as unknown as { layer: TF.layers.Layer };
    return conversionOf(layer)({ ...call, layer, config: layer.getConfig() });
  },
};

/** Names of the layer classes that {@link saveONNX} can write. */
export const ONNX_LAYERS: readonly string[] = Object.keys(CONVERSIONS).sort();

/**
 * Writes a model as ONNX (operators of set 17), for ONNX Runtime and what else runs it: as it predicts, not as it trains. Inputs and
 * outputs keep their names and shapes, with any number of rows first; all are float32. The first layer that has no like there is named
 * and nothing is written.
 *
 * @param path ends in `.onnx`; written whole or not at all.
 * @throws ReluctantError `layer-not-saved`; `not-a-model`; `too-large` above the 2 GB that a protobuf can hold.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * const path = require('node:path').join(require('node:os').tmpdir(), `saved-${process.pid}.onnx`);
 * await inspect.saveONNX(model, path);
 * require('node:fs').statSync(path).size > 100; // true
 */
export async function saveONNX(model: TF.LayersModel, path: string): Promise<void> {
  checkModel(model);
  const graph = new GraphOfModel(model).write();
  const bytes = await modelBytes({
    irVersion: FORMAT,
    producerName: 'reluctant',
    opsetImport: [{ domain: '', version: OPERATORS }],
    graph: graph.message(model.name),
  });
  writeAtomically(path, bytes);
}

function checkModel(model: TF.LayersModel): void {
  const isModel = model instanceof tf.LayersModel;
  const size = isModel
    ? model.weights.reduce((sum, { shape }) => sum + 4 * shape.reduce((a: number, b) => a * (b ?? 1), 1), 0)
    : 0;
  if (isModel && size < 2 ** 31 - 2 ** 20) return;
  throw new ReluctantError({
    code: isModel ? 'too-large' : 'not-a-model',
    operation: 'inspect.saveONNX',
    problem: isModel ? 'the weights do not fit into a protobuf' : 'what is given is no tf.LayersModel',
    received: isModel ? `${size} bytes` : model,
    expected: isModel ? 'less than 2 GB' : 'a model of layers',
  });
}

function conversionOf(layer: TF.layers.Layer): Conversion {
  const className = layer.getClassName();
  const conversion = CONVERSIONS[className];
  if (conversion) return conversion;
  throw refusal(
    layer,
    'layers' in layer ? 'it is a model of its own' : `no operator is like the class ${className}`,
    className,
  );
}

/** Of one layer's calls: where each of its inputs comes from. */
interface DescribedLayer {
  name: string;
  inboundNodes: [name: string, node: number, tensor: number, settings: object][][];
}

/** Walks through the calls of a model's layers, each after those that it takes its inputs from. */
class GraphOfModel {
  private readonly graph = new OnnxGraph();
  private readonly functional: TF.LayersModel;
  private readonly described: {
    layers: DescribedLayer[];
    inputLayers: [string, number, number][];
    outputLayers: [string, number, number][];
  };
  private readonly values = new Map<string, string>();

  constructor(private readonly model: TF.LayersModel) {
    // A sequential model keeps the functional one it is made of, from when it was built.
    if (model.getClassName() === 'Sequential') (model as TF.Sequential).build();
    this.functional = (model as unknown as { model?: TF.LayersModel }).model ?? model;
    this.described = this.functional.getConfig() as unknown as GraphOfModel['described'];
  }

  write(): OnnxGraph {
    const { inputLayers, outputLayers, layers } = this.described;
    for (const { name, inboundNodes } of layers)
      if (inboundNodes.length > 0) conversionOf(this.functional.getLayer(name));
    const { inputNames, outputNames, inputs, outputs } = this.model;
    inputLayers.forEach(([name, node, tensor], k) => {
      this.values.set(`${name} ${node} ${tensor}`, this.graph.input(inputNames[k]!, inputs[k]!.shape));
    });
    outputLayers.forEach(([name, node, tensor], k) => {
      // A name of ONNX is of one value: what goes in and comes out unchanged is told apart.
      const output = inputNames.includes(outputNames[k]!) ? `${outputNames[k]!}:out` : outputNames[k]!;
      this.graph.output(output, outputs[k]!.shape, this.valueOf(name, node, tensor));
    });
    return this.graph;
  }

  private valueOf(name: string, node: number, tensor: number): string {
    const key = `${name} ${node} ${tensor}`;
    const known = this.values.get(key);
    if (known !== undefined) return known;
    const layer = this.functional.getLayer(name);
    if (tensor > 0) throw refusal(layer, 'it returns several tensors');
    const from = this.described.layers.find((one) => one.name === name)!.inboundNodes[node]!;
    const inputs = from.map(([other, call, place]) => this.valueOf(other, call, place));
    const value = this.convert({ layer, inputs, ...this.shapesOf(layer, node) });
    this.values.set(key, value);
    return value;
  }

  private convert(call: Omit<LayerCall, 'graph' | 'config'>): string {
    const conversion = conversionOf(call.layer);
    return conversion({ ...call, graph: this.graph, config: call.layer.getConfig() });
  }

  private shapesOf(layer: TF.layers.Layer, node: number): { shapes: TF.Shape[]; shape: TF.Shape } {
    const nodes = layer.inboundNodes as unknown as { inputShapes: TF.Shape[]; outputShapes: TF.Shape[] }[];
    const { inputShapes, outputShapes } = nodes[Math.min(node, nodes.length - 1)]!;
    return { shapes: inputShapes, shape: outputShapes[0]! };
  }
}
