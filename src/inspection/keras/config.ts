import { layerName } from '../../core';
import { fileError } from '../files/fileError';
import { callsOf, malformed, withoutRepeats } from './calls';
import type { Json, Place } from './description';
import { withActivationApart } from './layerActivations';
import { ACTIVATION_NAMES, INITIALIZERS, LAYERS, type LayerRule, OPERATIONS } from './layers';
import { withoutMasks } from './masks';
import { operationLayer } from './operations';
import { checkOrder } from './order';
import { type GivenLayer, substitute, unable } from './substitutes';

/** A layer in the form that tfjs reads, and its class in Keras, by which its weights are filed. */
export interface ConvertedLayer {
  class_name: string;
  name: string;
  config: Json;
  inbound_nodes?: unknown[];
  kerasClass: string;
  /** The layers of a model that stands as a layer, or in a wrapper. */
  inner?: ConvertedLayer[];
  /** Where below the layer's own folder its weights are filed; default: in it. */
  parts?: readonly string[];
  /** The name by which Keras files its weights, if it is another. */
  kerasName?: string;
  /** Whether Keras does not count it as a layer of the model. */
  isExtra?: boolean;
}

/** A model in the form that tfjs reads. */
export interface ConvertedModel {
  class_name: string;
  config: Json;
  layers: ConvertedLayer[];
}

const MODELS = new Set(['Functional', 'Model', 'Sequential']);
const WRAPPERS = new Set(['Bidirectional', 'TimeDistributed', 'SpectralNormalization']);
/** What Keras normalises here; an embedding there turns into whole numbers where its input is of whole numbers. */
const WITH_KERNEL = new Set(['Dense', 'Conv1D', 'Conv2D', 'Conv2DTranspose']);
const DEEPEST = 20;
/** A model is called with tensors alone. */
const MODEL: LayerRule = { keep: [] };
/** Layers in tfjs that go both ways along time. */
const RECURRENT = new Set(['GRU', 'LSTM', 'ResetAfterGRU', 'SimpleRNN']);
/** Layers in tfjs that do the same with every step of a sequence, whatever its other steps are. */
const STEPWISE = new Set([
  'Activation',
  'Dense',
  'ELU',
  'KeyedDropout',
  'LeakyReLU',
  'ReLU',
  'ScaledELU',
  'SlopedReLU',
  'VectorNormalization',
]);

/** What the conversion of a layer depends on besides the layer. */
interface Context {
  /** The version of Keras that has written the file. */
  keras: 2 | 3;
  /** How many models are around it. */
  depth: number;
}

const deeper = ({ keras, depth }: Context): Context => ({ keras, depth: depth + 1 });

/**
 * The configuration of a model of Keras 2 or 3 in the form of Keras 2, which tfjs reads. Settings are taken from a list of what
 * tfjs computes as Keras does; anything else is refused, naming the layer, rather than computed otherwise.
 */
export function convertModel(given: unknown, place: Place, context: Context = { keras: 3, depth: 0 }): ConvertedModel {
  const { class_name: kind, config } = object(given, 'the model', place);
  if (!MODELS.has(kind as string) || context.depth > DEEPEST) throw unknownLayer(String(kind), 'the model', place);
  const { layers: list, name, input_layers: inputs, output_layers: outputs } = object(config, 'the model', place);
  if (!Array.isArray(list)) throw malformed('the model has no list of layers', place);
  const ends = kind === 'Sequential' ? undefined : endsOf(outputs, 'outputs', place).map(callOf);
  const unmasked = withoutMasks(
    list.map((layer) => object(layer, 'a layer', place)),
    ends,
    context.depth > 0,
    place,
  );
  const layers = unmasked.flatMap((given) =>
    withActivationApart(given).map(({ layer, ...filed }) => ({ ...convertLayer(layer, place, context), ...filed })),
  );
  const modelName = typeof name === 'string' ? name : 'model';
  if (kind === 'Sequential') return { class_name: 'Sequential', config: { name: modelName, layers }, layers };
  // A sequential model of tfjs has a node of its own before its first call; calls are counted from behind it.
  const shifted = new Set(layers.filter((layer) => layer.class_name === 'Sequential').map((layer) => layer.name));
  for (const layer of layers) {
    const behind = (name: string, node: number) => [name, node + Number(shifted.has(name))] as const;
    layer.inbound_nodes = withReferences(layer.inbound_nodes ?? [], behind);
  }
  const counted = (value: unknown, what: string) =>
    endsOf(value, what, place).map(({ key, layer, node, tensor }) => {
      return { key, layer, node: node + Number(shifted.has(layer)), tensor };
    });
  const [first, last] = [counted(inputs, 'inputs'), counted(outputs, 'outputs')];
  if (context.depth === 0) nameByKeys(layers, [...first, ...last], place);
  checkOrder(layers, place);
  const filed = (of: End[]) => of.map(({ layer, node, tensor }) => [layer, node, tensor]);
  return {
    class_name: 'Model',
    config: { name: modelName, layers, input_layers: filed(first), output_layers: filed(last) },
    layers,
  };
}

