import type { BalancerName, BalancerOptions } from '../losses';
import type { Averaging } from './averaging';
import type { ByHead, HistoryRow, LossChoices, MetricChoices } from './history';
import type { Mode } from './mode';
import type { OptimizerChoice, OptimizerOptions } from './optimizerOptions';
import type { RunOutcome } from './outcome';
import type { TrainingData } from './samples';
import type { Schedule } from './schedules';
import type { OptimizerState, TrainingState } from './state';
import type { Trainable } from './trainable';

/**
 * How much rows of each class count, by class number; of a class that is not named 1. `balanced` weighs every class as if all
 * occurred equally often: rows / (classes × rows of the class), as in scikit-learn.
 */
export type ClassWeights = Readonly<Record<number, number>> | 'balanced';

/** When to stop because a number no longer improves. */
export interface EarlyStopping {
  /** A key of the history; default `val_loss` with validation rows, else `loss`. */
  monitor?: string;
  /** Whether smaller or larger is better; default by the key: `max` for accuracy, AUC and IC, else `min`. */
  mode?: 'min' | 'max';
  /** Epochs without improvement before stopping; default 10. */
  patience?: number;
  /** Improvements no larger than this do not count; default 0. */
  minDelta?: number;
  /** Put back the weights of the best epoch at the end, however the run ended; default true. */
  restoreBestWeights?: boolean;
}

/** When to lower the learning rate because a number no longer improves. */
export interface ReduceOnPlateau {
  /** As in {@link EarlyStopping}. */
  monitor?: string;
  mode?: 'min' | 'max';
  /** What the learning rate is multiplied by; default 0.1. */
  factor?: number;
  /** Epochs without improvement before it is; default 10. */
  patience?: number;
  minDelta?: number;
  /** Never below this; default 0. */
  minLearningRate?: number;
}

/** What {@link FitOptions.onEpoch} is told. The model's weights are ordinary variables at that moment. */
export interface EpochEvent {
  /** Counted from 0. */
  epoch: number;
  epochs: number;
  row: HistoryRow;
  history: readonly HistoryRow[];
  /** Weights of the losses by head; a changed value counts from the next epoch on and recompiles nothing. */
  lossWeights: Record<string, number>;
  /**
   * The learning rate that schedule and plateaus are factors on. Assigning it counts from the next epoch on and recompiles
   * nothing.
   */
  learningRate: number;
  /** Ends the run after this epoch. */
  stop(reason?: string): void;
}

/** What {@link FitOptions.onBatch} is told. */
export interface BatchEvent {
  /** Counted from 0. */
  epoch: number;
  /** Of this epoch, counted from 0. */
  step: number;
  stepsPerEpoch: number;
  /** The losses and metrics of this batch, from before its step, under the history's names. */
  row: HistoryRow;
  /** Ends the run here; the epoch gets no row in the history. */
  stop(reason?: string): void;
}

/** Something that looks at a run as it goes: `diagnosis.watchRules` makes one that applies the rules. */
export interface Watcher {
  /** Called before the first step, when the weights are still the initial ones. `mode` is how the steps will run. */
  begin?(start: { model: Trainable; data: TrainingData; options: FitOptions; mode: Exclude<Mode, 'auto'> }): void;
  /** Called after every epoch, before `onEpoch`; a text that is returned ends the run and becomes its `stopNote`. */
  evaluate(event: EpochEvent): string | undefined;
  /** Called once at the end, however the run ended. */
  end?(run: RunOutcome): void;
}

/** What {@link FitOptions.onProgress} is told, a few times a second. */
export interface Progress {
  epoch: number;
  epochs: number;
  /** Steps done in this epoch. */
  step: number;
  stepsPerEpoch: number;
  seconds: number;
  /** Seconds the rest would take at the speed so far; undefined before the first step. */
  secondsLeft: number | undefined;
}

/** Which program is trained, and at which setting: with a module, enough to train the same again in another process. */
export interface ProgramReference {
  name: string;
  /** Path of the module that the program is the default export of, or the name of a recipe. */
  module?: string;
  /** Plain JSON. */
  setting: Readonly<Record<string, unknown>>;
  /** Changes made to it since, in words. */
  changes?: readonly string[];
  /** Settings that were given and that no part of the program has read so far; not written into records. */
  readonly unread?: readonly string[];
}

