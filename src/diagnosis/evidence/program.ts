import type { TF } from '../../core';
import type { Snapshot } from '../../inspection';
import type { ProgramParts } from '../../programs';
import type { FitOptions, NotFinite } from '../../training';

/** One epoch of a run, by Keras's names: `loss`, `<head>_loss`, `val_loss`, `val_<head>_<metric>` ... */
export type EpochRow = Readonly<Record<string, number>>;

/** How well a program learns a handful of rows by heart, head by head. */
export interface SingleBatchFit {
  head: string;
  /** Mean absolute error on these rows after training on nothing else. */
  error: number;
  /** The same over the standard deviation of these rows' targets. */
  relativeError: number;
}

/** What a diagnosis reads of a run. A `Run` of `fit` has it; a history from elsewhere is enough to begin with. */
export interface RunLike {
  history: readonly EpochRow[];
  /** The weights before the first step: what `inspect.snapshot(model)` gave then. */
  initialWeights?: Snapshot;
  /** Where a loss or the weights stopped being finite, when `fit` ended the run for it. */
  notFinite?: NotFinite | undefined;
  /** What `fitSingleBatch` found, for the rule that asks for it. */
  singleBatch?: readonly SingleBatchFit[] | undefined;
}

/** What a diagnosis reads of the options of `fit`: all of them, `losses` at least. */
export type TrainingOptions = Readonly<FitOptions>;

/** The parts of a program that is diagnosed: its model has layers to look into. */
export type LayersProgram = ProgramParts<TF.LayersModel>;
