import type { HeadPredictions } from '../plots';
import type { EpochEvent, FitOptions, Trainable, TrainingData } from '../training';
import type { ExploredRun } from './exploredRun';
import type { Measure } from './measures';
import type { PartialSetting, Setting } from './setting';

/** What to explore. Only `model`, `data` and `losses` have no default. */
export interface ExploreOptions {
  /** Builds an untrained model for a setting; its first weights must follow from `setting.seed` alone. */
  model: (setting: Setting) => Trainable;
  /** With validation rows: they are what runs are compared by. */
  data: TrainingData;
  losses: FitOptions['losses'];
  metrics?: FitOptions['metrics'];
  /** Default 30. */
  epochs?: number;
  /** Default 32. */
  batchSize?: number;
  /** Default `graph`: it starts at once, where XLA would first compile for seconds. */
  mode?: FitOptions['mode'];
  /** Where the sliders stand first: weights 1, rate 0.001, seed 1, `static` unless given. */
  start?: PartialSetting;
  /** Named settings, to be chosen from a list and run one after the other without a screen. */
  presets?: Readonly<Record<string, PartialSetting>>;
  /** Further things to choose, e.g. `{ headActivation: ['softplus', 'relu'] }`; the first of each is the start. */
  choices?: Readonly<Record<string, readonly string[]>>;
  /** Default: of each head the first metric, or else its loss. */
  measures?: readonly Measure[];
  /** Whether the rules of `diagnose` look at every finished run. Default true, for layered models. */
  verdicts?: boolean;
}

/** An epoch of a run of the explorer, while it trains. */
export interface ExploredEpoch extends EpochEvent {
  /** Targets and predictions of every head as the weights are now, of at most 600 validation rows. */
  predictions(): HeadPredictions[];
}

/** What else a run may be given. */
export interface RunControl {
  /** Default: the setting on one line. */
  name?: string;
  signal?: AbortSignal;
  /** Called after every epoch; the next waits for it. */
  onEpoch?: (event: ExploredEpoch) => unknown;
  /** Called with the recorded run before the rules look at it, which takes a moment; false spares them. */
  onTrained?: (run: ExploredRun) => Promise<boolean> | boolean;
}
