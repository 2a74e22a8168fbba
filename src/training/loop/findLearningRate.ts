import { checkInteger, checkNumber, ReluctantError, tf } from '../../core';
import type { LossChoices, MetricChoices } from '../history';
import { checkAlive } from '../modelChecks';
import { givenOptimizer, type OptimizerChoice, optimizerSettings } from '../optimizerOptions';
import { checkOptionValues, FIT_OPTIONS } from '../optionChecks';
import type { BatchEvent, FitOptions } from '../options';
import type { TrainingData } from '../samples';
import { faceOf, type Trainable } from '../trainable';
import { fit } from './fit';

/** Options of `fit` that a search cannot take: it sets the rate and the length itself, and leaves nothing to go on from. */
const NOT_SEARCHED = [
  ...['epochs', 'schedule', 'reduceOnPlateau', 'earlyStopping', 'averaging', 'onBatch', 'onEpoch', 'onCheckpoint'],
  ...['resumeFrom', 'continueFrom', 'watch', 'verbose'],
] as const;

/** How learning rates are tried: {@link FitOptions} without what sets rate and length, and the range. */
export interface FindLearningRateOptions
  extends Omit<
    FitOptions<LossChoices, MetricChoices, NonNullable<FitOptions['balancer']>, boolean, OptimizerChoice>,
    (typeof NOT_SEARCHED)[number]
  > {
  /** The first rate; default 1e-7. */
  from?: number;
  /** The last rate; default 10. */
  to?: number;
  /** How many rates are tried, one batch each; default 100. */
  steps?: number;
  /** Share of the mean that stays in a step, in [0, 1): how much the curve is smoothed; default 0.9. */
  smoothing?: number;
  /** The search ends where the smoothed loss is so many times its least; default 4. */
  divergence?: number;
}

/** One rate that was tried. */
export interface TriedLearningRate {
  learningRate: number;
  /** Loss of the batch, from before the step at this rate. */
  loss: number;
  /** Mean of the losses so far, later ones counting more. */
  smoothedLoss: number;
}

/** The curve of {@link findLearningRate}, which `plots.learningRateSearch` draws. */
export interface FoundLearningRate {
  points: TriedLearningRate[];
  /** The rate at which the smoothed loss falls fastest; undefined where it falls at none, or too few were tried. */
  suggested: number | undefined;
  /** The rate at which the smoothed loss was least: training at it is near its end of stability. Undefined without a point. */
  lowest: number | undefined;
  /** `finished` at the last rate; `diverged` or `not-finite` where the loss ran away before it; `aborted` by the signal. */
  stopReason: 'finished' | 'diverged' | 'not-finite' | 'aborted';
}

/**
 * Which learning rate a model can be trained at (Smith 2017): trains it batch by batch while the rate rises by the same factor each
 * time, until the loss runs away. The rate at which the smoothed loss falls fastest is suggested, as in
 * PyTorch Lightning's `lr_find`, but by a line through a fifth of the points, which one easy batch does not bend. The steps run compiled as in `fit`; afterwards all weights are as they were. The same seed gives the same curve.
 *
 * The ledger of trials notes it as the training that it is.
 *
 * @param model, @param data as `fit` takes them; validation rows are not looked at.
 * @param options losses and what else `fit` takes; the optimiser's own learning rate does not count.
 * @throws ReluctantError as `fit` does; `number-out-of-range` for a range, `range-empty` where `to` is not above `from`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
 * const inputs = tf.randomNormal([64, 2], 0, 1, 'float32', 7);
 * const found = await findLearningRate(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'meanSquaredError', steps: 40 });
 * found.points[0].learningRate; // 1e-7
 */