function convertLayer(given: unknown, place: Place, context: Context): ConvertedLayer {
  const layer = object(given, 'a layer', place);
  const config = object(layer['config'], 'a layer', place);
  const kerasClass = String(layer['class_name']);
  const name = String(layer['name'] ?? config['name'] ?? kerasClass);
  const where = { ...place, layer: name };
  const isOperation = /^keras(\.src)?\.ops\b/.test(String(layer['module'] ?? ''));
  const rules = isOperation ? OPERATIONS : LAYERS;
  const isModel = MODELS.has(kerasClass);
  const rule = isModel ? MODEL : Object.hasOwn(rules, kerasClass) ? rules[kerasClass]! : undefined;
  if (!rule) throw unknownLayer(kerasClass, name, place, isOperation);
  const calls = withoutRepeats(callsOf(layer['inbound_nodes'], kerasClass, rule, where), kerasClass, rule, where);
  const rest = { name, inbound_nodes: calls.map(({ inputs }) => inputs), kerasClass };
  if (isModel) {
    const inner = convertModel({ class_name: kerasClass, config: { ...config, name } }, place, deeper(context));
    return { ...rest, class_name: inner.class_name, config: inner.config, inner: inner.layers };
  }
  const target: GivenLayer = { kerasClass, given: config, config: {}, where };
  for (const [key, value] of Object.entries(rule.only ?? {})) {
    if (!isSame(config[key], value)) throw unable(target, key, value);
  }
  Object.assign(target.config, { name, trainable: config['trainable'] !== false });
  for (const key of rule.keep) {
    if (config[key] !== undefined) target.config[key] = settingOf(key, config[key], where, context);
  }
  for (const [from, to] of Object.entries(rule.rename ?? {})) {
    if (config[from] !== undefined) target.config[to] = config[from];
  }
  const [first, ...others] = calls;
  for (const [key, value] of Object.entries(first?.flags ?? {})) target.config[key] = value;
  if (others.some(({ flags }) => JSON.stringify(flags) !== JSON.stringify(first!.flags))) {
    throw fileError('unsupported', `a shared ${kerasClass} layer is called in different ways`, where);
  }
  if (isOperation) {
    if (!first) throw malformed('an operation is not called', where);
    return { ...rest, ...operationLayer(target, first) };
  }
  if (kerasClass === 'SpectralNormalization' && calls.length > 1)
    throw fileError('unsupported', 'a SpectralNormalization that is called more than once in a step', where);
  if (WRAPPERS.has(kerasClass)) {
    return { ...rest, parts: rule.parts!, ...wrapped(target, place, context) };
  }
  return { ...rest, ...(rule.parts && { parts: rule.parts }), ...substitute(target) };
}

