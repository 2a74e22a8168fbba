import { fileError } from '../files/fileError';
import { type Call, TENSOR } from './calls';
import type { Json } from './description';
import type { GivenLayer, Substitute } from './substitutes';

/** Operations with two operands, by Keras's name. */
const BINARY: Readonly<Record<string, string>> = {
  Add: 'add',
  Subtract: 'subtract',
  Multiply: 'multiply',
  Divide: 'divide',
  TrueDivide: 'divide',
  Power: 'power',
};

/** Operations that are activations. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  Relu: 'relu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softplus: 'softplus',
  Silu: 'swish',
  Exp: 'exponential',
};

/** The layer that does what an operation of Keras on tensors does; its call says on what. */
export function operationLayer(layer: GivenLayer, { arguments: given }: Call): Substitute {
  const { kerasClass, config } = layer;
  const { name } = config;
  const activation = ACTIVATIONS[kerasClass];
  if (activation) return { class_name: 'Activation', config: { name, activation } };
  const binary = BINARY[kerasClass];
  if (binary) {
    const [left, right] = given;
    const operands = Object.entries({ left, right }).filter(([, value]) => value !== TENSOR);
    if (given.length !== 2 || operands.some(([, value]) => typeof value !== 'number')) throw unable(layer, given);
    return { class_name: 'Arithmetic', config: { name, operation: binary, ...Object.fromEntries(operands) } };
  }
  if (kerasClass === 'GetItem') {
    return { class_name: 'Selection', config: { name, places: placesOf(layer, given[1]) } };
  }
  const axes = typeof config['axis'] === 'number' ? [config['axis']] : config['axis'];
  // Samples stay apart, and an axis counted from the end may not be theirs: their number is not known here.
  if (!Array.isArray(axes) || axes.some((axis) => axis === 0 || !Number.isInteger(axis))) {
    throw unable(layer, [`axis = ${JSON.stringify(axes ?? null)}`]);
  }
  const operation = kerasClass.toLowerCase();
  return {
    class_name: 'Reduction',
    config: { name, operation, axes, keep_dimensions: config['keepdims'] === true },
  };
}

/** `x[:, -1, 2:5]` without its first place, which must keep all samples. */
function placesOf(layer: GivenLayer, given: unknown): unknown[] {
  const places = Array.isArray(given) ? given : [given];
  const read = places.map((place): unknown => {
    if (Number.isInteger(place)) return place;
    const { class_name: kind, config } = (place ?? {}) as { class_name?: string; config?: Json };
    const { start = null, stop = null, step = null } = config ?? {};
    const isWhole = (value: unknown) => value === null || Number.isInteger(value);
    if (kind !== '__slice__' || !isWhole(start) || !isWhole(stop) || (step !== null && step !== 1)) {
      throw unable(layer, places);
    }
    return { start, stop };
  });
  const [samples, ...rest] = read as { start: unknown; stop: unknown }[];
  if (typeof samples === 'number' || samples?.start !== null || samples.stop !== null) throw unable(layer, places);
  return rest;
}

const unable = ({ kerasClass, where }: GivenLayer, given: unknown[]) =>
  fileError('unsupported', `the operation ${kerasClass} is used in a way that cannot be computed here`, where, {
    received: given.map((value) => (value === TENSOR ? 'a tensor' : JSON.stringify(value))).join(', '),
    expected: 'tensors and numbers, samples kept apart, places from ... to ... in steps of 1',
    fix: 'inspect its weights with inspect.file, or its predictions with inspect.predictions',
  });
