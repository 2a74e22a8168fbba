import { closest, interruptSignal, ReluctantError } from '../../core';
import type { NotedTrial } from '../../ledger';
import { balancers } from '../../losses';
import type { Feed } from '../feeds/feed';
import { feedOf } from '../feeds/feedOf';
import { TensorFeed } from '../feeds/tensorFeed';
import { type HistoryRow, measuredKeys } from '../history';
import { checkAlive, checkTrainable, occupy } from '../modelChecks';
import type { OptimizerChoice } from '../optimizerOptions';
import type { EpochEvent, FitOptions } from '../options';
import { Run, type WeightValues } from '../run';
import type { TrainingData } from '../samples';
import { checkOptions, type RunSettings } from '../settings';
import { restoreTensors, saveTensors, type TrainingState } from '../state';
import { checkStates } from '../stateChecks';
import { Averages } from '../step/averages';
import { Balancing, balanceKeys } from '../step/balancing';
import { createOptimizer } from '../step/optimizers';
import type { StepPlan } from '../step/plan';
import { faceOf, type ModelFace, type Trainable } from '../trainable';
import { noteEnd, noteFailure, noteTraining } from '../trial';
import { BestWeights } from './bestWeights';
import { constantLossesOf } from './constantLosses';
import { continuedSteps, saveOptimizer } from './continuedFit';
import { checkData } from './dataChecks';
import { epochLine } from './epochLine';
import { type EpochNumbers, type EpochOutcome, Epochs } from './epochs';
import { LearningRate } from './learningRate';
import { Monitor } from './monitor';
import { checkSameSettings, settingsToResume } from './resume';
import { TrainingStates } from './trainingStates';
import { validate } from './validation';

/** A run keeps the initial values of at most so many weights: 64 MB. */
const MOST_KEPT = 2 ** 24;

/** One call of `fit`, told in steps: prepare, begin, epoch after epoch, put back the best weights, finish. */
export class Training {
  private readonly started = performance.now();
  private readonly run: Run;
  private readonly settings: RunSettings;
  private readonly feed: Feed;
  private readonly validation: TensorFeed | undefined;
  private readonly plan: StepPlan;
  private readonly epochs: Epochs;
  private readonly monitor: Monitor;
  private readonly learningRate: LearningRate;
  private readonly best: BestWeights;
  private readonly lossWeights: Record<string, number>;
  private readonly signal: AbortSignal;
  private readonly disposables: { dispose(): void }[] = [];
  private next = 0;
  private trial: NotedTrial | undefined;

  /** Prepares: checks options and data, makes what the steps need, traces and measures. Trains nothing. */
  constructor(
    private readonly model: Trainable,
    private readonly data: TrainingData,
    private readonly options: FitOptions,
    private readonly optimizer: OptimizerChoice | undefined,
  ) {
    checkAlive(model);
    const face = faceOf(model);
    checkTrainable(model, face);
    this.settings = checkOptions(face, options);
    checkData(data);
    const initialWeights = options.resumeFrom ? undefined : valuesOf(face);
    this.run = new Run({ model, data, options, initialWeights });
    this.lossWeights = { ...this.settings.lossWeights };
    // Held from the start: training that outlives its cell still hears of an interruption that came between two looks.
    this.signal = AbortSignal.any([interruptSignal(), ...(options.signal ? [options.signal] : [])]);
    this.owned({ dispose: occupy(face) });
    try {
      const settings = { losses: this.settings.losses, metrics: this.settings.plan.metrics };
      this.feed = this.owned(feedOf(face, data, settings, options));
      this.validation = data.validation && this.owned(TensorFeed.of(face, data.validation, 'validation', settings));
      checkStates(face, this.settings, { training: this.feed, validation: this.validation });
      this.plan = this.planOf(face);
      const names = face.weights.map(({ name }) => name);
      this.best = this.owned(new BestWeights(face.weights, names));
      this.checkMonitors();
      if (options.resumeFrom) checkSameSettings(options.resumeFrom, this.settings, this.plan.optimizer);
      this.epochs = new Epochs(this.plan, this.feed, this.settings);
    } catch (error) {
      this.dispose();
      throw error;
    }
    const { fallback, directions } = this.measured;
    this.monitor = new Monitor(options.earlyStopping ?? {}, fallback, directions);
    const { stepsPerEpoch } = this.epochs;
    const length = { stepsPerEpoch, totalSteps: this.settings.epochs * stepsPerEpoch };
    this.learningRate = new LearningRate(this.plan.optimizer.learningRate, options, length, fallback, directions);
  }

  /** Losses and metrics of the history with the direction that is better, and the one that is followed by default. */
  private get measured() {
    const { plan, settings } = this;
    const hasValidation = this.validation !== undefined;
    const directions = measuredKeys(plan.face.heads, settings.plan.metrics, hasValidation);
    return { fallback: hasValidation ? 'val_loss' : 'loss', directions };
  }

