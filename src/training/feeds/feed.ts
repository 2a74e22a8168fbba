import type { Random, TF } from '../../core';
import type { RowOrder } from '../../data/samples/rowShards';
import type { TrainingBatch } from '../step/batch';
import type { Named } from '../trainable';

/** Source of training rows: what an epoch takes its batches from, wherever the rows lie. */
export interface Feed {
  /** Rows of an epoch. */
  readonly rows: number;
  /** Bytes that one row takes as tensors. */
  readonly rowBytes: number;
  /** Bytes of rows that one call of a loop takes at most; up to three times as much is held. */
  readonly callBytes: number;
  /** Steps that one call runs at most; default as many as there is room for. */
  readonly mostSteps?: number;
  /** Seconds of steps between two turns of the event loop; default a quarter. */
  readonly turnSeconds?: number;
  /** Rows that are predicted at a time at most, where memory is short. */
  readonly validationRows: number;
  /** Targets of all rows by head; undefined where they are not in memory, which leaves no metrics of whole columns. */
  readonly targets: Named<TF.Tensor> | undefined;
  /** A new order of the rows; undefined where they come in an order of their own. */
  shuffle(random: Random): RowOrder | undefined;
  /**
   * `count` rows from place `first` of an order on, as new tensors. Places past the last row hold another row; the steps
   * that would read them are not run.
   */
  take(first: number, count: number, order: RowOrder | undefined): TrainingBatch;
  /**
   * Of rows that have to be waited for: the next `rows` of an epoch with room for `room`, of which `left` come after them; undefined where
   * the signal came first. {@link take} then gives rows to trace with.
   */
  fetch?(
    epoch: number,
    count: { rows: number; room: number; left: number },
    signal: AbortSignal | undefined,
  ): Promise<TrainingBatch | undefined>;
  /** Frees the tensors that were made of the caller's. */
  dispose(): void;
}
