import { checkChoice, checkNumber, ReluctantError } from '../../core';
import { normalCDF, normalQuantile } from '../statistics/laws';
import { variance } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { finiteRows, type Numbers } from '../statistics/rows';
import { checkSample, perPeriod, type SharpeSample } from './sample';

/**
 * Where the variance of a Sharpe ratio is evaluated. `observed` (Bailey and López de Prado 2012): at the ratio that was
 * observed, over T - 1. `benchmark` (López de Prado, Lipton and Zoonekynd 2025): at the ratio that is doubted, over T; it keeps a test's level.
 */
export type SharpeConvention = 'observed' | 'benchmark';

/** Options of {@link probabilisticSharpe} and {@link minimumTrackRecord}. */
export interface ProbabilisticOptions {
  /** The Sharpe ratio per period that is to be exceeded. Default 0. */
  benchmark?: number;
  /** Default `observed`. */
  convention?: SharpeConvention;
}

/** 1 - g3 SR + (g4 - 1) / 4 SR²: the variance of sqrt(T) times a Sharpe ratio (Mertens 2002). */
function sharpeVariance(operation: string, { skewness, kurtosis }: { skewness: number; kurtosis: number }, at: number) {
  const value = 1 - skewness * at + ((kurtosis - 1) / 4) * at * at;
  if (value > 0) return value;
  throw new ReluctantError({
    code: 'variance-not-positive',
    operation,
    problem: 'the approximate variance of this Sharpe ratio is not positive',
    received: { sharpe: at, skewness, kurtosis },
    expected: '1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe² above 0',
    fix: 'look at the moments: one return may make up all of them',
  });
}

/**
 * The probabilistic Sharpe ratio (PSR): the chance that the true Sharpe ratio is above `benchmark`, for returns that are
 * neither normal nor many (Bailey and López de Prado 2012, equation 9):
 * Phi[(SR - SR*) sqrt(T - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR²)]. It takes returns of different periods for independent; for
 * overlapping horizons use {@link sharpeTest}. With the moments of {@link sharpeSample} it is skfolio's number; purgedcv and ffn
 * correct skewness and kurtosis for small samples, which the formula does not ask for (purgedcv also divides by the population's
 * deviation); quantstats puts the excess kurtosis where the other kind belongs, and is wrong.
 *
 * @returns in [0, 1].
 * @throws ReluctantError `annualised-sharpe`, `kurtosis-kind`, `variance-not-positive`.
 * @example
 * const monthly = { sharpe: 1.585 / Math.sqrt(12), observations: 24, skewness: -2.448, kurtosis: 10.164 };
 * probabilisticSharpe(monthly); // 0.913234306884869
 */
export function probabilisticSharpe(sample: SharpeSample, options: ProbabilisticOptions = {}): number {
  const operation = 'probabilisticSharpe';
  checkOptions(operation, options, ['benchmark', 'convention']);
  const checked = checkSample(operation, sample);
  const { benchmark, convention } = checkBenchmark(operation, options);
  const observed = convention === 'observed';
  const spread = sharpeVariance(operation, checked, observed ? checked.sharpe : benchmark);
  const count = checked.observations - (observed ? 1 : 0);
  return normalCDF(((checked.sharpe - benchmark) * Math.sqrt(count)) / Math.sqrt(spread));
}

/**
 * The minimum track record length (MinTRL): how many periods it takes until `probabilisticSharpe` reaches `confidence`
 * (Bailey and López de Prado 2012, equation 11). Divide by the periods of a year for years. purgedcv rounds it up to whole
 * periods; this does not.
 *
 * @param confidence in (0.5, 1). Default 0.95.
 * @returns periods, not rounded; Infinity when the ratio does not exceed the benchmark.
 * @throws ReluctantError as {@link probabilisticSharpe}.
 * @example
 * const monthly = { sharpe: 3 / Math.sqrt(12), observations: 60, skewness: -0.72, kurtosis: 5.78 };
 * minimumTrackRecord(monthly, { benchmark: 2.5 / Math.sqrt(12) }) / 12; // 27.3529
 */
export function minimumTrackRecord(
  sample: SharpeSample,
  options: ProbabilisticOptions & { confidence?: number } = {},
): number {
  const operation = 'minimumTrackRecord';
  checkOptions(operation, options, ['benchmark', 'convention', 'confidence']);
  const checked = checkSample(operation, sample);
  const { benchmark, convention } = checkBenchmark(operation, options);
  const confidence = checkNumber(operation, 'confidence', options.confidence ?? 0.95, 0.5, 1 - 1e-15);
  if (checked.sharpe <= benchmark) return Infinity;
  const observed = convention === 'observed';
  const spread = sharpeVariance(operation, checked, observed ? checked.sharpe : benchmark);
  return (observed ? 1 : 0) + spread * (normalQuantile(confidence) / (checked.sharpe - benchmark)) ** 2;
}