  /** Refuses to follow a number that the history will not have, before anything is trained. */
  private checkMonitors(): void {
    const keys = [...this.measured.directions.keys(), ...balanceKeys(this.plan.face.heads, this.plan.balancing)];
    for (const name of ['earlyStopping', 'reduceOnPlateau'] as const) {
      const { monitor } = this.options[name] ?? {};
      if (monitor === undefined || keys.includes(monitor)) continue;
      const near = closest(monitor, keys);
      const needsRows = monitor.startsWith('val_') && !this.validation;
      const fix = needsRows ? 'give the data validation rows' : near && `did you mean "${near}"?`;
      throw new ReluctantError({
        code: 'unknown-monitor',
        operation: 'fit',
        problem: `the history has no "${monitor}" to monitor`,
        where: { option: name },
        received: monitor,
        expected: `one of ${keys.join(', ')}`,
        ...(fix && { fix }),
      });
    }
  }

  /** Tells the run how its steps will go and the watchers that it begins; goes back to where a resumed run stood. */
  begin(): void {
    const { run, model, data, options } = this;
    const { mode, reason, warning } = this.epochs.runner;
    Object.assign(run, { mode, modeReason: reason, compileSeconds: this.seconds, monitor: this.monitor.key });
    if (warning) {
      run.warnings.push(warning);
      console.warn(warning);
    }
    const { seed, epochs } = this.settings;
    const { rows } = this.feed;
    const named = options.resumeFrom?.trial ?? options.trial;
    this.trial = noteTraining({ model, face: this.plan.face, data, options, seed, epochs, rows, named });
    run.trial = this.trial.id;
    for (const watcher of options.watch ?? []) watcher.begin?.({ model, data, options, mode });
    if (options.resumeFrom) this.resume(options.resumeFrom);
  }

  /** Whether there is another epoch to train. */
  get continues(): boolean {
    return this.run.stopReason === 'finished' && this.next < this.settings.epochs;
  }

  /** Trains one epoch, adds its row to the history, and decides whether the run goes on. */
  async epoch(): Promise<void> {
    const epoch = this.next++;
    const outcome = await this.epochs.run({
      epoch,
      lossWeights: this.lossWeights,
      rate: (step) => this.learningRate.at(epoch, step),
      signal: this.signal,
      onStep: (step) => this.report(epoch, step),
      ...(this.options.onBatch && { onBatch: (step, row) => this.afterBatch(epoch, step, row) }),
    });
    this.run.steps += outcome.steps;
    if (outcome.kind !== 'done') return this.breakOff(epoch, outcome);
    const { averages } = this.plan;
    averages?.afterEpoch(epoch);
    averages?.putIn();
    const row = this.rowOf(epoch, outcome.numbers);
    this.take(row);
    averages?.takeOut();
    if (this.options.verbose) console.log(epochLine(row, this.settings.epochs, this.seconds));
    await this.decide(row);
  }

  /** Puts averages of the weights into the model, and the weights of the best epoch, where the options ask for it. */
  putBackBest(): void {
    const { earlyStopping } = this.options;
    this.run.constantLosses = constantLossesOf(this.plan, this.feed, this.validation, this.lossWeights);
    this.run.keepOptimizer(saveOptimizer(this.plan, this.run.steps));
    this.plan.averages?.putIn();
    if (earlyStopping && (earlyStopping.restoreBestWeights ?? true)) this.best.restore();
  }

  /** The run with its time; tells the watchers that it has ended. */
  finish(): Run {
    this.run.seconds = this.seconds;
    if (this.trial) noteEnd(this.trial, this.run);
    for (const watcher of this.options.watch ?? []) watcher.end?.(this.run);
    return this.run;
  }

  /** Notes in the ledger that an error ended it. */
  fail(error: unknown): void {
    if (this.trial) noteFailure(this.trial, error, this.run.history.length, this.seconds);
  }

  dispose(): void {
    for (const one of this.disposables) one.dispose();
  }

  private owned<T extends { dispose(): void }>(one: T): T {
    this.disposables.push(one);
    return one;
  }

  private get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  private planOf(face: ModelFace): StepPlan {
    const { seed, balancer, plan, frame, averaging } = this.settings;
    const gradientShares = this.options.gradientShares ?? false;
    const balancing = this.owned(new Balancing(balancer, face.heads, { seed, gradientShares }));
    const optimizer = this.owned(createOptimizer([...face.trainable, ...balancing.trainable], this.optimizer, frame));
    const averages = averaging && this.owned(new Averages(face.trainable, averaging));
    const { variables: states } = this.owned(new TrainingStates(face));
    const stepsBefore = continuedSteps(this.options.continueFrom, optimizer);
    return { face, optimizer, balancing, averages, stepsBefore, states, ...plan };
  }