/** A layer around another one. */
function wrapped(
  { kerasClass, given, config, where }: GivenLayer,
  place: Place,
  context: Context,
): Pick<ConvertedLayer, 'class_name' | 'config' | 'inner'> {
  const { class_name, config: innerConfig, inner } = convertLayer(given['layer'], place, deeper(context));
  if (kerasClass === 'Bidirectional') {
    if (!RECURRENT.has(class_name)) {
      throw fileError('unsupported', 'a Bidirectional layer around something else than a recurrent layer', where, {
        received: class_name,
        expected: [...RECURRENT].join(', '),
      });
    }
    const back = given['backward_layer'] ? convertLayer(given['backward_layer'], place, deeper(context)) : undefined;
    if (
      back &&
      settingsOf(back) !==
        settingsOf({ class_name, config: { ...innerConfig, go_backwards: !innerConfig['go_backwards'] } })
    ) {
      throw fileError('unsupported', 'a Bidirectional layer with another layer backwards than forwards', where, {
        received: settingsOf(back),
      });
    }
    // Keras has put its prefix before the name already, and tfjs does it again.
    innerConfig['name'] = String(innerConfig['name']).replace(/^forward_/, '');
    return { class_name: 'Bidirectional', config: { ...config, layer: { class_name, config: innerConfig } } };
  }
  if (kerasClass === 'SpectralNormalization') {
    if (!WITH_KERNEL.has(class_name)) {
      throw fileError(
        'unsupported',
        'a SpectralNormalization around a layer whose kernel is not normalised here',
        where,
        {
          received: class_name,
          expected: [...WITH_KERNEL].join(', '),
        },
      );
    }
    return { class_name: kerasClass, config: { ...config, layer: { class_name, config: innerConfig } } };
  }
  // What treats all steps alike needs nobody to take it from one to the next.
  if (STEPWISE.has(class_name)) return { class_name, config: { ...innerConfig, name: config['name'] } };
  const layer = { class_name, config: innerConfig };
  return { class_name: 'TimeDistributed', config: { ...config, layer }, ...(inner && { inner }) };
}

/** What two layers must have in common to be one layer, there and back. */
const settingsOf = ({
  class_name: kind,
  config: { name, seed, ...config },
}: Pick<ConvertedLayer, 'class_name' | 'config'>) =>
  JSON.stringify([kind, Object.entries({ go_backwards: false, ...config }).sort()]);

/** Whether a setting is absent or what it has to be; sizes of Keras may be repeated for each axis. */
function isSame(has: unknown, wanted: unknown): boolean {
  if (has === undefined || has === null || has === wanted) return true;
  return Array.isArray(has) && has.every((one) => one === wanted);
}

/** One setting: activations, initialisers and penalties by name, numbers and texts as they are. */
function settingOf(key: string, value: unknown, where: Place, { keras }: Context): unknown {
  if (/activation$/.test(key)) {
    const activation = value === null ? 'linear' : typeof value === 'object' ? (value as Json)['config'] : value;
    // Keras 2's had the slope that tfjs's has.
    if (activation === 'hard_sigmoid' && keras === 2) return 'hardSigmoid';
    if (typeof activation === 'string' && Object.hasOwn(ACTIVATION_NAMES, activation))
      return ACTIVATION_NAMES[activation];
    throw fileError('unsupported', 'an activation that tfjs does not compute as Keras does', where, {
      received: activation,
      expected: Object.keys(ACTIVATION_NAMES).join(', '),
    });
  }
  if (value === null) return null;
  if (/_initializer$/.test(key)) {
    const { class_name: kind, config } =
      typeof value === 'string' ? { class_name: value, config: {} } : (value as Json);
    // How weights were drawn once does not change what they are now: an unknown way is no reason to refuse the model.
    if (typeof kind !== 'string' || !Object.hasOwn(INITIALIZERS, kind)) return { class_name: 'Zeros', config: {} };
    const settings = Object.entries((config ?? {}) as Json).filter(
      ([name, setting]) => setting !== null && !name.endsWith('_axes'),
    );
    return { class_name: INITIALIZERS[kind], config: Object.fromEntries(settings) };
  }
  if (/_regularizer$/.test(key)) {
    const { class_name: kind, config } = value as { class_name?: string; config?: Json };
    if (kind === 'OrthogonalRegularizer')
      return { class_name: kind, config: { factor: config?.['factor'], mode: config?.['mode'] } };
    if (kind !== 'L1' && kind !== 'L2' && kind !== 'L1L2')
      throw fileError('unsupported', 'a penalty that tfjs does not have', where, {
        received: kind,
        expected: 'L1, L2, L1L2, OrthogonalRegularizer',
      });
    const number = (setting: unknown) => (typeof setting === 'number' ? setting : 0);
    return { class_name: 'L1L2', config: { l1: number(config?.['l1']), l2: number(config?.['l2']) } };
  }
  return value;
}