/** How to train. Only `losses` has no default. */
export interface FitOptions<
  Losses extends LossChoices = LossChoices,
  Metrics extends MetricChoices = MetricChoices,
  Balancer extends BalancerName | BalancerOptions = BalancerName | BalancerOptions,
  Shares extends boolean = boolean,
  Optimizer extends OptimizerChoice = OptimizerOptions,
> {
  /** The loss of each head; one loss alone serves a model of one head. */
  losses: Losses;
  /** How much each head's loss counts; default 1. Changing them recompiles nothing. */
  lossWeights?: ByHead<Losses, number>;
  /**
   * How the heads' losses are weighed against each other while training; default `static`, the loss weights as they are.
   * Validation losses are always weighed by `lossWeights`, so that runs of different balancers compare.
   */
  balancer?: Balancer;
  /**
   * Records per epoch what each head's loss asks of the shared weights: `<head>_gradient_share`, its share in the sum of the
   * norms, and `<head>_gradient_cosine` with the step taken. One backward pass per head; default false.
   */
  gradientShares?: Shares;
  /** How much rows of each class count, by head: by class number, or `balanced`. */
  classWeights?: ByHead<Losses, ClassWeights>;
  /** Metrics by head, or for the only head: names, or metrics of one's own. */
  metrics?: Metrics;
  /** Default 10. */
  epochs?: number;
  /** Rows per step; default 32. The last batch of an epoch is smaller if they do not divide the rows. */
  batchSize?: number;
  /** A name, settings, or an optimiser of `tf.train`, whose settings are taken as they are; default Adam. */
  optimizer?: Optimizer;
  /** Factor on the learning rate per step; default constant. */
  schedule?: Schedule;
  reduceOnPlateau?: ReduceOnPlateau;
  /** Gradients longer than this, taken together, are scaled down to it. */
  clipNorm?: number;
  /** The gradient of each variable that is longer than this is scaled down to it, by itself: Keras's `clipnorm`. */
  clipVariableNorm?: number;
  /** Gradients are cut to [-clipValue, clipValue]. */
  clipValue?: number;
  /**
   * Batches whose gradients are averaged for one step, as if they were one batch; default 1. Batches left over at the end of the
   * run make no step. Losses and schedules go on batch by batch.
   */
  accumulateSteps?: number;
  /**
   * Averages of the weights that take their place for validation, for the best epoch and at the end. Moving statistics of batch
   * normalisations are not averaged.
   */
  averaging?: Averaging;
  /** New order of the rows in every epoch; default true. Layers that keep their state from batch to batch need false. */
  shuffle?: boolean;
  /** Seed of order and of dropout; default 0. The same seed and mode give the same bits. */
  seed?: number;
  /**
   * Default `auto`: measures before the first epoch, in at most 2 seconds or a twentieth of the run, how the steps run fastest, and
   * remembers it for the next run of the same step.
   */
  mode?: Mode;
  earlyStopping?: EarlyStopping;
  /**
   * Called after every batch, when the weights are those of that moment; may be asynchronous. Batches then run one by one, which
   * is many times slower for small models.
   */
  onBatch?: (event: BatchEvent) => void | Promise<void>;
  /** Called after every epoch; may be asynchronous. */
  onEpoch?: (event: EpochEvent) => void | Promise<void>;
  /** Looked at by each of these after every epoch; any of them can end the run. */
  watch?: readonly Watcher[];
  onProgress?: (progress: Progress) => void;
  /** Called after every epoch, after `onEpoch`, with a function that copies out all that is needed to resume there. */
  onCheckpoint?: (save: () => TrainingState) => void | Promise<void>;
  /** Goes on from here: the run ends as it would have without the interruption, bit for bit. */
  resumeFrom?: TrainingState;
  /**
   * A run of the same weights whose optimiser goes on here, with its momenta and its count of steps, in place of a fresh one.
   * Epochs and schedule begin anew.
   */
  continueFrom?: { readonly optimizerState: OptimizerState | undefined };
  /**
   * Ends the run within a fraction of a second (one step, if steps are slower), keeping what was learnt. The stop button of a
   * notebook does the same without it.
   */
  signal?: AbortSignal;
  /** Prints a line per epoch; default false. */
  verbose?: boolean;
  /** Which program is trained, for records of the run; `train` fills it in. */
  program?: ProgramReference;
  /**
   * By which the ledger of trials calls this training. Default: a new name each time; one that may be killed before its first checkpoint
   * and begins again keeps its name, so that it was tried once.
   */
  trial?: string;
}
