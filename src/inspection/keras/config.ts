import { fileError } from '../files/fileError';
import { ACTIVATIONS, INITIALIZERS, LAYERS } from './layers';

/** A JSON object as it comes from a file: nothing about it is known. */
export type Json = Record<string, unknown>;

/** Where in which file, for errors. */
export type Place = Record<string, string>;

/** A layer in the form that tfjs reads, and its class in Keras, by which its weights are filed. */
export interface ConvertedLayer {
  class_name: string;
  name: string;
  config: Json;
  inbound_nodes?: unknown[];
  kerasClass: string;
  /** The layers of a model that stands as a layer. */
  inner?: ConvertedLayer[];
}

/** A model in the form that tfjs reads. */
export interface ConvertedModel {
  class_name: string;
  config: Json;
  layers: ConvertedLayer[];
}

const MODELS = new Set(['Functional', 'Model', 'Sequential']);
const DEEPEST = 20;

/**
 * The configuration of a model of Keras 2 or 3 in the form of Keras 2, which tfjs reads. Settings are taken from a list of what
 * tfjs computes as Keras does; anything else is refused, naming the layer, rather than computed otherwise.
 */
export function convertModel(given: unknown, place: Place, depth = 0): ConvertedModel {
  const { class_name: kind, config } = object(given, 'the model', place);
  if (!MODELS.has(kind as string) || depth > DEEPEST) throw unknownLayer(String(kind), 'the model', place);
  const { layers: list, name, input_layers: inputs, output_layers: outputs } = object(config, 'the model', place);
  if (!Array.isArray(list)) throw malformed('the model has no list of layers', place);
  const layers = list.map((layer) => convertLayer(layer, place, depth));
  const own = typeof name === 'string' ? name : 'model';
  if (kind === 'Sequential') return { class_name: 'Sequential', config: { name: own, layers }, layers };
  // A sequential model of tfjs has a node of its own before its first call; calls are counted from behind it.
  const shifted = new Set(layers.filter((layer) => layer.class_name === 'Sequential').map((layer) => layer.name));
  for (const layer of layers) layer.inbound_nodes = shiftNodes(layer.inbound_nodes ?? [], shifted);
  const ends = (value: unknown) =>
    endsOf(value).map(([layer, node, tensor]) => [layer, node + Number(shifted.has(layer)), tensor]);
  return {
    class_name: 'Model',
    config: { name: own, layers, input_layers: ends(inputs), output_layers: ends(outputs) },
    layers,
  };
}

function convertLayer(given: unknown, place: Place, depth: number): ConvertedLayer {
  const layer = object(given, 'a layer', place);
  const config = object(layer['config'], 'a layer', place);
  const kerasClass = String(layer['class_name']);
  const name = String(layer['name'] ?? config['name'] ?? kerasClass);
  const where = { ...place, layer: name };
  const inbound = Array.isArray(layer['inbound_nodes'])
    ? layer['inbound_nodes'].map((node) => nodeOf(node, where))
    : [];
  if (MODELS.has(kerasClass)) {
    const inner = convertModel({ class_name: kerasClass, config: { ...config, name } }, place, depth + 1);
    return {
      class_name: inner.class_name,
      name,
      config: inner.config,
      inbound_nodes: inbound,
      kerasClass,
      inner: inner.layers,
    };
  }
  const rule = Object.hasOwn(LAYERS, kerasClass) ? LAYERS[kerasClass]! : undefined;
  if (!rule) throw unknownLayer(kerasClass, name, place);
  for (const [key, value] of Object.entries(rule.only ?? {})) {
    const has = config[key];
    if (has === undefined || has === null || has === value) continue;
    throw fileError(
      'unsupported',
      `a ${kerasClass} layer has a setting that tfjs does not compute as Keras does`,
      where,
      {
        received: `${key} = ${JSON.stringify(has)}`,
        expected: `${key} = ${JSON.stringify(value)}`,
      },
    );
  }
  const converted: Json = { name, trainable: config['trainable'] !== false };
  for (const key of rule.keep) if (config[key] !== undefined) converted[key] = settingOf(key, config[key], where);
  for (const [from, to] of Object.entries(rule.rename ?? {}))
    if (config[from] !== undefined) converted[to] = config[from];
  if (Array.isArray(converted['axis']) && kerasClass === 'BatchNormalization') converted['axis'] = converted['axis'][0];
  return { ...ours(kerasClass, converted, where), name, inbound_nodes: inbound, kerasClass };
}

