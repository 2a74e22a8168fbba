import { UNTRACEABLE } from '../compile';
import { checkInteger, checkNumber, ReluctantError, tf } from '../core';
import { formatDuration, type Row, Table } from '../tables';
import { Balancing } from './balancing';
import { type Columns, columnsOf } from './columns';
import { Epochs } from './epochs';
import { checkOptions, fit } from './fit';
import type { HistoryRow } from './history';
import { ManySettings } from './manySettings';
import { createOptimizer } from './optimizers';
import type { FitOptions } from './options';
import type { TrainingData } from './samples';
import { StackedValidation } from './stackedValidation';
import type { StepPlan } from './step';
import { faceOf, type ModelFace, type Named, type Trainable } from './trainable';
import { validate } from './validation';

/** What one run of a sweep does differently. */
export interface SweepSetting {
  lossWeights?: Named<number>;
  learningRate?: number;
  /** Another order of the rows and other dropout; settings that differ in it run one after the other. */
  seed?: number;
}

/** What all runs of a sweep have in common: the options of {@link fit} that mean the same for several runs at once. */
export type SweepOptions = Pick<
  FitOptions,
  'losses' | 'classWeights' | 'epochs' | 'batchSize' | 'optimizer' | 'schedule' | 'clipNorm' | 'clipValue' | 'shuffle'
> &
  Pick<
    FitOptions,
    'seed' | 'mode' | 'metrics' | 'lossWeights' | 'balancer' | 'signal' | 'gradientShares' | 'onProgress'
  > & {
    /**
     * Epochs from one validation of all settings to the next; the last epoch always has one. 0: that one only. Default: a
     * tenth of the epochs, so that every curve has ten points. Settings that run one after the other are validated every epoch.
     */
    validateEvery?: number;
  };

/** One run of a sweep. */
export interface SweptRun {
  setting: SweepSetting;
  /** One row per epoch; those that were validated have `val_` numbers as well, the last one always. */
  history: HistoryRow[];
  /** Values of the model's weights at the end, in the model's order. */
  weights: Float32Array[];
  /** Puts these weights into the model. */
  apply(): void;
}

/** The runs of a sweep and how they were made. */
export class Sweep {
  constructor(
    readonly runs: readonly SweptRun[],
    /** Whether all settings ran at once, as one more axis of every tensor, or one after the other. */
    readonly vectorized: boolean,
    /** Why so, and in which mode. */
    readonly reason: string,
    readonly seconds: number,
  ) {}

  /** The last epoch of each run beside its setting. */
  table(): Table<Row> {
    const rows = this.runs.map(({ setting: { lossWeights = {}, ...rest }, history }) => {
      const weights = Object.entries(lossWeights).map(([head, weight]) => [`${head}_weight`, weight]);
      return { ...Object.fromEntries(weights), ...rest, ...history.at(-1) } as Row;
    });
    return new Table(rows, {
      title: `${this.runs.length} settings in ${formatDuration(this.seconds)}: ${this.reason}`,
    });
  }

  toString(): string {
    return this.table().toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const table = this.table() as unknown as Record<symbol, () => Record<string, unknown>>;
    return table[Symbol.for('Jupyter.display')]!();
  }
}

/**
 * Trains the same model from its present weights under several settings of loss weights and learning rate at once: every
 * weight gets one more axis, and a step of all runs costs little more than a step of one, since on small models the number
 * of operations is the time, not their size. Each run gives what {@link fit} gives with its setting, up to rounding.
 * Where a layer has no rule for that, or seeds differ, the settings run one after the other, on one compiled graph.
 *
 * @param settings one run each, at least one.
 * @returns the runs in the order of the settings. The model keeps the weights it had; `runs[k].apply()` puts in others.
 * @throws ReluctantError on options that do not fit, as `fit` does.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const common = { losses: 'meanSquaredError', epochs: 2 } as const;
 * const swept = await sweep(model, { inputs, targets: inputs.sum(1, true) }, common, [{ learningRate: 0.1 }, { learningRate: 0.01 }]);
 * swept.runs.length; // 2
 */
export async function sweep(
  model: Trainable,
  data: TrainingData,
  options: SweepOptions,
  settings: readonly SweepSetting[],
): Promise<Sweep> {
  const started = performance.now();
  const face = faceOf(model);
  checkInteger('sweep', 'settings.length', settings.length, 1);
  for (const { learningRate } of settings) {
    if (learningRate !== undefined) checkNumber('sweep', 'learningRate', learningRate, 0);
  }
  for (const setting of settings) checkOptions(face, { ...options, ...withoutRate(setting) });
  const seconds = () => (performance.now() - started) / 1000;
  const before = face.weights.map((variable) => variable.clone());
  const putBack = () => {
    face.weights.forEach((variable, k) => {
      variable.assign(before[k]!);
    });
  };
  try {
    let reason = 'one after the other: the seeds differ';
    if (new Set(settings.map(({ seed }) => seed ?? options.seed ?? 0)).size === 1) {
      try {
        const { runs, mode } = await atOnce(
          face,
          data,
          { ...options, seed: settings[0]!.seed ?? options.seed },
          settings,
        );
        return new Sweep(runs, true, `all at once (${mode})`, seconds());
      } catch (error) {
        if (!(error instanceof ReluctantError) || error.code !== 'not-vectorizable') throw error;
        reason = `one after the other: ${error.message}`;
      }
    }
    const runs: SweptRun[] = [];
    for (const setting of settings) {
      putBack();
      const optimizer = { ...options.optimizer, learningRate: setting.learningRate ?? options.optimizer?.learningRate };
      const run = await fit(model, data, { ...options, ...withoutRate(setting), optimizer });
      runs.push(sweptRun(face, setting, run.history));
    }
    return new Sweep(runs, false, reason, seconds());
  } finally {
    putBack();
    tf.dispose(before);
  }
}