/** Where a model begins or ends, and the key of it where they are given as a dictionary. */
interface End {
  key: string | undefined;
  layer: string;
  node: number;
  tensor: number;
}

const callOf = ({ layer, node }: End): string => `${layer} ${node}`;

/** Inputs or outputs as Keras writes them: one, a list, a dictionary, or these within each other. */
function endsOf(value: unknown, what: string, place: Place, key?: string): End[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') throw malformed(`the ${what} of the model are not described`, place);
  if (!Array.isArray(value)) return Object.entries(value).flatMap(([name, one]) => endsOf(one, what, place, name));
  const [layer, node, tensor] = value as unknown[];
  if (typeof layer !== 'string') return value.flatMap((one) => endsOf(one, what, place, key));
  return [{ key, layer, node: Number(node ?? 0), tensor: Number(tensor ?? 0) }];
}

/**
 * Inputs and outputs of a dictionary bear its keys, by which Keras takes data, losses and names of the history; here that is the
 * name of their layer.
 */
function nameByKeys(layers: ConvertedLayer[], ends: End[], place: Place): void {
  const names = new Map<string, string>();
  for (const { key, layer } of ends) {
    if (key === undefined) continue;
    const before = names.get(layer);
    if (before !== undefined && before !== layerName(key))
      throw fileError(
        'unsupported',
        'two inputs or outputs of the model are of one layer',
        { ...place, layer },
        {
          received: [before, key],
          expected: 'a layer for each, such as keras.layers.Identity(name=...)',
        },
      );
    names.set(layer, layerName(key));
  }
  const taken = new Set(layers.map(({ name }) => name).filter((name) => !names.has(name)));
  for (const [layer, key] of names) if (taken.has(key)) names.delete(layer);
  const renamed = (name: string) => names.get(name) ?? name;
  for (const layer of layers) {
    const { name } = layer;
    layer.inbound_nodes = withReferences(layer.inbound_nodes ?? [], (other, node) => [renamed(other), node]);
    if (!names.has(name)) continue;
    Object.assign(layer, { kerasName: layer.kerasName ?? name, name: renamed(name) });
    layer.config = { ...layer.config, name: renamed(name) };
  }
  for (const end of ends) end.layer = renamed(end.layer);
}

/** The calls of a layer with other references: tensors are `[layer, node, tensor, settings]`, at any depth. */
function withReferences(
  calls: readonly unknown[],
  changed: (layer: string, node: number) => readonly [string, number],
): unknown[] {
  return calls.map((one) => {
    if (!Array.isArray(one)) return one;
    const [layer, node, ...rest] = one as unknown[];
    return typeof layer === 'string' && typeof node === 'number'
      ? [...changed(layer, node), ...rest]
      : withReferences(one, changed);
  });
}

function object(value: unknown, what: string, place: Place): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw malformed(`${what} is not described`, place);
}

const unknownLayer = (kind: string, name: string, place: Place, isOperation = false) =>
  fileError(
    'unsupported',
    isOperation ? `the operation ${kind} is not known here` : `a layer of the class ${kind} is not known here`,
    { ...place, layer: name },
    {
      expected: Object.keys(isOperation ? OPERATIONS : LAYERS).join(', '),
      fix: 'inspect its weights with inspect.file, or its predictions with inspect.predictions',
    },
  );
