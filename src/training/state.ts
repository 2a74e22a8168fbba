import { ReluctantError, type TF, tf } from '../core';
import type { HistoryRow } from './history';
import type { Mode } from './mode';

/** The values of a variable. */
export interface SavedTensor {
  name: string;
  shape: readonly number[];
  values: Float32Array | Int32Array;
}

/**
 * Everything a run of `fit` needs to go on after an epoch as if it had never stopped: with the same model, data and
 * options, the resumed run ends with the same weights, bit for bit.
 */
export interface TrainingState {
  /** Epochs that are done. */
  epochs: number;
  /** How the steps ran; a resumed run keeps to it, since graph and XLA round differently. */
  mode: Exclude<Mode, 'auto'>;
  history: readonly HistoryRow[];
  lossWeights: Readonly<Record<string, number>>;
  /** The learning rate that `onEpoch` may have changed; absent in states of earlier versions. */
  learningRate?: number;
  /** What the run was begun with and cannot change on the way, as texts by name; absent in states of earlier versions. */
  settings?: Readonly<Record<string, string>>;
  /** By which the ledger of trials calls the run, so that it stays one trial when it goes on. */
  trial?: string;
  /** When the run was begun whose folder it is kept in; absent in states of earlier versions. */
  begun?: string;
  /** All weights of the model. */
  weights: readonly SavedTensor[];
  /** The optimiser's own variables. */
  slots: readonly SavedTensor[];
  /** The weights of the best epoch so far; empty before one. */
  best: readonly SavedTensor[];
}

/** What an optimiser has gathered, so that another fit of the same weights goes on with it. */
export interface OptimizerState {
  /** Batches it has behind it. */
  steps: number;
  slots: readonly SavedTensor[];
}

/** Copies the values of variables out of TensorFlow. */
export function saveTensors(tensors: readonly TF.Tensor[], names: readonly string[] = []): SavedTensor[] {
  return tensors.map((tensor, k) => ({
    name: names[k] ?? `${k}`,
    shape: tensor.shape,
    values: tensor.dataSync().slice() as Float32Array | Int32Array,
  }));
}

/** New tensors with saved values. The caller disposes of them. */
export function toTensors(saved: readonly SavedTensor[]): TF.Tensor[] {
  return saved.map(({ values, shape }) =>
    tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32'),
  );
}

/**
 * Puts saved values back into variables.
 * @throws ReluctantError `state-does-not-fit` when number or shapes differ.
 */
export function restoreTensors(what: string, variables: readonly TF.Variable[], saved: readonly SavedTensor[]): void {
  const shapes = (list: readonly { shape: readonly number[] }[]) => list.map(({ shape }) => `[${shape.join(', ')}]`);
  const expected = shapes(variables);
  const received = shapes(saved);
  if (expected.join() !== received.join()) {
    throw new ReluctantError({
      code: 'state-does-not-fit',
      operation: 'fit',
      problem: `the saved ${what} are not of this model`,
      received: received.join(' '),
      expected: expected.join(' '),
      fix: 'resume with the model and the optimiser the run was begun with',
    });
  }
  const tensors = toTensors(saved);
  variables.forEach((variable, k) => {
    variable.assign(tensors[k]!);
  });
  tf.dispose(tensors);
}