const withoutRate = ({ lossWeights, seed }: SweepSetting) => ({
  ...(lossWeights ? { lossWeights } : {}),
  ...(seed === undefined ? {} : { seed }),
});

function sweptRun(face: ModelFace, setting: SweepSetting, history: HistoryRow[]): SweptRun {
  const weights = face.weights.map((variable) => Float32Array.from(variable.dataSync()));
  const apply = () => {
    face.weights.forEach((variable, k) => {
      tf.tidy(() => void variable.assign(tf.tensor(weights[k]!, variable.shape)));
    });
  };
  return { setting, history, weights, apply };
}

async function atOnce(
  face: ModelFace,
  data: TrainingData,
  options: SweepOptions,
  settings: readonly SweepSetting[],
): Promise<{ runs: SweptRun[]; mode: string }> {
  const checked = checkOptions(face, options);
  const validateEvery = checkInteger(
    'sweep',
    'validateEvery',
    options.validateEvery ?? Math.max(1, Math.round(checked.epochs / 10)),
    0,
  );
  const training = columnsOf(face, data, 'training', options.classWeights);
  const validation = data.validation && columnsOf(face, data.validation, 'validation');
  const balancings = [undefined, ...settings].map(
    () =>
      new Balancing(checked.balancer, face.heads, {
        seed: checked.seed,
        gradientShares: options.gradientShares ?? false,
      }),
  );
  // The first one belongs to the step; what the others work out between epochs differs from setting to setting.
  const [balancing, ...own] = balancings as [Balancing, ...Balancing[]];
  const optimizer = createOptimizer([...face.trainable, ...balancing.trainable], options.optimizer);
  // The metrics of whole columns need every row's predictions, which a sweep does not keep; validation has them.
  const plan: StepPlan = { face, optimizer, balancing, ...checked.plan };
  let many: ManySettings | undefined;
  try {
    const epochs = new Epochs(plan, training, { ...checked, mode: 'graph' });
    const lossWeights = settings.map((setting) => ({ ...checked.lossWeights, ...setting.lossWeights }));
    const rates = settings.map((setting) => setting.learningRate ?? optimizer.learningRate);
    many = new ManySettings(epochs, plan, { lossWeights, rates, balancings: own, options });
    const curves = validation && validateEvery > 0 ? stackedValidation(plan, validation, many) : undefined;
    const histories: HistoryRow[][] = settings.map(() => []);
    const started = performance.now();
    for (let epoch = 0; epoch < checked.epochs; epoch++) {
      const rows = await many.run(epoch, checked.epochs);
      if (rows === undefined) break;
      const isDue = (epoch + 1) % validateEvery === 0 || epoch === checked.epochs - 1;
      const validated = isDue ? curves?.validate(lossWeights) : undefined;
      rows.forEach((row, k) => {
        histories[k]!.push({ epoch, ...row, ...validated?.[k] });
        own[k]!.observe(histories[k]!);
      });
      const seconds = (performance.now() - started) / 1000;
      options.onProgress?.({
        epoch,
        epochs: checked.epochs,
        step: epochs.stepsPerEpoch,
        stepsPerEpoch: epochs.stepsPerEpoch,
        seconds,
        secondsLeft: (seconds / (epoch + 1)) * (checked.epochs - epoch - 1),
      });
    }
    const runs = settings.map((setting, k) => {
      many!.takeWeights(k);
      const last = histories[k]!.at(-1);
      if (validation && last && last['val_loss'] === undefined)
        Object.assign(last, validate(plan, validation, lossWeights[k]!));
      return sweptRun(face, setting, histories[k]!);
    });
    return { runs, mode: many.mode };
  } finally {
    many?.dispose();
    tf.dispose([...training.own, ...(validation?.own ?? [])]);
    optimizer.dispose();
    for (const one of balancings) one.dispose();
  }
}

/** Nothing where the model can be trained so and not run so: then the last epoch is validated, one setting after the other. */
function stackedValidation(plan: StepPlan, validation: Columns, many: ManySettings): StackedValidation | undefined {
  try {
    return new StackedValidation(plan, validation, many);
  } catch (error) {
    if (error instanceof ReluctantError && (error.code === 'not-vectorizable' || UNTRACEABLE.has(error.code)))
      return undefined;
    throw error;
  }
}
