import type { HistoryRow } from './history';
import type { Mode } from './mode';

/** Why a run ended. */
export type StopReason = 'finished' | 'early-stopping' | 'aborted' | 'not-finite' | 'requested';

/** Where a loss, or the weights after a step, stopped being finite numbers. */
export interface NotFinite {
  epoch: number;
  /** Step in the epoch, counted from 0. */
  step: number;
  /** The head whose loss it was, `loss` for the total, `gradients` if the losses were finite and the new weights not. */
  term: string;
  /** Row numbers of that step's batch. */
  rows: number[];
}

/** Outcome of a training run as plain data: what a `Run` is, and what watchers are given at its end. */
export interface RunOutcome {
  /** One row per epoch, `epoch` counted from 0. */
  readonly history: readonly HistoryRow[];
  /** The epoch with the best monitored value, counted from 0; -1 before the first. */
  bestEpoch: number;
  /** The key that `bestEpoch` is the best of. */
  monitor: string;
  stopReason: StopReason;
  /** What was given to `stop(reason)`. */
  stopNote: string | undefined;
  /** Set when `stopReason` is `not-finite`. The model then has the weights from before that step. */
  notFinite: NotFinite | undefined;
  /** How the steps ran. */
  mode: Exclude<Mode, 'auto'>;
  /** Why in that mode. */
  modeReason: string;
  /** Wall-clock time of the whole call, compilation included. */
  seconds: number;
  /** The part of it that was tracing, compiling and measuring. */
  compileSeconds: number;
  /** Steps taken. */
  steps: number;
  /**
   * The least losses that constant outputs have on the same rows, by the history's names for losses: what a run has to beat. Those
   * of heads that predict sequences or pictures, and of rows that are not in memory, are not there.
   */
  readonly constantLosses: Readonly<Record<string, number>>;
  /** What the reader should know, such as why a step could not be compiled. */
  readonly warnings: readonly string[];
}
