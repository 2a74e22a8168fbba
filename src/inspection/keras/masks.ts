import { fileError } from '../files/fileError';
import type { Json, Place } from './description';

/** What a mask is made of: a tensor, and the value in it that says that a step does not count. */
interface Mask {
  of: string;
  value: number;
}

/** One call of a layer; tensors are known by the call that made them. */
interface MaskedCall {
  layer: Json;
  inputs: string[];
  /** The operation that made the mask it is given by name, in files of Keras 3. */
  mask: string | undefined;
  /** What stands between the tensors. */
  values: unknown[];
}

/** Layers that treat every step by itself and hand its mask on, here as in Keras. */
const HAND_ON: ReadonlySet<string> = new Set([
  ...['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'Dense', 'Identity', 'LayerNormalization', 'TimeDistributed'],
  ...['Dropout', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'],
]);
const RECURRENT: ReadonlySet<string> = new Set(['Bidirectional', 'GRU', 'LSTM', 'SimpleRNN']);
/** Operations that Keras 3 makes masks by, and writes down as if they were layers of the model. */
const OF_MASKS: ReadonlySet<string> = new Set(['Any', 'NotEqual']);

const configOf = (layer: Json): Json => (layer['config'] ?? {}) as Json;
const nameOf = (layer: Json): string => String(layer['name'] ?? configOf(layer)['name']);

/**
 * The layers of a model without what Keras 3 writes down of masks: here every layer is handed the mask of its own input. A model in which
 * that would be another mask than in Keras is refused.
 *
 * @param ends by which calls the outputs are made; of a sequential model they are found.
 * @param isWithin whether it is a layer of another model.
 * @throws ReluctantError `unsupported`, naming the layer.
 */
export function withoutMasks(
  list: readonly Json[],
  ends: readonly string[] | undefined,
  isWithin: boolean,
  place: Place,
): Json[] {
  if (!list.some(makesMask)) return [...list];
  const walk = new MaskWalk(ends ? callsByName(list) : callsInOrder(list), place);
  walk.check();
  if (isWithin) walk.checkEnds(ends ?? [String(list.length - 1)]);
  return ends ? withoutOperations(list, ends) : [...list];
}

const makesMask = (layer: Json): boolean =>
  layer['class_name'] === 'Masking' || (layer['class_name'] === 'Embedding' && configOf(layer)['mask_zero'] === true);

const isOperation = (layer: Json): boolean => /^keras(\.src)?\.ops\b/.test(String(layer['module'] ?? ''));

/** Follows masks from the layers that make them. */
class MaskWalk {
  private readonly known = new Map<string, Mask | undefined>();
  private readonly behind = new Map<string, boolean>();

  constructor(
    private readonly calls: ReadonlyMap<string, MaskedCall>,
    private readonly place: Place,
  ) {}

  check(): void {
    for (const [key, { layer, inputs, mask }] of this.calls) {
      this.maskOf(key);
      const own = inputs[0] === undefined ? undefined : this.maskOf(inputs[0]);
      if (mask !== undefined && !isSame(own, this.madeBy(mask)))
        throw this.refusal(layer, 'a layer is given another mask than that of its input');
      // tfjs would hand a mask that has ended on to it.
      if (RECURRENT.has(String(layer['class_name'])) && own === undefined && this.isBehindMask(key))
        throw this.refusal(layer, 'a recurrent layer stands behind one at which a mask has ended');
    }
  }

  checkEnds(ends: readonly string[]): void {
    for (const end of ends)
      if (this.maskOf(end) !== undefined)
        throw this.refusal(this.calls.get(end)!.layer, 'a model within a model hands a mask on');
  }

  private maskOf(key: string): Mask | undefined {
    if (this.known.has(key)) return this.known.get(key);
    // Calls in a circle have no mask; that there are none is said where the layers are put together.
    this.known.set(key, undefined);
    const call = this.calls.get(key);
    const mask = call && this.made(call);
    this.known.set(key, mask);
    return mask;
  }

  private made({ layer, inputs }: MaskedCall): Mask | undefined {
    const config = configOf(layer);
    if (makesMask(layer)) return { of: inputs[0]!, value: Number(config['mask_value'] ?? 0) };
    const given = inputs.map((input) => this.maskOf(input));
    const kind = String(layer['class_name']);
    const isOfMask = isOperation(layer) && OF_MASKS.has(kind);
    if (isOfMask || given.every((mask) => mask === undefined)) return undefined;
    if (!isOperation(layer) && HAND_ON.has(kind)) return given[0];
    if (isOperation(layer) || !RECURRENT.has(kind))
      throw this.refusal(layer, 'a mask meets a layer that would count the masked steps here');
    const inner = kind === 'Bidirectional' ? configOf((config['layer'] ?? {}) as Json) : config;
    return inner['return_sequences'] === true ? given[0] : undefined;
  }

  /** The mask that an operation makes; undefined for one that Keras does not make by itself. */
  private madeBy(key: string, depth = 0): Mask | undefined {
    const call = this.calls.get(key);
    if (!call || !isOperation(call.layer)) return undefined;
    if (call.layer['class_name'] === 'Any') return depth < 2 ? this.madeBy(call.inputs[0]!, depth + 1) : undefined;
    const [value] = call.values;
    return call.layer['class_name'] === 'NotEqual' && typeof value === 'number'
      ? { of: call.inputs[0]!, value }
      : undefined;
  }

  private isBehindMask(key: string): boolean {
    const before = this.behind.get(key);
    if (before !== undefined) return before;
    this.behind.set(key, false);
    const call = this.calls.get(key);
    const isBehind =
      call !== undefined && (makesMask(call.layer) || call.inputs.some((input) => this.isBehindMask(input)));
    this.behind.set(key, isBehind);
    return isBehind;
  }

  private refusal(layer: Json, problem: string) {
    return fileError(
      'unsupported',
      problem,
      { ...this.place, layer: nameOf(layer) },
      {
        received: layer['class_name'],
        expected: `behind a mask: ${[...RECURRENT, ...HAND_ON].join(', ')}`,
        fix: 'put a recurrent layer without return_sequences between them, or inspect its predictions with inspect.predictions',
      },
    );
  }
}

const isSame = (one: Mask | undefined, other: Mask | undefined): boolean =>
  one !== undefined && other !== undefined && one.of === other.of && one.value === other.value;

/** Calls of a sequential model, known by their place. */
function callsInOrder(list: readonly Json[]): Map<string, MaskedCall> {
  return new Map(
    list.map((layer, k) => [String(k), { layer, inputs: k === 0 ? [] : [String(k - 1)], mask: undefined, values: [] }]),
  );
}

/** Calls of a functional model, known by layer and number. */
function callsByName(list: readonly Json[]): Map<string, MaskedCall> {
  const calls = new Map<string, MaskedCall>();
  for (const layer of list) {
    const nodes = Array.isArray(layer['inbound_nodes']) ? layer['inbound_nodes'] : [];
    nodes.forEach((node, k) => {
      const { args = node, kwargs = {} } = (Array.isArray(node) ? {} : node) as { args?: unknown; kwargs?: Json };
      calls.set(`${nameOf(layer)} ${k}`, {
        layer,
        inputs: referencesIn(args),
        mask: referencesIn(kwargs['mask'])[0],
        values: Array.isArray(args) ? args.filter((value) => typeof value === 'number') : [],
      });
    });
  }
  return calls;
}

/** The calls that made the tensors in a description, in the form of Keras 2 or 3, at any depth. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) {
    const { class_name: kind, config } = value as { class_name?: unknown; config?: Json };
    return kind === '__keras_tensor__' ? referencesIn(config?.['keras_history']) : [];
  }
  const [layer, node] = value as unknown[];
  if (typeof layer === 'string' && typeof node === 'number') return [`${layer} ${node}`];
  return value.flatMap(referencesIn);
}

/** Without operations that nobody but masks needs, and without masks by name. */
function withoutOperations(list: readonly Json[], ends: readonly string[]): Json[] {
  let left = list.map((layer) => {
    const nodes = layer['inbound_nodes'];
    if (!Array.isArray(nodes)) return layer;
    return { ...layer, inbound_nodes: nodes.map(withoutMask) };
  });
  for (let before = Number.POSITIVE_INFINITY; left.length < before; ) {
    before = left.length;
    const needed = new Set([...ends, ...[...callsByName(left).values()].flatMap(({ inputs }) => inputs)]);
    left = left.filter(
      (layer) => !(isOperation(layer) && OF_MASKS.has(String(layer['class_name']))) || needed.has(`${nameOf(layer)} 0`),
    );
  }
  return left;
}

function withoutMask(node: unknown): unknown {
  const { kwargs } = node as { kwargs?: Json };
  if (Array.isArray(node) || referencesIn(kwargs?.['mask']).length === 0) return node;
  const { mask: _, ...rest } = kwargs!;
  return { ...(node as Json), kwargs: rest };
}
