import { ReluctantError, type TF, tf } from '../core';
import { activationFacts } from '../layers/activations';

/** Inputs of a model: one tensor, one per input in order, or one per input by name. Rows first. */
export type ModelInputs = TF.Tensor | TF.Tensor[] | Record<string, TF.Tensor>;

/**
 * The layers of a model that compute something themselves: nested models are opened, in the order of evaluation.
 *
 * @example
 * const inner = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * leafLayers(tf.sequential({ layers: [inner, tf.layers.dense({ units: 1 })] })).length; // 2
 */
export function leafLayers(model: TF.LayersModel): TF.layers.Layer[] {
  return model.layers.flatMap((layer) =>
    Array.isArray((layer as unknown as TF.LayersModel).layers)
      ? leafLayers(layer as unknown as TF.LayersModel)
      : [layer],
  );
}

interface Named {
  getClassName?(): string;
}

/** Layers that are an activation and nothing else, by their class. */
const ACTIVATION_LAYERS: Readonly<Record<string, string>> = {
  ReLU: 'relu',
  LeakyReLU: 'leakyReLU',
  ELU: 'elu',
  Softmax: 'softmax',
};

/** The activation of a layer by its name in `layers.ACTIVATIONS` (`relu`, `leakyReLU`, `linear` ...); `''` when it has none. */
export function activationOf(layer: TF.layers.Layer): string {
  const holder = layer as unknown as {
    activation?: Named;
    activationLayer?: { activation?: Named };
    maxValue?: number;
  };
  const kind = layer.getClassName();
  if (kind === 'ReLU' && holder.maxValue === 6) return 'relu6';
  if (Object.hasOwn(ACTIVATION_LAYERS, kind)) return ACTIVATION_LAYERS[kind]!;
  // Recurrent layers keep theirs in the cell, where the pre-activation of each step is out of reach.
  if ('cell' in layer) return '';
  return (holder.activation ?? holder.activationLayer?.activation)?.getClassName?.() ?? '';
}

/**
 * Least and most that a layer can give, by its activation and its settings: all numbers for one that is not known.
 *
 * @example
 * outputRangeOf(tf.layers.dense({ units: 1, activation: 'tanh' })); // [-1, 1]
 */
export function outputRangeOf(layer: TF.layers.Layer): readonly [least: number, most: number] {
  const { alpha, maxValue, scale } = layer as unknown as { alpha?: number; maxValue?: number; scale?: number };
  const [least, most] = activationFacts(activationOf(layer))?.range ?? [-Infinity, Infinity];
  if (layer.getClassName() === 'ELU') return [-(alpha ?? 1), most];
  if (layer.getClassName() === 'ScaledShare') return [0, scale!];
  return [least, layer.getClassName() === 'ReLU' ? (maxValue ?? most) : most];
}

/** Names of a model's inputs. Sequential models of tfjs leave their own list empty until they are compiled. */
export const inputNames = (model: TF.LayersModel): string[] =>
  model.inputNames?.length ? model.inputNames : model.inputs.map((input) => input.sourceLayer.name);

/** Names of a model's outputs, its heads: the layers that compute them. */
export const outputNames = (model: TF.LayersModel): string[] =>
  model.outputNames?.length ? model.outputNames : model.outputs.map((output) => output.sourceLayer.name);

/** The units of a layer: the length of its last axis. */
export const unitsOf = (tensor: TF.Tensor): number => tensor.shape[tensor.shape.length - 1] ?? 1;

