import { checkChoice, checkInteger, interruptSignal, ReluctantError, type TF, tf } from '../core';
import { type BalancerName, type BalancerOptions, balancers, lossOf } from '../losses';
import { formatDuration, formatNumber } from '../tables';
import { Balancing } from './balancing';
import { columnsOf, trainingColumns } from './columns';
import { Epochs } from './epochs';
import {
  type HistoryRow,
  type LossChoices,
  type MetricChoice,
  type MetricChoices,
  measuredKeys,
  type RowOf,
} from './history';
import { metricOf } from './metrics';
import { Monitor } from './monitor';
import { createOptimizer } from './optimizers';
import type { EpochEvent, FitOptions } from './options';
import { Run, type WeightValues } from './run';
import type { TrainingData } from './samples';
import { restoreTensors, saveTensors, toTensors } from './state';
import type { StepPlan } from './step';
import { faceOf, type ModelFace, type Named, type Trainable } from './trainable';
import { validate } from './validation';

/**
 * Trains a model. The training step is traced once and runs in TensorFlow, many steps to a call; after every epoch the
 * weights are ordinary variables again. The model is changed in place.
 *
 * Losses are means over the batch, as in Keras; an epoch's `loss` is the mean over its rows of the losses at the time of
 * each step. `val_` numbers are of the weights after the epoch.
 *
 * @param model a `tf.LayersModel`, or `{ heads, variables, predict }`.
 * @param data inputs and targets with the rows along the first axis; they stay the caller's.
 * @returns the run: history, best epoch, why it ended, how it ran. Weights that are not finite do not throw: the run ends
 *   with `stopReason` `not-finite`, the place, and the weights from before it.
 * @throws ReluctantError on options or tensors that do not fit, before anything is trained.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const run = await fit(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'meanSquaredError', epochs: 3 });
 * run.history.length; // 3
 */
export function fit<
  const Losses extends LossChoices,
  Data extends TrainingData,
  const Metrics extends MetricChoices = readonly [],
  const Kind extends BalancerName | BalancerOptions = 'static',
  const Shares extends boolean = false,
>(
  model: Trainable,
  data: Data & NothingElse<Data, TrainingData>,
  options: FitOptions<Losses, Metrics, Kind, Shares>,
): Promise<Run<RowOf<Losses, Metrics, Data, Kind, Shares>>> {
  return run(model, data, options as unknown as FitOptions) as Promise<Run<RowOf<Losses, Metrics, Data, Kind, Shares>>>;
}

/** Forbids the keys that a type does not have, as TypeScript itself does where no type is inferred. */
type NothingElse<Given, Allowed> = { [Key in Exclude<keyof Given, keyof Allowed>]?: never };

