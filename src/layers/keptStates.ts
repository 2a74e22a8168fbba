import { ReluctantError, type TF } from '../core';
import { layersWithin } from './keyedCalls';
import { keepsStates } from './recurrentCalls';
import { callWithStates } from './stateHolder';

/** The states that recurrent layers with `stateful: true` keep from one batch to the next. */
export interface KeptStates {
  /** The name of the first layer that keeps any. */
  layer: string;
  /** Rows that every batch has, since each row goes on where the row at its place in the batch before ended. */
  batchSize: number;
  /** Copies of the states as the layers have them now, which are the caller's. */
  read(): TF.Tensor[];
  /** Gives the layers other states, copies of these. */
  write(states: readonly TF.Tensor[]): void;
  /** Calls the model on so many rows from given states, and hands back those after it. The layers' own stay as they are. */
  during<T>(states: readonly TF.Tensor[], rows: number, run: () => T): { result: T; states: TF.Tensor[] };
}

/** What tfjs's recurrent layers do not declare of their states. */
interface Stateful extends TF.layers.Layer {
  /** Null, or empty, before the layer is built. */
  states_: TF.Tensor[];
  resetStates(states?: TF.Tensor[]): void;
}

/** The states of a model's layers; undefined for one whose batches stand each by itself. */
export function keptStates(model: TF.LayersModel): KeptStates | undefined {
  const all = [...new Set(layersWithin(model))].filter(keepsStates) as Stateful[];
  // A layer that goes both ways holds the one it has copied as well, which is never called.
  const layers = all.filter(({ states_ }) => states_?.length);
  const first = layers[0];
  if (!first) return undefined;
  const batchSize = first.states_[0]!.shape[0]!;
  const byLayer = (flat: readonly TF.Tensor[]): TF.Tensor[][] => {
    const left = [...flat];
    return layers.map(({ states_ }) => left.splice(0, states_.length));
  };
  return {
    layer: first.name,
    batchSize,
    read: () => layers.flatMap(({ states_ }) => states_.map((state) => state.clone())),
    write: (states) => {
      byLayer(states).forEach((own, k) => {
        layers[k]!.resetStates(own);
      });
    },
    during: (states, rows, run) => {
      if (rows !== batchSize) throw otherBatch(first.name, batchSize, rows);
      const called = callWithStates(layers, byLayer(states), run);
      return { result: called.result, states: called.states.flat() };
    },
  };
}

const otherBatch = (layer: string, batchSize: number, rows: number) =>
  new ReluctantError({
    code: 'state-batch',
    operation: 'fit',
    problem: 'a layer that keeps its state is given another number of rows than it has states for',
    where: { layer },
    received: `${rows} rows`,
    expected: `batches of ${batchSize} rows, as the model was made with`,
    fix: `give it ${batchSize} rows at a time, or make the layer with stateful: false`,
  });
