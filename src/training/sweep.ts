import type { LoopInputs } from '../compile';
import { checkInteger, checkNumber, interruptRequested, ReluctantError, type TF, tf } from '../core';
import { formatDuration, type Row, Table } from '../tables';
import { Balancing } from './balancing';
import { columnsOf } from './columns';
import { Epochs } from './epochs';
import { checkOptions, fit } from './fit';
import { createOptimizer } from './optimizers';
import type { FitOptions, TrainingData } from './options';
import type { HistoryRow } from './run';
import { Runner } from './runner';
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
  Pick<FitOptions, 'seed' | 'mode' | 'metrics' | 'lossWeights' | 'signal' | 'gradientShares' | 'onProgress'>;

/** One run of a sweep. */
export interface SweptRun {
  setting: SweepSetting;
  /** One row per epoch; the last has the validation's numbers. */
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
  const training = columnsOf(face, data, 'training', options.classWeights);
  const validation = data.validation && columnsOf(face, data.validation, 'validation');
  const balancing = new Balancing(checked.balancer, face.heads, {
    seed: checked.seed,
    gradientShares: options.gradientShares ?? false,
  });
  const optimizer = createOptimizer(face.trainable, options.optimizer);
  // The metrics of whole columns need every row's predictions, which a sweep does not keep; validation has them.
  const plan: StepPlan = { face, optimizer, balancing, ...checked.plan };
  const stacked: TF.Variable[] = [];
  try {
    const epochs = new Epochs(plan, training, { ...checked, mode: 'graph' });
    const lossWeights = settings.map((setting) => ({ ...checked.lossWeights, ...setting.lossWeights }));
    const rates = settings.map((setting) => setting.learningRate ?? optimizer.learningRate);
    const many = new ManySettings(epochs, plan, lossWeights, rates, options, stacked);
    const histories: HistoryRow[][] = settings.map(() => []);
    const started = performance.now();
    for (let epoch = 0; epoch < checked.epochs; epoch++) {
      const rows = await many.run(epoch, checked.epochs);
      if (rows === undefined) break;
      rows.forEach((row, k) => {
        histories[k]!.push({ epoch, ...row });
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
      many.takeWeights(k);
      const last = histories[k]!.at(-1);
      if (validation && last) Object.assign(last, validate(plan, validation, lossWeights[k]!));
      return sweptRun(face, setting, histories[k]!);
    });
    return { runs, mode: many.mode };
  } finally {
    tf.dispose(stacked);
    tf.dispose([...training.own, ...(validation?.own ?? [])]);
    optimizer.dispose();
    balancing.dispose();
  }
}

/** The steps of all settings at once. */
class ManySettings {
  private readonly loops: { whole: Runner; partial: Runner | undefined };
  private readonly count: number;
  /** Variables of the single step, each with its stacked stand-in. */
  private readonly standIns = new Map<TF.Variable, TF.Variable>();

  constructor(
    private readonly epochs: Epochs,
    private readonly plan: StepPlan,
    private readonly lossWeights: readonly Named<number>[],
    private readonly rates: readonly number[],
    private readonly options: SweepOptions,
    owned: TF.Variable[],
  ) {
    this.count = rates.length;
    const names = new Set(['lossWeights', 'scalars']);
    const vectorized = (runner: Runner | undefined, capacity: number, batch: number): Runner | undefined => {
      if (!runner) return undefined;
      const loop = runner.compiled;
      if (!loop) {
        throw new ReluctantError({ code: 'not-vectorizable', operation: 'sweep', problem: runner.reason });
      }
      for (const variable of loop.variables) {
        if (this.standIns.has(variable)) continue;
        const repeated = tf.tidy(() => tf.variable(tf.stack(Array(this.count).fill(variable)), false));
        this.standIns.set(variable, repeated);
        owned.push(repeated);
      }
      const variables = loop.variables.map((variable) => this.standIns.get(variable)!);
      const many = loop.vectorized(this.count, names, variables);
      const sample = this.stack(epochs.sample(capacity, batch), 0, 0, capacity);
      const mode = batch === epochs.batchSize ? (options.mode ?? 'auto') : 'graph';
      try {
        return new Runner(undefined, batch, mode === 'eager' ? 'graph' : mode, sample, this.plannedSteps(), many);
      } finally {
        tf.dispose(sample as unknown as TF.TensorContainer);
      }
    };
    const whole = vectorized(epochs.runner, epochs.capacity, epochs.firstBatch)!;
    const partial = epochs.rest > 0 && epochs.full > 0 ? vectorized(epochs.partial, 1, epochs.rest) : undefined;
    this.loops = { whole, partial };
  }

