import { checkChoice, checkInteger, checkNumber, ReluctantError } from '../../core';
import { type RotationOptions, rotationTest } from '../inference/rotation';
import { mean } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { finiteColumns, type Numbers } from '../statistics/rows';
import { resampleBlocks } from './blockBootstrap';

/** Options of {@link superiorPredictiveAbility}. */
export interface SuperiorOptions extends RotationOptions {
  /**
   * `rotation` (default): the law of the best by random rotations of the slowest cosines, which keeps its level when outcomes overlap.
   * `bootstrap`: Hansen's own (2005), by the stationary bootstrap.
   */
  method?: 'rotation' | 'bootstrap';
  /** Only for `bootstrap`: mean length of a block. Default: the cube root of the rows, at least twice the horizon. */
  block?: number;
  /** Only for `bootstrap`: whether each difference is divided by its standard error, as Hansen does. Default true; arch does not. */
  studentize?: boolean;
  /** Only for `bootstrap`: positions of the rows of each resample instead of random ones. */
  resamples?: readonly Numbers[];
}

/** What {@link superiorPredictiveAbility} found. */
export interface SuperiorAbility {
  /** Position of the model that beats the benchmark most clearly. */
  best: number;
  /** The chance that the best of as many models that are no better looks as good (Hansen's consistent p-value). */
  pValue: number;
  /** Only for `bootstrap`: with hopeless models left out, and with all of them counted as equals of the benchmark. */
  bounds?: { lower: number; upper: number };
  significant: boolean;
}

/**
 * Hansen's test of superior predictive ability (2005): is any model better than the benchmark, given how many were tried? Models that are
 * clearly worse do not count, which is what sets it apart from White's reality check.
 *
 * arch takes the largest difference of means without dividing by its error; Hansen divides, and so does this: otherwise the most volatile
 * model decides. `studentize: false` gives arch's numbers.
 *
 * @param benchmark its loss per row of time.
 * @param models `models[n][t]`: the losses of each model.
 * @throws ReluctantError `zero-variance` naming a model that always loses what the benchmark does; `length-mismatch`; `option-not-used`.
 * @example
 * const random = new Random(3);
 * const losses = (level) => Float64Array.from({ length: 250 }, () => level + random.normal());
 * const models = [1, 1, 1, 0.5].map(losses);
 * superiorPredictiveAbility(losses(1), models).best; // 3
 */
export function superiorPredictiveAbility(
  benchmark: Numbers,
  models: readonly Numbers[],
  options: SuperiorOptions = {},
): SuperiorAbility {
  const operation = 'superiorPredictiveAbility';
  const { method: given, block, studentize, resamples, ...rotation } = options;
  checkOptions(operation, rotation, ['horizon', 'draws', 'seed', 'level']);
  const method = checkChoice(operation, 'method', given ?? 'rotation', ['rotation', 'bootstrap']);
  const [base, ...columns] = finiteColumns(operation, 'losses', [benchmark, ...(models ?? [])], {
    columns: 2,
    rows: 4,
  });
  const gains = columns.map((losses, model) => {
    const gain = losses.map((loss, t) => base![t]! - loss);
    if (gain.every((value) => value === gain[0])) {
      throw new ReluctantError({
        code: 'zero-variance',
        operation,
        problem: 'a model differs from the benchmark by the same in every row',
        where: { model },
        received: gain[0],
        expected: 'losses that vary apart from those of the benchmark',
      });
    }
    return gain;
  });
  const level = checkNumber(operation, 'level', options.level ?? 0.05, 1e-12, 1);
  if (method === 'bootstrap') return bootstrap(operation, gains, options, level);
  for (const [name, value] of Object.entries({ block, studentize, resamples })) {
    if (value === undefined) continue;
    throw new ReluctantError({
      code: 'option-not-used',
      operation,
      problem: `${name} has no meaning for the method "rotation"`,
      fix: 'leave it out, or choose method "bootstrap"',
    });
  }
  const { best, pValue, significant } = rotationTest(operation, gains, rotation, hopeless(gains[0]!.length));
  return { best, pValue, significant };
}

/** Hansen's threshold: a model this many standard errors behind the benchmark is hopeless. */
const hopeless = (rows: number): number => -Math.sqrt(2 * Math.log(Math.log(rows)));

function bootstrap(
  operation: string,
  gains: readonly Float64Array[],
  options: SuperiorOptions,
  level: number,
): SuperiorAbility {
  const rows = gains[0]!.length;
  const horizon = checkInteger(operation, 'horizon', options.horizon ?? 1, 1);
  const block = options.block ?? Math.max(Math.round(Math.cbrt(rows)), 2 * horizon);
  const draws = checkInteger(operation, 'draws', options.draws ?? 999, 19, 1e6);
  const resamples =
    options.resamples?.map((places) => Int32Array.from(places)) ??
    resampleBlocks(rows, draws, { block, seed: options.seed ?? 1 });
  const means = gains.map(mean);
  const errors = gains.map((gain) => Math.sqrt(stationaryVariance(gain, block) / rows));
  const scales = errors.map((error) => (options.studentize === false ? 1 : error));
  const centers = {
    lower: means.map((value) => Math.max(0, value)),
    consistent: means.map((value, n) => (value >= hopeless(rows) * errors[n]! ? value : 0)),
    upper: means,
  };
  const scores = means.map((value, n) => value / scales[n]!);
  const best = scores.indexOf(Math.max(...scores));
  // Divided by their errors, Hansen's statistic and its resamples are at least 0; arch has no such floor.
  const floor = options.studentize === false ? -Infinity : 0;
  const observed = Math.max(floor, scores[best]!);
  const beyond = { lower: 0, consistent: 0, upper: 0 };
  for (const places of resamples) {
    const drawn = gains.map((gain) => places.reduce((sum, t) => sum + gain[t]!, 0) / rows);
    for (const kind of ['lower', 'consistent', 'upper'] as const) {
      let largest = floor;
      for (let n = 0; n < gains.length; n++) largest = Math.max(largest, (drawn[n]! - centers[kind][n]!) / scales[n]!);
      if (largest > observed) beyond[kind]++;
    }
  }
  const pValue = beyond.consistent / resamples.length;
  const bounds = { lower: beyond.lower / resamples.length, upper: beyond.upper / resamples.length };
  return { best, pValue, bounds, significant: pValue <= level };
}

/** The variance that the stationary bootstrap itself has (Politis and Romano 1994, lemma 1; Hansen 2005, section 3). */
function stationaryVariance(gain: Float64Array, block: number): number {
  const rows = gain.length;
  const center = mean(gain);
  const stay = 1 - 1 / block;
  let variance = 0;
  for (let lag = 0; lag < rows; lag++) {
    let sum = 0;
    for (let t = lag; t < rows; t++) sum += (gain[t]! - center) * (gain[t - lag]! - center);
    const weight = lag === 0 ? 1 : 2 * ((1 - lag / rows) * stay ** lag + (lag / rows) * stay ** (rows - lag));
    variance += (weight * sum) / rows;
  }
  return variance;
}
