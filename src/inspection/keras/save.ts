import { type TF, writeAtomically, zipOf } from '../../core';
import { type WrittenTensor, writeHDF5 } from '../files/writeHDF5';
import type { Json } from './description';
import { folderOf } from './filing';
import { type KerasLayer, kerasLayer, refusal } from './savedLayers';

/** The version of Keras whose layout is written. */
const KERAS_VERSION = '3.0.0';

/** Layers whose weights are those of a cell in Keras. */
const WITH_CELL: ReadonlySet<string> = new Set(['GRU', 'LSTM', 'ResetAfterGRU', 'SimpleRNN']);

/** Wrappers of one layer. */
const AROUND_ONE: ReadonlySet<string> = new Set(['TimeDistributed', 'SpectralNormalization']);

/** What tfjs says of one layer of a model. */
interface DescribedLayer {
  name: string;
  inboundNodes: [name: string, node: number, tensor: number, settings: object][][];
}

/**
 * Writes a model as Keras 3 does, so that `keras.saving.load_model(path)` in Python gives a model with the same outputs and the same
 * settings of training: regularisers, constraints, what is frozen. The first layer that Keras does not have is named and nothing is
 * written.
 *
 * @param path ends in `.keras`; written whole or not at all.
 * @throws ReluctantError `layer-not-saved`, `not-readable` where the file cannot be written.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * const path = require('node:path').join(require('node:os').tmpdir(), `saved-${process.pid}.keras`);
 * await inspect.saveKeras(model, path);
 * (await inspect.model(path)).predict(tf.ones([1, 2])) instanceof tf.Tensor; // true
 */
export async function saveKeras(model: TF.LayersModel, path: string): Promise<void> {
  // A sequential model keeps the functional one it is made of, from when it was built.
  if (model.getClassName() === 'Sequential') (model as TF.Sequential).build();
  const functional = (model as unknown as { model?: TF.LayersModel }).model ?? model;
  const described = functional.getConfig() as unknown as Record<
    'inputLayers' | 'outputLayers',
    [string, number, number][]
  > & {
    name: string;
    layers: DescribedLayer[];
  };
  const used = new Map<string, number>();
  const tensors: WrittenTensor[] = [];
  const layers = described.layers.map(({ name, inboundNodes }) => {
    const layer = functional.getLayer(name);
    const saved = savedLayer(layer);
    tensors.push(...weightsOf(layer, `layers/${folderOf(saved.class_name, used)}`));
    const nodes = inboundNodes.map((node) => nodeOf(functional, layer, node));
    return { module: 'keras.layers', ...saved, registered_name: null, name, inbound_nodes: nodes };
  });
  const ends = (list: [string, number, number][]) => (list.length === 1 ? list[0] : list);
  const config = {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: described.name,
      trainable: true,
      layers,
      input_layers: ends(described.inputLayers),
      output_layers: ends(described.outputLayers),
    },
    registered_name: 'Functional',
  };
  const metadata = { keras_version: KERAS_VERSION, date_saved: new Date().toISOString() };
  const entries = {
    'metadata.json': Buffer.from(JSON.stringify(metadata)),
    'config.json': Buffer.from(JSON.stringify(config)),
    'model.weights.h5': await writeHDF5(tensors),
  };
  writeAtomically(path, zipOf(Object.entries(entries)));
}

interface Wrapper {
  layer?: TF.layers.Layer;
  forwardLayer?: TF.layers.Layer;
  backwardLayer?: TF.layers.Layer;
}

function savedLayer(layer: TF.layers.Layer): KerasLayer {
  const className = layer.getClassName();
  if (className === 'InputLayer') {
    const { batchInputShape, dtype } = layer as unknown as { batchInputShape: (number | null)[]; dtype: string };
    return {
      class_name: className,
      config: { name: layer.name, batch_shape: batchInputShape, dtype: dtype ?? 'float32' },
    };
  }
  if ('layers' in layer) throw refusal(layer, 'it is a model of its own', className);
  const { layer: inner, forwardLayer } = layer as unknown as Wrapper;
  const wrapped = className === 'Bidirectional' ? forwardLayer! : AROUND_ONE.has(className) ? inner! : undefined;
  const saved = kerasLayer(layer);
  if (!wrapped) return saved;
  const { class_name, config } = kerasLayer(wrapped);
  const name = String(config['name']).replace(/^forward_/, '');
  const within: Json = { module: 'keras.layers', class_name, config: { ...config, name }, registered_name: null };
  return { ...saved, config: { ...saved.config, layer: within } };
}

/** The weights of a layer with the places where Keras files them. */
function weightsOf(layer: TF.layers.Layer, folder: string): WrittenTensor[] {
  const { layer: inner, forwardLayer, backwardLayer } = layer as unknown as Wrapper;
  if (layer.getClassName() === 'Bidirectional')
    return [
      ...weightsOf(forwardLayer!, `${folder}/forward_layer`),
      ...weightsOf(backwardLayer!, `${folder}/backward_layer`),
    ];
  if (layer.getClassName() === 'TimeDistributed') return weightsOf(inner!, `${folder}/layer`);
  if (layer.getClassName() === 'SpectralNormalization') {
    const within = weightsOf(inner!, `${folder}/layer`);
    // Keras files the kernel a second time, with the vector.
    const { values, shape } = within[0]!;
    const vector = layer.weights.at(-1)!.read();
    return [
      ...within,
      { path: `${folder}/vars/0`, shape, values },
      { path: `${folder}/vars/1`, shape: vector.shape, values: Float32Array.from(vector.dataSync()) },
    ];
  }
  const at = WITH_CELL.has(layer.getClassName()) ? `${folder}/cell/vars` : `${folder}/vars`;
  return layer.weights.map((weight, k) => {
    const tensor = weight.read();
    return { path: `${at}/${k}`, shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
  });
}

/** One call of a layer: one tensor, or a list of them where it joins several. */
function nodeOf(model: TF.LayersModel, layer: TF.layers.Layer, node: DescribedLayer['inboundNodes'][number]): Json {
  const tensors = node.map(([name, call, tensor]) => ({
    class_name: '__keras_tensor__',
    config: {
      shape: shapeOf(model.getLayer(name), call, tensor),
      dtype: 'float32',
      keras_history: [name, call, tensor],
    },
  }));
  if (tensors.length > 1 && WITH_CELL.has(layer.getClassName())) throw refusal(layer, 'its first state is an input');
  return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: {} };
}

/** The shape of what one call of a layer gives. */
function shapeOf(layer: TF.layers.Layer, call: number, tensor: number): TF.Shape {
  const nodes = layer.inboundNodes as unknown as { outputTensors: TF.SymbolicTensor[] }[];
  return nodes[Math.min(call, nodes.length - 1)]!.outputTensors[tensor]!.shape;
}
