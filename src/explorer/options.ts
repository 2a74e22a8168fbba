import type { HeadPredictions } from '../plots';
import type { SettingChanges } from '../programs';
import type { EpochEvent } from '../training';
import type { ExploredRun } from './exploredRun';
import type { Measure } from './measures';
import type { Presenter } from './presenter';

/** Options of {@link explore}. */
export interface ExploreOptions {
  /** Named settings, to be chosen from a list and run one after the other. Default: the program's own. */
  presets?: Readonly<Record<string, SettingChanges<Readonly<Record<string, unknown>>>>>;
  /** Default: of each head the first metric, or else its loss. */
  measures?: readonly Measure[];
  /** Whether the rules of `diagnose` look at every finished run. Default true, for layered models. */
  verdicts?: boolean;
  /** Folder to which every finished run is written, as `reluctant runs` lists them. Default: none. */
  folder?: string;
  /** Shows progress and surfaces. Default: the notebook's, where {@link explore} is called. */
  presenter?: Presenter;
}

/** An epoch of a run of the explorer, while it trains. */
export interface ExploredEpoch extends EpochEvent {
  /** Targets and predictions of every head as the weights are now, of at most 600 validation rows. */
  predictions(): HeadPredictions[];
}

/** Control of one run of the explorer. */
export interface RunControl {
  /** Default: the setting on one line. */
  name?: string;
  signal?: AbortSignal;
  /** Called after every epoch; the next waits for it. */
  onEpoch?: (event: ExploredEpoch) => unknown;
  /** Called with the recorded run before the rules look at it, which takes a moment; false spares them. */
  onTrained?: (run: ExploredRun) => Promise<boolean> | boolean;
}