  get mode(): string {
    return this.loops.whole.mode;
  }

  private plannedSteps(): number {
    return this.epochs.stepsPerEpoch * (this.options.epochs ?? 10);
  }

  /** One epoch: a row of numbers per setting, or nothing if the signal said to stop. */
  async run(epoch: number, epochs: number): Promise<({ loss: number } & Record<string, number>)[] | undefined> {
    const sums = this.rates.map(() => new Float64Array(this.epochs.recordLength));
    const order = this.epochs.nextOrder();
    for (const chunk of this.epochs.chunks()) {
      if (this.options.signal?.aborted || interruptRequested()) return undefined;
      const single = this.epochs.inputsOf(chunk, order, epoch);
      const inputs = this.stack(single, epoch, chunk.firstStep, chunk.capacity, epochs);
      const runner = chunk.isPartial ? (this.loops.partial ?? this.loops.whole) : this.loops.whole;
      const { record } = runner.run(inputs, { from: 0, until: chunk.steps });
      const values = record.dataSync() as Float32Array;
      record.dispose();
      tf.dispose(inputs as unknown as TF.TensorContainer);
      const width = this.epochs.recordLength;
      for (let step = 0; step < chunk.steps; step++) {
        for (let k = 0; k < this.count; k++) {
          const at = (step * this.count + k) * width;
          for (let i = 0; i < width; i++) sums[k]![i]! += chunk.batch * values[at + i]!;
        }
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sums.map((own) => this.epochs.numbersOf(own));
  }

  /** Assigns the model's weights those of a setting. */
  takeWeights(k: number): void {
    for (const variable of this.plan.face.weights) {
      const many = this.standIns.get(variable);
      if (many)
        tf.tidy(
          () =>
            void variable.assign(
              many.slice([k, ...variable.shape.map(() => 0)], [1, ...variable.shape]).reshape(variable.shape),
            ),
        );
    }
  }

  /** The inputs of one run with loss weights and optimiser scalars of every setting in place of one's. Takes them over. */
  private stack(single: LoopInputs, epoch: number, firstStep: number, capacity: number, epochs = 1): LoopInputs {
    const { optimizer, face } = this.plan;
    const width = optimizer.scalarCount;
    const { stepsPerEpoch } = this.epochs;
    const scalars = new Float32Array(capacity * this.count * width);
    for (let step = 0; step < capacity; step++) {
      const point = {
        step: epoch * stepsPerEpoch + firstStep + step,
        stepsPerEpoch,
        totalSteps: epochs * stepsPerEpoch,
      };
      const factor = this.options.schedule?.(point) ?? 1;
      for (let k = 0; k < this.count; k++) {
        scalars.set(optimizer.scalars(point.step, this.rates[k]! * factor), (step * this.count + k) * width);
      }
    }
    tf.dispose([single.fixed['lossWeights']!, single.perStep['scalars']!]);
    const weights = this.lossWeights.map((own) => face.heads.map((head) => own[head] ?? 1));
    return {
      columns: single.columns,
      fixed: { ...single.fixed, lossWeights: tf.tensor2d(weights) },
      perStep: { ...single.perStep, scalars: tf.tensor3d(scalars, [capacity, this.count, width]) },
    };
  }
}
