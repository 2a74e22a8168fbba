import { fileError } from '../files/fileError';
import type { Json, Place } from './description';
import type { LayerRule } from './layers';

/** Where a tensor comes from: a layer, which of its calls, which of its outputs, and nothing. */
export type Reference = [layer: string, node: number, tensor: number, options: object];

/** One call of a layer. */
export interface Call {
  inputs: Reference[];
  /** What stood between the tensors, for operations: each tensor, or the value in its place. */
  arguments: unknown[];
  /** Arguments by name that the layer takes as settings. */
  flags: Json;
}

/** Stands for a tensor among the arguments of a call. */
export const TENSOR = Symbol('tensor');

/** The calls of a layer, in Keras 2's form or in Keras 3's. */
export function callsOf(nodes: unknown, kerasClass: string, rule: LayerRule, where: Place): Call[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.map((node) => (Array.isArray(node) ? oldCall(node) : newCall(node)));

  function oldCall(node: unknown[]): Call {
    const inputs = node.map((one) => referenceOf(one, where));
    const named = (Array.isArray(node[0]) ? (node[0][3] as Json | undefined) : undefined) ?? {};
    const more = namedTensors(named, (value) => (isReference(value) ? referenceOf(value, where) : undefined));
    return { inputs: [...inputs, ...more], arguments: inputs.map(() => TENSOR), flags: flagsOf(named) };
  }

  function newCall(node: unknown): Call {
    const { args, kwargs } = (typeof node === 'object' && node !== null ? node : {}) as Json;
    if (!Array.isArray(args)) throw malformed('a call of a layer is not described', where);
    const inputs: Reference[] = [];
    const walked = args.map((value) => walk(value, inputs));
    const named = (kwargs ?? {}) as Json;
    const more = namedTensors(named, tensorOf);
    return { inputs: [...inputs, ...more], arguments: walked, flags: flagsOf(named) };
  }

  /** Collects the tensors in an argument, and returns the argument with a mark in the place of each. */
  function walk(value: unknown, references: Reference[]): unknown {
    const reference = tensorOf(value);
    if (reference) {
      references.push(reference);
      return TENSOR;
    }
    return Array.isArray(value) ? value.map((one) => walk(one, references)) : value;
  }

  function tensorOf(value: unknown): Reference | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const { class_name: kind, config } = value as { class_name?: string; config?: Json };
    return kind === '__keras_tensor__' ? referenceOf(config?.['keras_history'], where) : undefined;
  }

  function namedTensors(named: Json, read: (value: unknown) => Reference | undefined): Reference[] {
    const references = (rule.tensors ?? []).map((key) => read(named[key]));
    return references.filter((reference) => reference !== undefined);
  }

  /** Arguments by name, without the tensors; those that say nothing are left out, those nobody can do are refused. */
  function flagsOf(named: Json): Json {
    const flags: Json = {};
    for (const [key, value] of Object.entries(named)) {
      if (value === null || value === undefined || value === false || key === 'name') continue;
      if (rule.flags?.includes(key)) flags[key] = value;
      else if (!rule.tensors?.includes(key)) {
        throw fileError('unsupported', `a ${kerasClass} layer is called in a way that cannot be computed here`, where, {
          received: `${key} = ${tensorOf(value) ? 'a tensor' : JSON.stringify(value)}`,
          expected: `a call without ${key}`,
          fix: 'inspect its weights with inspect.file, or its predictions with inspect.predictions',
        });
      }
    }
    return flags;
  }
}

/**
 * Calls in which no tensor is handed over twice: tfjs frees it in between. For a layer that compares its inputs,
 * `roles` says which of those left it takes where.
 *
 * @throws ReluctantError `unsupported` where other layers are handed a tensor twice, or calls differ in it.
 */
export function withoutRepeats(calls: Call[], kerasClass: string, rule: LayerRule, where: Place): Call[] {
  const distinct = calls.map((call) => {
    const keys = call.inputs.map((input) => JSON.stringify(input));
    const left = [...new Set(keys)];
    if (left.length === keys.length) return call;
    const inputs = left.map((key) => JSON.parse(key) as Reference);
    return { ...call, inputs, flags: { ...call.flags, roles: keys.map((key) => left.indexOf(key)) } };
  });
  if (rule.repeats || distinct.every((call, k) => call === calls[k])) return distinct;
  throw fileError('unsupported', `a ${kerasClass} layer is handed the same tensor twice`, where, {
    expected: 'another tensor for each input',
    fix: 'inspect its weights with inspect.file, or its predictions with inspect.predictions',
  });
}

const isReference = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === 'string';

function referenceOf(value: unknown, where: Place): Reference {
  if (Array.isArray(value) && typeof value[0] === 'string' && Number.isInteger(value[1]) && Number.isInteger(value[2]))
    return [value[0], value[1], value[2], {}];
  throw malformed('an input of a layer does not say where it comes from', where);
}

/** The error for a file that does not say what it has to. */
export const malformed = (problem: string, place: Place) =>
  fileError('malformed', problem, place, { fix: 'save the model again with model.save("model.keras")' });