/** The model's inputs as an array in the model's own order, checked for names and rows. */
export function orderedInputs(operation: string, model: TF.LayersModel, inputs: ModelInputs): TF.Tensor[] {
  const names = inputNames(model);
  let tensors: (TF.Tensor | undefined)[];
  if (inputs instanceof tf.Tensor) tensors = [inputs];
  else if (Array.isArray(inputs)) tensors = inputs;
  else tensors = names.map((name) => inputs[name]);
  const problem = (text: string, received: unknown) =>
    new ReluctantError({
      code: 'inputs-mismatch',
      operation,
      problem: text,
      where: { model: model.name },
      received,
      expected: `${names.length === 1 ? 'one tensor' : 'one tensor each'} for ${names.map((n) => `"${n}"`).join(', ')}`,
    });
  if (tensors.length !== names.length) throw problem('wrong number of inputs', tensors.length);
  tensors.forEach((tensor, k) => {
    if (!(tensor instanceof tf.Tensor)) throw problem(`input "${names[k]}" is missing`, Object.keys(inputs));
    const wanted = model.inputs[k]!.shape;
    const fits = tensor.rank === wanted.length && wanted.every((size, d) => size === null || size === tensor.shape[d]);
    if (!fits)
      throw problem(`input "${names[k]}" has shape [${tensor.shape}], the model takes [${wanted}]`, tensor.shape);
    if (tensor.shape[0] === 0) throw problem(`input "${names[k]}" has 0 rows`, tensor.shape);
  });
  return tensors as TF.Tensor[];
}

/** `count` row numbers, evenly spaced over `rows` rows. */
export const evenPlaces = (rows: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, k) => Math.floor((k * rows) / count));

/** At most `rows` rows, evenly spaced over all of them; the same rows of every tensor. Call inside `tf.tidy`. */
export function evenRows<T extends TF.Tensor>(tensors: T[], rows: number): T[] {
  const n = tensors[0]!.shape[0]!;
  if (n <= rows) return tensors;
  const places = tf.tensor1d(evenPlaces(n, rows), 'int32');
  return tensors.map((tensor) => tf.gather(tensor, places));
}

/** What a layer computed for some rows: before and after its activation (the same tensor where it has none). */
export interface LayerPass {
  layer: TF.layers.Layer;
  /** Which call of a shared layer this is, from 0. */
  call: number;
  activation: string;
  before: TF.Tensor;
  after: TF.Tensor;
}

/**
 * Runs the model in inference mode and hands every layer's values to `visit` as they arise, the pre-activations of fused
 * activations included: the layer is applied a second time with a linear activation. Tensors are valid during the visit only.
 */
export function forEachPass(model: TF.LayersModel, inputs: TF.Tensor[], visit: (pass: LayerPass) => void): void {
  const layers = [...new Set(leafLayers(model))].filter((layer) => layer.getClassName() !== 'InputLayer');
  const calls = new Map<TF.layers.Layer, number>();
  for (const layer of layers) {
    const call = layer.call;
    layer.call = (values, kwargs) => {
      const after = call.call(layer, values, kwargs);
      const activation = activationOf(layer);
      const index = calls.get(layer) ?? 0;
      calls.set(layer, index + 1);
      const output = Array.isArray(after) ? after[0] : after;
      if (output instanceof tf.Tensor) {
        // Computing a layer twice is dear; where the activation changes nothing, once is enough.
        const changes = activation !== '' && activation !== 'linear';
        const before = changes ? preActivation(layer, call, values, kwargs) : output;
        visit({ layer, call: index, activation, before, after: output });
      }
      return after;
    };
  }
  try {
    tf.tidy(() => void model.apply(inputs.length === 1 ? inputs[0]! : inputs, { training: false }));
  } finally {
    // The wrapper stood on the instance; deleting it lets the class's own method show again.
    for (const layer of layers) Reflect.deleteProperty(layer, 'call');
  }
}

function preActivation(
  layer: TF.layers.Layer,
  call: TF.layers.Layer['call'],
  values: TF.Tensor | TF.Tensor[],
  kwargs: Parameters<TF.layers.Layer['call']>[1],
): TF.Tensor {
  const holder = layer as unknown as Record<string, unknown>;
  const first = Array.isArray(values) ? values[0]! : values;
  // Layers of this library keep a whole activation layer; both kinds are asked to apply it.
  const key = holder['activationLayer'] === undefined ? 'activation' : 'activationLayer';
  if (holder[key] === undefined || Object.hasOwn(ACTIVATION_LAYERS, layer.getClassName())) return first;
  const activation = holder[key];
  holder[key] = LINEAR;
  try {
    const result = call.call(layer, values, kwargs);
    return Array.isArray(result) ? result[0]! : result;
  } finally {
    holder[key] = activation;
  }
}

/** What a tfjs layer needs of an activation object, so that it computes x -> x. */
const LINEAR = { apply: (x: TF.Tensor) => x, getClassName: () => 'linear', getConfig: () => ({}) };