export async function findLearningRate(
  model: Trainable,
  data: TrainingData,
  options: FindLearningRateOptions,
): Promise<FoundLearningRate> {
  const allowed = FIT_OPTIONS.filter((name) => !(NOT_SEARCHED as readonly string[]).includes(name));
  checkOptionValues(options, [...allowed, ...RANGE] as typeof FIT_OPTIONS, 'findLearningRate');
  const { from, to, steps, smoothing, divergence, ...rest } = withRange(options);
  checkAlive(model);
  const { weights, states } = faceOf(model);
  const statesBefore = states?.read();
  const before = weights.map((weight) => weight.clone());
  const curve = new Curve(smoothing);
  const rates = Array.from({ length: steps }, (_, k) => from * (to / from) ** (k / (steps - 1)));
  let stopReason: FoundLearningRate['stopReason'] = 'finished';
  const onBatch = ({ row, stop }: BatchEvent) => {
    curve.add(rates[curve.points.length]!, row.loss);
    if (curve.isAbove(divergence)) stopReason = 'diverged';
    if (stopReason === 'diverged' || curve.points.length === steps) stop();
  };
  try {
    const { validation: _, ...rows } = data;
    const run = await fit(model, rows, {
      ...rest,
      optimizer: { ...plain(options.optimizer), learningRate: from },
      schedule: ({ step }) => rates[Math.min(step, steps - 1)]! / from,
      // An epoch has at least one batch; the search stops at the last rate.
      epochs: steps,
      onBatch,
    });
    if (run.stopReason === 'not-finite' || run.stopReason === 'aborted') stopReason = run.stopReason;
  } finally {
    weights.forEach((weight, k) => {
      if (!weight.isDisposed) weight.assign(before[k]!);
    });
    if (statesBefore) states!.write(statesBefore);
    tf.dispose([before, statesBefore ?? []]);
  }
  return { points: curve.points, suggested: curve.steepest(), lowest: curve.lowest(), stopReason };
}

const RANGE = ['from', 'to', 'steps', 'smoothing', 'divergence'] as const;

function withRange(options: FindLearningRateOptions) {
  const operation = 'findLearningRate';
  const { from = 1e-7, to = 10, steps = 100, smoothing = 0.9, divergence = 4 } = options;
  checkNumber(operation, 'from', from, Number.MIN_VALUE);
  checkNumber(operation, 'to', to, Number.MIN_VALUE);
  checkInteger(operation, 'steps', steps, 2);
  checkNumber(operation, 'smoothing', smoothing, 0, 0.999);
  checkNumber(operation, 'divergence', divergence, 1);
  if (to > from) return { ...options, from, to, steps, smoothing, divergence };
  throw new ReluctantError({
    code: 'range-empty',
    operation,
    problem: 'there is no rate between from and to',
    received: { from, to },
    expected: 'to above from',
  });
}

/** The settings of an optimiser, whatever it was given as. */
function plain(choice: OptimizerChoice | undefined) {
  optimizerSettings(choice);
  return givenOptimizer(choice);
}

/** Losses by rising rate. */
class Curve {
  readonly points: TriedLearningRate[] = [];
  private mean = 0;

  constructor(private readonly smoothing: number) {}

  add(learningRate: number, loss: number): void {
    const { smoothing, points } = this;
    this.mean = smoothing * this.mean + (1 - smoothing) * loss;
    // Corrected for the mean's beginning at 0, as Adam's moments are.
    points.push({ learningRate, loss, smoothedLoss: this.mean / (1 - smoothing ** (points.length + 1)) });
  }

  /** Whether the last smoothed loss is so many times the least; of losses below 0, as far above it. */
  isAbove(times: number): boolean {
    const least = this.points.reduce((low, { smoothedLoss }) => Math.min(low, smoothedLoss), Infinity);
    return this.points.at(-1)!.smoothedLoss > least + (times - 1) * Math.abs(least);
  }

  /** Place of the least smoothed loss; -1 without points. */
  private get bottom(): number {
    return this.points.reduce((low, { smoothedLoss }, k) => (smoothedLoss < this.at(low) ? k : low), -1);
  }

  private at(k: number): number {
    return this.points[k]?.smoothedLoss ?? Number.POSITIVE_INFINITY;
  }

  lowest(): number | undefined {
    return this.points[this.bottom]?.learningRate;
  }

  /**
   * The rate where a line through the smoothed losses around it falls most, before the least loss: behind it a loss that comes down
   * again says nothing. Rates are evenly spaced in their logarithm, so that a point's place is its abscissa.
   */
  steepest(): number | undefined {
    const { points, bottom } = this;
    const reach = Math.max(2, Math.round(points.length / 10));
    let best: { learningRate: number; slope: number } | undefined;
    for (let k = reach; k + reach < points.length && k <= bottom; k++) {
      let slope = 0;
      for (let by = -reach; by <= reach; by++) slope += by * points[k + by]!.smoothedLoss;
      if (slope < (best?.slope ?? 0)) best = { learningRate: points[k]!.learningRate, slope };
    }
    return best?.learningRate;
  }
}