async function run(model: Trainable, data: TrainingData, options: FitOptions): Promise<Run> {
  const started = performance.now();
  const face = faceOf(model);
  const record = new Run({ model, data, options, initialWeights: options.resumeFrom ? undefined : valuesOf(face) });
  const settings = checkOptions(face, options);
  const training = trainingColumns(face, data, options.classWeights);
  const own = [...training.own];
  const balancing = new Balancing(settings.balancer, face.heads, {
    seed: settings.seed,
    gradientShares: options.gradientShares ?? false,
  });
  const optimizer = createOptimizer([...face.trainable, ...balancing.trainable], options.optimizer);
  let best: TF.Tensor[] = [];
  try {
    const validation = data.validation && columnsOf(face, data.validation, 'validation');
    own.push(...(validation?.own ?? []));
    const plan: StepPlan = { face, optimizer, balancing, ...settings.plan };
    const epochs = new Epochs(plan, training, settings);
    const { mode, reason, warning } = epochs.runner;
    Object.assign(record, { mode, modeReason: reason, compileSeconds: (performance.now() - started) / 1000 });
    if (warning) warn(record, warning);
    const fallback = validation ? 'val_loss' : 'loss';
    const directions = measuredKeys(face.heads, settings.plan.metrics, validation !== undefined);
    const monitor = new Monitor(options.earlyStopping ?? {}, fallback, directions);
    const plateau = options.reduceOnPlateau && new Monitor(options.reduceOnPlateau, fallback, directions);
    record.monitor = monitor.key;
    for (const watcher of options.watch ?? []) watcher.begin?.({ model, data, options, mode });
    let scale = 1;
    const { resumeFrom } = options;
    const totalSteps = settings.epochs * epochs.stepsPerEpoch;
    const lossWeights = { ...settings.lossWeights };
    const names = face.weights.map(({ name }) => name);
    const slots = [...optimizer.slots, ...balancing.trainable, ...balancing.own];
    const rate = (epoch: number) => (step: number) => {
      const point = { step: epoch * epochs.stepsPerEpoch + step, stepsPerEpoch: epochs.stepsPerEpoch, totalSteps };
      return (
        Math.max(optimizer.learningRate * scale, floorOf(options, optimizer.learningRate)) *
        (options.schedule?.(point) ?? 1)
      );
    };
    /** The plateau's answer to an epoch; a resumed run works out the scale again from the history. */
    const easeOff = (row: HistoryRow) => {
      if (!plateau || plateau.observe(row) || !plateau.exhausted) return;
      scale *= options.reduceOnPlateau!.factor ?? 0.1;
      plateau.restart();
    };
    let asked: { reason: string | undefined } | undefined;
    // Held from the start: training that outlives its cell still hears of an interruption that came between two looks.
    const signal = AbortSignal.any([interruptSignal(), ...(options.signal ? [options.signal] : [])]);
    if (resumeFrom) {
      restoreTensors('weights', face.weights, resumeFrom.weights);
      restoreTensors("optimiser's slots", slots, resumeFrom.slots);
      best = toTensors(resumeFrom.best);
      Object.assign(lossWeights, resumeFrom.lossWeights);
      epochs.skip(resumeFrom.epochs);
      for (const row of resumeFrom.history) {
        record.history.push(row);
        record.steps += epochs.stepsPerEpoch;
        balancing.observe(record.history);
        if (monitor.observe(row)) record.bestEpoch = row.epoch;
        easeOff(row);
      }
    }
    for (let epoch = resumeFrom?.epochs ?? 0; epoch < settings.epochs; epoch++) {
      const outcome = await epochs.run({
        epoch,
        lossWeights,
        rate: rate(epoch),
        signal,
        onStep: (step) => {
          const done = epoch * epochs.stepsPerEpoch + step;
          const seconds = (performance.now() - started) / 1000;
          const secondsLeft = done > 0 ? ((seconds - record.compileSeconds) / done) * (totalSteps - done) : undefined;
          const { stepsPerEpoch } = epochs;
          options.onProgress?.({ epoch, epochs: settings.epochs, step, stepsPerEpoch, seconds, secondsLeft });
        },
      });
      record.steps += outcome.steps;
      if (outcome.aborted) {
        record.stopReason = 'aborted';
        break;
      }
      if (outcome.notFinite) {
        record.stopReason = 'not-finite';
        record.notFinite = { epoch, ...outcome.notFinite };
        break;
      }
      const row: HistoryRow = {
        epoch,
        ...outcome.numbers!,
        ...(validation ? validate(plan, validation, lossWeights, data.source !== undefined) : {}),
        learning_rate: rate(epoch)(epochs.stepsPerEpoch - 1),
      };
      record.history.push(row);
      balancing.observe(record.history);
      if (monitor.observe(row)) {
        record.bestEpoch = epoch;
        tf.dispose(best);
        best = face.weights.map((variable) => variable.clone());
      }
      if (options.verbose) console.log(epochLine(row, settings.epochs, (performance.now() - started) / 1000));
      const event: EpochEvent = {
        epoch,
        epochs: settings.epochs,
        row,
        history: record.history,
        lossWeights,
        stop: (reason) => {
          asked = { reason };
        },
      };
      for (const watcher of options.watch ?? []) {
        const lost = watcher.evaluate(event);
        if (lost !== undefined) event.stop(lost);
      }
      await options.onEpoch?.(event);
      balancers.checkWeights(settings.balancer, lossWeights, 'fit');
      if (asked) {
        record.stopReason = 'requested';
        record.stopNote = (asked as { reason: string | undefined }).reason;
        break;
      }
      if (options.earlyStopping && monitor.exhausted) {
        record.stopReason = 'early-stopping';
        break;
      }
      easeOff(row);
      await options.onCheckpoint?.(() => ({
        epochs: epoch + 1,
        mode: record.mode,
        history: [...record.history],
        lossWeights: { ...lossWeights },
        weights: saveTensors(face.weights, names),
        slots: saveTensors(slots),
        best: saveTensors(best, names),
      }));
    }
    const restores = options.earlyStopping && (options.earlyStopping.restoreBestWeights ?? true);
    if (restores && best.length > 0) face.weights.forEach((variable, k) => void variable.assign(best[k]!));
  } finally {
    tf.dispose(best);
    tf.dispose(own);
    optimizer.dispose();
    balancing.dispose();
  }
  record.seconds = (performance.now() - started) / 1000;
  for (const watcher of options.watch ?? []) watcher.end?.(record);
  return record;
}

/** Copies of all weights, unless they are so many that memory may be short. */
function valuesOf({ weights, weightNames }: ModelFace): WeightValues | undefined {
  const count = weights.reduce((sum, { size }) => sum + size, 0);
  if (count > MOST_KEPT) return undefined;
  return new Map(weights.map((weight, k) => [weightNames[k]!, Float32Array.from(weight.dataSync())]));
}

