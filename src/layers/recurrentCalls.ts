import { isTracing, loopOverTime, type TimeStep } from '../compile';
import { type TF, tf } from '../core';
import { leaveStates, startingStates } from './stateHolder';

type Activation = { apply(x: TF.Tensor): TF.Tensor } | null;

/** The members of tfjs's recurrent layers and their cells that their classes do not declare. */
interface RecurrentLayer {
  cell?: TF.layers.Layer & RecurrentCell;
  stateful: boolean;
  returnSequences: boolean;
  returnState: boolean;
  goBackwards: boolean;
}

interface RecurrentCell {
  units: number;
  kernel: TF.LayerVariable;
  recurrentKernel: TF.LayerVariable;
  bias: TF.LayerVariable | null;
  activation: Activation;
  recurrentActivation: Activation;
  dropout: number;
  recurrentDropout: number;
  dropoutFunc?: (x: TF.Tensor, rate: number) => TF.Tensor;
}

/** What a cell computes of its gates' inputs, and how many gates, states and masks of dropout it has. */
interface CellKind {
  states: number;
  masks: number;
  /** The recurrent kernel in the parts that are multiplied with something of their own. */
  kernels(recurrent: TF.Tensor, units: number): TF.Tensor[];
  step(cell: RecurrentCell, x: TF.Tensor, states: TF.Tensor[], kernels: TF.Tensor[], drop: Drop): TF.Tensor[];
}

type Drop = (state: TF.Tensor) => TF.Tensor;

const act = (activation: Activation, x: TF.Tensor) => (activation ? activation.apply(x) : x);
const product = (a: TF.Tensor, b: TF.Tensor): TF.Tensor => tf.matMul(a as TF.Tensor2D, b as TF.Tensor2D);

/** The cells of tfjs, whose formulas are repeated here with the product of the inputs taken out of the loop. */
const CELLS: Readonly<Record<string, CellKind>> = {
  SimpleRNNCell: {
    states: 1,
    masks: 1,
    kernels: (recurrent) => [recurrent],
    step: ({ activation }, x, [h], [kernel], drop) => [act(activation, tf.add(x, product(drop(h!), kernel!)))],
  },
  LSTMCell: {
    states: 2,
    masks: 4,
    kernels: (recurrent) => [recurrent],
    step: ({ activation, recurrentActivation }, x, [h, c], [kernel], drop) => {
      const gates = tf.split(tf.add(x, product(drop(h!), kernel!)), 4, 1) as TF.Tensor[];
      const [input, forget, , output] = gates.map((gate, k) => (k === 2 ? gate : act(recurrentActivation, gate)));
      const carry = tf.add(tf.mul(forget!, c!), tf.mul(input!, act(activation, gates[2]!)));
      return [tf.mul(output!, act(activation, carry)), carry];
    },
  },
  GRUCell: {
    states: 1,
    masks: 3,
    kernels: (recurrent, units) => tf.split(recurrent, [2 * units, units], 1),
    step: ({ activation, recurrentActivation, units }, x, [h], [gateKernel, kernel], drop) => {
      const seen = drop(h!);
      const [xGates, xNew] = tf.split(x, [2 * units, units], 1) as [TF.Tensor, TF.Tensor];
      const gates = act(recurrentActivation, tf.add(xGates, product(seen, gateKernel!)));
      const [update, reset] = tf.split(gates, 2, 1) as [TF.Tensor, TF.Tensor];
      const fresh = act(activation, tf.add(xNew, product(tf.mul(reset, seen), kernel!)));
      return [tf.add(fresh, tf.mul(update, tf.sub(seen, fresh)))];
    },
  },
};

/**
 * What a recurrent layer of tfjs computes, as a loop in the graph instead of one copy of its cell per time step; while no step
 * is traced, the layer's own.
 *
 * @returns undefined for layers that stay as they are: those with cells other than tfjs's LSTM, GRU and simple cell.
 */
export function recurrentCall(layer: TF.layers.Layer): TF.layers.Layer['call'] | undefined {
  const { cell, stateful } = layer as unknown as RecurrentLayer;
  const kind = kindOf(layer);
  if (!cell || !kind) return undefined;
  const plain = layer.call.bind(layer);
  return (inputs, options) => {
    if (isTracing()) return tf.tidy(() => runLoop(layer as unknown as RecurrentLayer, cell, kind, inputs, options));
    return stateful ? withOwnStates(layer, plain, inputs, options) : plain(inputs, options);
  };
}

function kindOf(layer: TF.layers.Layer): CellKind | undefined {
  const { cell } = layer as unknown as RecurrentLayer;
  if (!cell || typeof cell.getClassName !== 'function') return undefined;
  return ['RNN', 'LSTM', 'GRU', 'SimpleRNN'].includes(layer.getClassName()) ? CELLS[cell.getClassName()] : undefined;
}