  /** Variables beside the weights that a resumed run needs. */
  private get slots() {
    const { optimizer, balancing, averages, states = [] } = this.plan;
    const ofSteps = [...optimizer.slots, ...balancing.trainable, ...balancing.adjusted];
    return [...ofSteps, ...(averages?.variables ?? []), ...states];
  }

  private resume(state: TrainingState): void {
    restoreTensors('weights', this.plan.face.weights, state.weights);
    restoreTensors("optimiser's slots", this.slots, state.slots);
    this.best.load(state.best);
    Object.assign(this.lossWeights, state.lossWeights);
    if (state.learningRate !== undefined) this.learningRate.base = state.learningRate;
    this.epochs.skip(state.epochs);
    this.next = state.epochs;
    for (const row of state.history) {
      this.run.steps += this.epochs.stepsPerEpoch;
      if (this.observe(row)) this.run.bestEpoch = row.epoch;
      this.learningRate.observe(row);
    }
  }

  private rowOf(epoch: number, numbers: Record<string, number> & { loss: number }): HistoryRow {
    const { plan, validation, lossWeights, feed } = this;
    return {
      epoch,
      ...numbers,
      ...(validation ? validate(plan, validation, lossWeights, feed.validationRows) : {}),
      learning_rate: this.learningRate.at(epoch, this.epochs.stepsPerEpoch - 1),
    };
  }

  private take(row: HistoryRow): void {
    if (!this.observe(row)) return;
    this.run.bestEpoch = row.epoch;
    this.best.take();
  }

  /** Adds a row to the history; true if it is the best so far. */
  private observe(row: HistoryRow): boolean {
    this.run.history.push(row);
    this.plan.balancing.observe(this.run.history);
    return this.monitor.observe(row);
  }

  private readonly stop = (reason?: string): void => {
    Object.assign(this.run, { stopReason: 'requested', stopNote: reason });
  };

  /** Tells of one batch; true if the run is to end there. */
  private async afterBatch(epoch: number, step: number, numbers: EpochNumbers): Promise<boolean> {
    const { stepsPerEpoch } = this.epochs;
    await this.options.onBatch!({ epoch, step, stepsPerEpoch, row: { epoch, ...numbers }, stop: this.stop });
    return this.run.stopReason !== 'finished';
  }

  /** Asks watchers, callbacks and early stopping whether to go on. */
  private async decide(row: HistoryRow): Promise<void> {
    const { run, options, stop, learningRate, lossWeights } = this;
    const event: EpochEvent = {
      epoch: row.epoch,
      epochs: this.settings.epochs,
      row,
      history: run.history,
      lossWeights,
      get learningRate() {
        return learningRate.base;
      },
      set learningRate(rate) {
        learningRate.base = rate;
      },
      stop,
    };
    for (const watcher of options.watch ?? []) {
      const lost = watcher.evaluate(event);
      if (lost !== undefined) stop(lost);
    }
    await options.onEpoch?.(event);
    balancers.checkWeights(this.settings.balancer, lossWeights, 'fit');
    if (run.stopReason !== 'finished') return;
    if (options.earlyStopping && this.monitor.exhausted) {
      run.stopReason = 'early-stopping';
      return;
    }
    this.learningRate.observe(row);
    await options.onCheckpoint?.(() => this.save());
  }

  private breakOff(epoch: number, outcome: Exclude<EpochOutcome, { kind: 'done' }>): void {
    if (outcome.kind === 'stopped') return;
    this.run.stopReason = outcome.kind;
    if (outcome.kind === 'not-finite') this.run.notFinite = { epoch, ...outcome.notFinite };
  }

  private save(): TrainingState {
    const { face } = this.plan;
    return {
      epochs: this.next,
      mode: this.run.mode,
      history: [...this.run.history],
      lossWeights: { ...this.lossWeights },
      learningRate: this.learningRate.base,
      settings: settingsToResume(this.settings, this.plan.optimizer),
      ...(this.run.trial !== undefined && { trial: this.run.trial }),
      weights: saveTensors(
        face.weights,
        face.weights.map(({ name }) => name),
      ),
      slots: saveTensors(this.slots),
      best: this.best.save(),
    };
  }

  private report(epoch: number, step: number): void {
    const { seconds, run } = this;
    const { stepsPerEpoch } = this.epochs;
    const { epochs } = this.settings;
    const done = epoch * stepsPerEpoch + step;
    const left = epochs * stepsPerEpoch - done;
    const secondsLeft = done > 0 ? ((seconds - run.compileSeconds) / done) * left : undefined;
    this.options.onProgress?.({ epoch, epochs, step, stepsPerEpoch, seconds, secondsLeft });
  }
}

/** Copies of all weights, unless they are so many that memory may be short. */
function valuesOf({ weights, weightNames }: ModelFace): WeightValues | undefined {
  const count = weights.reduce((sum, { size }) => sum + size, 0);
  if (count > MOST_KEPT) return undefined;
  return new Map(weights.map((weight, k) => [weightNames[k]!, Float32Array.from(weight.dataSync())]));
}