/** Weights of a model whose initial values a run keeps at most: 64 MB. */
const MOST_KEPT = 2 ** 24;

function floorOf({ reduceOnPlateau }: FitOptions, learningRate: number): number {
  return Math.min(reduceOnPlateau?.minLearningRate ?? 0, learningRate);
}

function warn(run: Run, warning: string): void {
  run.warnings.push(warning);
  console.warn(warning);
}

/** One line of a verbose run. */
function epochLine(row: HistoryRow, epochs: number, seconds: number): string {
  const numbers = Object.entries(row)
    .filter(([key]) => key !== 'epoch')
    .map(([key, value]) => `${key} ${formatNumber(value)}`);
  return `epoch ${row.epoch + 1}/${epochs}  ${formatDuration(seconds)}  ${numbers.join('  ')}`;
}

/** Balancers that draw numbers in every step cannot be put back to where they were. */
function resumable(options: FitOptions, balancer: balancers.Balancer): balancers.Balancer {
  const asked = options.resumeFrom || options.onCheckpoint;
  if (!asked || !['random', 'pcgrad'].includes(balancer.kind)) return balancer;
  throw new ReluctantError({
    code: 'balancer-not-resumable',
    operation: 'fit',
    problem: 'a run with this balancer cannot be resumed',
    received: balancer.kind,
    fix: 'train without onCheckpoint and resumeFrom, or with another balancer',
  });
}

const MODES = ['auto', 'xla', 'graph', 'eager'] as const;

/** Checks what can be checked without data, and fills in the defaults. */
export function checkOptions(face: ModelFace, options: FitOptions) {
  const heads = face.heads;
  const losses = byHead(
    heads,
    options.losses,
    'losses',
    (loss) => typeof loss === 'string' || typeof loss === 'function',
  );
  const metrics = byHead(heads, options.metrics ?? {}, 'metrics', Array.isArray) as Named<readonly MetricChoice[]>;
  for (const name of Object.values(metrics).flat()) metricOf(name);
  const missing = heads.filter((head) => losses[head] === undefined);
  if (missing.length > 0) {
    throw new ReluctantError({
      code: 'losses-missing',
      operation: 'fit',
      problem: `no loss for ${missing.map((head) => `"${head}"`).join(', ')}`,
      received: Object.keys(losses),
      expected: `a loss for each of ${heads.join(', ')}`,
      fix: 'to leave a head out, give it a loss and the loss weight 0',
    });
  }
  checkHeads(heads, options.lossWeights ?? {}, 'lossWeights');
  checkHeads(heads, options.classWeights ?? {}, 'classWeights');
  const lossWeights = Object.fromEntries(heads.map((head) => [head, options.lossWeights?.[head] ?? 1]));
  return {
    plan: {
      losses: Object.fromEntries(heads.map((head) => [head, lossOf(losses[head] as never, 'fit')])),
      metrics,
      clipNorm: options.clipNorm,
      clipValue: options.clipValue,
    },
    epochs: checkInteger('fit', 'epochs', options.epochs ?? 10, 1),
    batchSize: checkInteger('fit', 'batchSize', options.batchSize ?? 32, 1),
    seed: checkInteger('fit', 'seed', options.seed ?? 0, 0, 2 ** 32 - 1),
    shuffle: options.shuffle ?? true,
    mode: checkChoice('fit', 'mode', options.resumeFrom?.mode ?? options.mode ?? 'auto', MODES),
    lossWeights,
    balancer: resumable(options, balancers.checkBalancer(options.balancer, lossWeights, 'fit')),
  };
}

function byHead<T>(
  heads: readonly string[],
  given: unknown,
  what: string,
  isOne: (value: unknown) => boolean,
): Named<T> {
  if (isOne(given)) {
    if (heads.length === 1) return { [heads[0]!]: given as T };
    throw new ReluctantError({
      code: 'heads-unnamed',
      operation: 'fit',
      problem: `${what} must be given by head, as the model has ${heads.length}`,
      received: given,
      expected: `an object with the keys ${heads.join(', ')}`,
    });
  }
  checkHeads(heads, given as object, what);
  return given as Named<T>;
}

function checkHeads(heads: readonly string[], given: object, what: string): void {
  const unknown = Object.keys(given).filter((name) => !heads.includes(name));
  if (unknown.length === 0) return;
  throw new ReluctantError({
    code: 'unknown-head',
    operation: 'fit',
    problem: `${what} names ${unknown.map((name) => `"${name}"`).join(', ')}, which the model does not have`,
    received: unknown,
    expected: `heads among ${heads.join(', ')}`,
  });
}