/** Causal convolutions become this project's own: that of tfjs has no gradient for dilations above 1. */
function ours(kerasClass: string, config: Json, where: Place): Pick<ConvertedLayer, 'class_name' | 'config'> {
  if (kerasClass !== 'Conv1D' || config['padding'] !== 'causal') return { class_name: kerasClass, config };
  const first = (value: unknown) => (Array.isArray(value) ? value[0] : value) ?? 1;
  if (first(config['strides']) !== 1)
    throw fileError('unsupported', 'a causal convolution with strides', where, { expected: 'strides = 1' });
  const { name, filters, activation, use_bias, kernel_initializer } = config;
  return {
    class_name: 'CausalConvolution',
    config: {
      name,
      filters,
      kernel_size: first(config['kernel_size']),
      dilation: first(config['dilation_rate']),
      activation: activation ?? 'linear',
      use_bias: use_bias !== false,
      ...(kernel_initializer ? { kernel_initializer } : {}),
    },
  };
}

/** One setting: activations, initialisers and penalties by name, numbers and texts as they are. */
function settingOf(key: string, value: unknown, where: Place): unknown {
  if (/activation$/.test(key)) {
    const activation = value === null ? 'linear' : typeof value === 'object' ? (value as Json)['config'] : value;
    if (typeof activation === 'string' && Object.hasOwn(ACTIVATIONS, activation)) return ACTIVATIONS[activation];
    throw fileError('unsupported', 'an activation that tfjs does not compute as Keras does', where, {
      received: activation,
      expected: Object.keys(ACTIVATIONS).join(', '),
    });
  }
  if (value === null) return null;
  if (/_initializer$/.test(key)) {
    const { class_name: kind, config } =
      typeof value === 'string' ? { class_name: value, config: {} } : (value as Json);
    // How weights were drawn once does not change what they are now: an unknown way is no reason to refuse the model.
    if (typeof kind !== 'string' || !Object.hasOwn(INITIALIZERS, kind)) return { class_name: 'Zeros', config: {} };
    const kept = Object.entries((config ?? {}) as Json).filter(
      ([name, own]) => own !== null && !name.endsWith('_axes'),
    );
    return { class_name: INITIALIZERS[kind], config: Object.fromEntries(kept) };
  }
  if (/_regularizer$/.test(key)) {
    const { class_name: kind, config } = value as { class_name?: string; config?: Json };
    if (kind !== 'L1' && kind !== 'L2' && kind !== 'L1L2')
      throw fileError('unsupported', 'a penalty that tfjs does not have', where, {
        received: kind,
        expected: 'L1, L2, L1L2',
      });
    const number = (own: unknown) => (typeof own === 'number' ? own : 0);
    return { class_name: 'L1L2', config: { l1: number(config?.['l1']), l2: number(config?.['l2']) } };
  }
  return value;
}

type Reference = [layer: string, node: number, tensor: number, options: object];

/** One call of a layer: where each input comes from. */
function nodeOf(node: unknown, where: Place): Reference[] {
  if (Array.isArray(node)) return node.map((one) => referenceOf(one, where));
  const found: Reference[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null) {
      const { class_name: kind, config } = value as { class_name?: string; config?: Json };
      if (kind === '__keras_tensor__') found.push(referenceOf(config?.['keras_history'], where));
      else throw malformed('a layer is called with something that is no tensor', where);
    }
  };
  collect(object(node, 'a call', where)['args']);
  return found;
}

function referenceOf(value: unknown, where: Place): Reference {
  if (Array.isArray(value) && typeof value[0] === 'string' && Number.isInteger(value[1]) && Number.isInteger(value[2]))
    return [value[0], value[1], value[2], {}];
  throw malformed('an input of a layer does not say where it comes from', where);
}

function shiftNodes(nodes: unknown[], shifted: ReadonlySet<string>): unknown[] {
  return (nodes as Reference[][]).map((node) =>
    node.map(([layer, call, tensor, options]) => [layer, call + Number(shifted.has(layer)), tensor, options]),
  );
}

/** `["x", 0, 0]` or a list of such. */
function endsOf(value: unknown): [string, number, number][] {
  if (!Array.isArray(value)) return [];
  return (typeof value[0] === 'string' ? [value] : value) as [string, number, number][];
}

function object(value: unknown, what: string, place: Place): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw malformed(`${what} is not described`, place);
}

const malformed = (problem: string, place: Place) =>
  fileError('malformed', problem, place, { fix: 'save the model again with model.save("model.keras")' });

const unknownLayer = (kind: string, name: string, place: Place) =>
  fileError(
    'unsupported',
    `a layer of the class ${kind} is not known here`,
    { ...place, layer: name },
    {
      expected: Object.keys(LAYERS).join(', '),
      fix: 'inspect its weights with inspect.file, or its predictions with inspect.predictions',
    },
  );
