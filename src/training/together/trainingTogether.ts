import { UNTRACEABLE } from '../../compile';
import { checkInteger, ReluctantError } from '../../core';
import { TensorFeed } from '../feeds/tensorFeed';
import type { HistoryRow } from '../history';
import { type EpochNumbers, Epochs } from '../loop/epochs';
import { validate } from '../loop/validation';
import type { TrainingData } from '../samples';
import { checkOptions, type RunSettings } from '../settings';
import { Balancing } from '../step/balancing';
import { createOptimizer } from '../step/optimizers';
import type { StepPlan } from '../step/plan';
import type { ModelFace, Named } from '../trainable';
import { ManySettings } from './manySettings';
import { StackedValidation } from './stackedValidation';
import { type SweepOptions, type SweepSetting, type SweptRun, sweptRun } from './swept';

/** Training of all settings of a sweep at once: prepare, train, take the runs. */
export class TrainingTogether {
  private readonly checked: RunSettings;
  private readonly validateEvery: number;
  private readonly feed: TensorFeed;
  private readonly validation: TensorFeed | undefined;
  private readonly plan: StepPlan;
  private readonly epochs: Epochs;
  private readonly many: ManySettings;
  private readonly curves: StackedValidation | undefined;
  /** One per setting: what a balancer works out between epochs differs from setting to setting. */
  private readonly balancings: readonly Balancing[];
  private readonly lossWeights: readonly Named<number>[];
  private readonly histories: HistoryRow[][];
  private readonly disposables: { dispose(): void }[] = [];

  /** Prepares. @throws ReluctantError `not-vectorizable` where the settings have to run one after the other. */
  constructor(
    private readonly face: ModelFace,
    data: TrainingData,
    private readonly options: SweepOptions,
    private readonly settings: readonly SweepSetting[],
  ) {
    if (face.makesMasks)
      throw new ReluctantError({
        code: 'not-vectorizable',
        operation: 'sweep',
        problem: 'layers of the model leave steps out',
      });
    if (face.states)
      throw new ReluctantError({
        code: 'not-vectorizable',
        operation: 'sweep',
        problem: 'layers of the model keep their state from batch to batch',
      });
    if (data.source || data.stream)
      throw new ReluctantError({
        code: 'not-vectorizable',
        operation: 'sweep',
        problem: 'the rows are not in memory',
      });
    const { validateEvery: every, ...common } = options;
    this.checked = checkOptions(face, common);
    const tenth = Math.max(1, Math.round(this.checked.epochs / 10));
    this.validateEvery = checkInteger('sweep', 'validateEvery', every ?? tenth, 0);
    this.lossWeights = settings.map((setting) => ({ ...this.checked.lossWeights, ...setting.lossWeights }));
    this.histories = settings.map(() => []);
    try {
      this.feed = this.owned(TensorFeed.of(face, data, 'training', this.headSettings));
      this.validation =
        data.validation &&
        this.owned(TensorFeed.of(face, data.validation, 'validation', { ...this.headSettings, classWeights: {} }));
      this.balancings = settings.map(() => this.balancing());
      this.plan = this.planOf();
      // The metrics of whole columns need every row's predictions, which a sweep does not keep; validation has them.
      this.epochs = new Epochs(this.plan, this.feed, { ...this.checked, mode: 'graph' });
      const { learningRate } = this.plan.optimizer;
      const rates = settings.map((setting) => setting.learningRate ?? learningRate);
      const { lossWeights, balancings } = this;
      this.many = this.owned(new ManySettings(this.epochs, this.plan, { lossWeights, rates, balancings, options }));
      if (this.validation && this.validateEvery > 0)
        this.curves = stackedValidation(this.plan, this.validation, this.many);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  get seed(): number {
    return this.checked.seed;
  }

  get rows(): number {
    return this.feed.rows;
  }

  /** Epochs that are to be trained. */
  get epochCount(): number {
    return this.checked.epochs;
  }

  /** How the steps run. */
  get mode(): string {
    return this.many.mode;
  }

  /** Trains until the last epoch, or the signal. */
  async train(): Promise<void> {
    const started = performance.now();
    const { epochs } = this.checked;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const rows = await this.many.run(epoch, epochs);
      if (rows === undefined) return;
      this.take(epoch, rows);
      const seconds = (performance.now() - started) / 1000;
      const secondsLeft = (seconds / (epoch + 1)) * (epochs - epoch - 1);
      const { stepsPerEpoch } = this.epochs;
      this.options.onProgress?.({ epoch, epochs, step: stepsPerEpoch, stepsPerEpoch, seconds, secondsLeft });
    }
  }

  /** The runs in the order of the settings, with their trials; the model is left with the weights of the last. */
  runs(trials: readonly (string | undefined)[]): SweptRun[] {
    return this.settings.map((setting, k) => {
      this.many.takeWeights(k);
      const last = this.histories[k]!.at(-1);
      if (this.validation && last && last['val_loss'] === undefined)
        Object.assign(last, validate(this.plan, this.validation, this.lossWeights[k]!));
      return sweptRun(this.face, setting, this.histories[k]!, trials[k]);
    });
  }

  dispose(): void {
    for (const one of this.disposables) one.dispose();
  }

  private take(epoch: number, rows: readonly EpochNumbers[]): void {
    const isDue = (epoch + 1) % this.validateEvery === 0 || epoch === this.checked.epochs - 1;
    const validated = isDue ? this.curves?.validate(this.lossWeights) : undefined;
    rows.forEach((row, k) => {
      this.histories[k]!.push({ epoch, ...row, ...validated?.[k] });
      this.balancings[k]!.observe(this.histories[k]!);
    });
  }

  private get headSettings() {
    const { losses, plan } = this.checked;
    return { losses, metrics: plan.metrics, classWeights: this.options.classWeights ?? {} };
  }

  private owned<T extends { dispose(): void }>(one: T): T {
    this.disposables.push(one);
    return one;
  }

  private balancing(): Balancing {
    const { balancer, seed } = this.checked;
    const gradientShares = this.options.gradientShares ?? false;
    return this.owned(new Balancing(balancer, this.face.heads, { seed, gradientShares }));
  }

  private planOf(): StepPlan {
    const { face } = this;
    const balancing = this.balancing();
    const optimizer = this.owned(
      createOptimizer([...face.trainable, ...balancing.trainable], this.options.optimizer, this.checked.frame),
    );
    return { face, optimizer, balancing, ...this.checked.plan };
  }
}

/** Nothing where the model can be trained so and not run so: then the last epoch is validated, one setting after the other. */
function stackedValidation(plan: StepPlan, validation: TensorFeed, many: ManySettings): StackedValidation | undefined {
  try {
    return new StackedValidation(plan, validation, many);
  } catch (error) {
    if (error instanceof ReluctantError && (error.code === 'not-vectorizable' || UNTRACEABLE.has(error.code)))
      return undefined;
    throw error;
  }
}