/**
 * The expected maximum of N independent standard normal numbers, approximately: (1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e)) with g
 * = 0.5772 and Z the normal quantile (Bailey and López de Prado 2014, equation 1). N may be fractional.
 *
 * @param trials at least 1; one trial selects nothing, so it gives 0.
 * @example
 * expectedMaximum(100); // 2.5306028932016846
 */
export function expectedMaximum(trials: number): number {
  checkNumber('expectedMaximum', 'trials', trials, 1);
  if (trials === 1) return 0;
  const gamma = 0.5772156649015329;
  return Math.max(0, (1 - gamma) * -normalQuantile(1 / trials) + gamma * -normalQuantile(1 / (trials * Math.E)));
}

/**
 * The minimum backtest length (MinBTL) in years: below it, the best of so many worthless trials is expected to show the
 * Sharpe ratio of `target` a year (Bailey, Borwein, López de Prado and Zhu 2014, theorem 1).
 *
 * @param trials independent trials, at least 1.
 * @param target Sharpe ratio of a year, above 0. The one number of this folder that is annualised. Default 1.
 * @example
 * minimumBacktestLength(45); // 4.998087
 */
export function minimumBacktestLength(trials: number, target = 1): number {
  checkNumber('minimumBacktestLength', 'target', target, Number.MIN_VALUE);
  return (expectedMaximum(trials) / target) ** 2;
}

/** What was tried: the Sharpe ratio of every trial, or their number and variance. All per period. */
export type Trials = { sharpes: Numbers; effective?: number } | { count: number; variance: number };

/** Result of {@link deflatedSharpe}. */
export interface DeflatedSharpe {
  /** The chance that the true ratio is above what selection alone explains. */
  probability: number;
  /** Sharpe ratio per period that the best of so many worthless trials is expected to show. */
  threshold: number;
  /** Number of trials that counted. */
  trials: number;
  /** Variance of the trials' ratios (over N - 1). */
  variance: number;
}

/**
 * The deflated Sharpe ratio (DSR): {@link probabilisticSharpe} against the ratio that the best of N worthless trials is
 * expected to show, sqrt(V) {@link expectedMaximum}(N) (Bailey and López de Prado 2014). Give every trial, failed ones too;
 * where trials resemble each other, `effective` is their {@link effectiveTrials}. It is stricter than its 95 % sound, since it doubts
 * the expected maximum as if it were one trial: among worthless trials it errs in far fewer than 5 of 100 searches. Where
 * returns overlap it errs in far more (25 of 100 over 20 days), since it takes them for independent. {@link bestSharpeTest} keeps its level.
 *
 * @throws ReluctantError as {@link probabilisticSharpe}; `zero-variance` when several trials all have one ratio.
 * @example
 * const daily = { sharpe: 2.5 / Math.sqrt(250), observations: 1250, skewness: -3, kurtosis: 10 };
 * deflatedSharpe(daily, { count: 100, variance: 0.5 / 250 }).probability; // 0.90039683444939
 */
export function deflatedSharpe(
  sample: SharpeSample,
  trials: Trials,
  options: Pick<ProbabilisticOptions, 'convention'> = {},
): DeflatedSharpe {
  const operation = 'deflatedSharpe';
  checkOptions(operation, options, ['convention']);
  const { count, variance: spread } = checkTrials(operation, trials);
  const threshold = Math.sqrt(spread) * expectedMaximum(count);
  return {
    probability: probabilisticSharpe(sample, { ...options, benchmark: threshold }),
    threshold,
    trials: count,
    variance: spread,
  };
}

function checkTrials(operation: string, trials: Trials): { count: number; variance: number } {
  if ('sharpes' in trials) {
    checkOptions(operation, trials, ['sharpes', 'effective']);
    const sharpes = finiteRows(operation, 'sharpes', trials.sharpes);
    for (const sharpe of sharpes) perPeriod(operation, 'the Sharpe ratio of a trial', sharpe);
    const count = checkNumber(operation, 'effective', trials.effective ?? sharpes.length, 1, sharpes.length);
    const spread = sharpes.length > 1 ? variance(sharpes, 1) : 0;
    if (count > 1 && !(spread > 1e-24 * sharpes[0]! ** 2)) {
      throw new ReluctantError({
        code: 'zero-variance',
        operation,
        problem: `all ${sharpes.length} trials have the same Sharpe ratio`,
        received: sharpes[0],
        expected: 'trials that differ, or one',
        fix: 'a trial that was recorded several times counts once',
      });
    }
    return { count, variance: spread };
  }
  checkOptions(operation, trials, ['count', 'variance']);
  return {
    count: checkNumber(operation, 'count', trials.count, 1),
    variance: checkNumber(operation, 'variance', trials.variance, 0, 1.5 ** 2),
  };
}

function checkBenchmark(operation: string, options: ProbabilisticOptions) {
  return {
    benchmark: perPeriod(operation, 'benchmark', options.benchmark ?? 0),
    convention: checkChoice(operation, 'convention', options.convention ?? 'observed', ['observed', 'benchmark']),
  };
}