/** Whether a layer keeps its state between batches, and its calls can be given it from outside. */
export function keepsStates(layer: TF.layers.Layer): boolean {
  if (!(layer as unknown as RecurrentLayer).stateful) return false;
  return layer.getClassName() === 'ResetAfterGRU' || kindOf(layer) !== undefined;
}

/** tfjs's own call with states from outside, which it would otherwise change in the middle of a step. */
function withOwnStates(
  layer: TF.layers.Layer,
  plain: TF.layers.Layer['call'],
  inputs: TF.Tensor | TF.Tensor[],
  options: Record<string, unknown>,
): TF.Tensor | TF.Tensor[] {
  const start = startingStates(layer);
  if (!start) return plain(inputs, options);
  // Hides the layer's own until the call is over.
  Object.defineProperty(layer, 'resetStates', {
    value: (states: TF.Tensor[]) => leaveStates(layer, states),
    configurable: true,
  });
  try {
    return plain(inputs, { initialState: start, ...options });
  } finally {
    Reflect.deleteProperty(layer, 'resetStates');
  }
}

function runLoop(
  layer: RecurrentLayer,
  cell: RecurrentCell,
  kind: CellKind,
  inputs: TF.Tensor | TF.Tensor[],
  options: object | undefined,
): TF.Tensor | TF.Tensor[] {
  const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as TF.Tensor3D;
  const [samples, , channels] = x.shape;
  const { training, mask, initialState } = (options ?? {}) as Record<string, unknown>;
  const draw = (rate: number, width: number) =>
    dropoutMask(cell, rate, [samples, width], kind.masks, training === true);
  const inputMask = draw(cell.dropout, channels);
  const stateMask = draw(cell.recurrentDropout, cell.units);
  const order = <T extends TF.Tensor>(sequence: T): T =>
    layer.goBackwards ? (tf.reverse(sequence, 0) as T) : sequence;
  const projected = order(project(cell, inputMask ? tf.mul(x, inputMask.expandDims(1)) : x));
  const masks = mask ? [order(overTime(mask as TF.Tensor))] : [];
  const kernels = kind.kernels(cell.recurrentKernel.read(), cell.units);
  const step: TimeStep = (states, [now, ...isKept], constants) => {
    const drop: Drop = (state) => (stateMask ? tf.mul(state, constants.at(-1)!) : state);
    let next = kind.step(cell, now!, states, constants.slice(0, kernels.length), drop);
    if (isKept[0]) {
      const passed = tf.sub(1, isKept[0]);
      next = next.map((state, k) => tf.add(tf.mul(state, isKept[0]!), tf.mul(states[k]!, passed)));
    }
    return { carried: next, kept: layer.returnSequences ? [next[0]!] : [] };
  };
  const start =
    (initialState as TF.Tensor[] | undefined) ??
    startingStates(layer) ??
    Array.from({ length: kind.states }, () => tf.zeros([samples, cell.units]));
  const { carried, kept } = loopOverTime(step, {
    carried: start,
    sequences: [projected],
    fixedSequences: masks,
    weights: kernels,
    fixed: stateMask ? [stateMask] : [],
  });
  leaveStates(layer, carried);
  const output = layer.returnSequences ? tf.transpose(kept[0]!, [1, 0, 2]) : carried[0]!;
  return layer.returnState ? [output, ...carried] : output;
}

/** The product of all time steps' inputs with the kernel, [time, samples, gates]. */
function project(cell: RecurrentCell, x: TF.Tensor): TF.Tensor3D {
  const [samples, time, channels] = x.shape as [number, number, number];
  const rows = tf.transpose(x, [1, 0, 2]).reshape([time * samples, channels]);
  const gates = product(rows, cell.kernel.read());
  const biased = cell.bias ? tf.add(gates, cell.bias.read()) : gates;
  return biased.reshape([time, samples, -1]);
}

/** A mask over time as [time, samples, 1]. */
function overTime(mask: TF.Tensor): TF.Tensor {
  const [samples, time] = mask.shape as [number, number];
  return tf.transpose(tf.cast(tf.cast(mask, 'bool'), 'float32').reshape([samples, time, 1]), [1, 0, 2]);
}

/** The first of as many masks as tfjs draws, so that the numbers that follow are the same as in its own loop. */
function dropoutMask(
  { dropoutFunc }: RecurrentCell,
  rate: number,
  shape: [number, number],
  count: number,
  training: boolean,
): TF.Tensor | undefined {
  if (!(rate > 0 && rate < 1) || !training) return undefined;
  const drop = dropoutFunc ?? ((ones: TF.Tensor) => tf.dropout(ones, rate));
  return Array.from({ length: count }, () => drop(tf.ones(shape), rate))[0];
}
