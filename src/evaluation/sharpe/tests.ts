import { checkNumber, ReluctantError } from '../../core';
import { type LongRunOptions, longRunVariance } from '../inference/longRunVariance';
import { meanTest, type TestedMean } from '../inference/meanTest';
import { type BestOfSeveral, type RotationOptions, rotationTest } from '../inference/rotation';
import { mean, standardDeviation } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { finiteColumns, finiteRows, type Numbers } from '../statistics/rows';
import { perPeriod, refuseConstant } from './sample';

/** What each row adds to a Sharpe ratio: z - SR (z² - 1) / 2 with z the standardised return (Lo 2002; Ledoit and Wolf 2008). Its mean is 0. */
function influence(operation: string, returns: Float64Array, where?: Record<string, number>) {
  refuseConstant(operation, returns, where);
  const [center, spread] = [mean(returns), standardDeviation(returns, 1)];
  const sharpe = center / spread;
  const rows = returns.map((value) => {
    const z = (value - center) / spread;
    return z - (sharpe / 2) * (z * z - 1);
  });
  return { sharpe, rows };
}

/**
 * The standard error of a Sharpe ratio per period whose returns depend on each other (Lo 2002, with the long-run variance of
 * {@link longRunVariance}). With `independent` it is the delta method for returns of any distribution (Mertens 2002).
 *
 * @throws ReluctantError as {@link sharpeRatio} and {@link longRunVariance}.
 * @example
 * sharpeStandardError([1, -1, 2, -2, 1, -1, 2, -2], { method: 'independent' }); // 0.330718913883
 */
export function sharpeStandardError(returns: Numbers, options: LongRunOptions = {}): number {
  const operation = 'sharpeStandardError';
  const { rows } = influence(operation, finiteRows(operation, 'returns', returns, 3));
  return Math.sqrt(longRunVariance(rows, options).variance / rows.length);
}

/** Options of {@link sharpeTest} and {@link sharpeDifference}. */
export interface SharpeTestOptions extends LongRunOptions {
  /** Sharpe ratio per period that is doubted; of a difference, the difference. Default 0. */
  benchmark?: number;
  /** Share of worlds without skill in which the verdict may be wrong. Default 0.05. */
  level?: number;
}

/** A tested Sharpe ratio, or difference of two, per period. */
export interface TestedSharpe extends Omit<TestedMean, 'mean'> {
  sharpe: number;
}

/**
 * Tests a Sharpe ratio where returns overlap or depend on each other; `horizon` says over how many rows one return reaches.
 * Two-sided: `significant` with a negative statistic says that the strategy loses.
 *
 * @throws ReluctantError as {@link sharpeRatio} and {@link longRunVariance}.
 * @example
 * const returns = Array.from({ length: 60 }, (_, t) => (t % 3 ? 0.01 : -0.01));
 * sharpeTest(returns, { method: 'independent' }).significant; // true
 */
export function sharpeTest(returns: Numbers, options: SharpeTestOptions = {}): TestedSharpe {
  const operation = 'sharpeTest';
  checkOptions(operation, options, ['benchmark', 'level', 'method', 'horizon', 'lag']);
  const { sharpe, rows } = influence(operation, finiteRows(operation, 'returns', returns, 3));
  return tested(operation, sharpe, rows, options);
}

/**
 * Tests the difference of two Sharpe ratios of the same periods, first less second, minding that both saw the same market
 * (Jobson and Korkie 1981; Ledoit and Wolf 2008).
 *
 * @throws ReluctantError as {@link sharpeTest}; `length-mismatch`; `zero-variance` when the two are the same strategy.
 * @example
 * const better = Array.from({ length: 60 }, (_, t) => (t % 3 ? 0.01 : -0.01));
 * sharpeDifference(better, better.map((value, t) => (t % 2 ? value : -value))).sharpe > 0; // true
 */
export function sharpeDifference(first: Numbers, second: Numbers, options: SharpeTestOptions = {}): TestedSharpe {
  const operation = 'sharpeDifference';
  checkOptions(operation, options, ['benchmark', 'level', 'method', 'horizon', 'lag']);
  const [a, b] = finiteColumns(operation, 'strategies', [first, second], { columns: 2, rows: 3 }).map((returns, k) =>
    influence(operation, returns, { column: k }),
  );
  const rows = a!.rows.map((value, t) => value - b!.rows[t]!);
  const size = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (size(rows) <= 1e-12 * size(a!.rows)) {
    throw new ReluctantError({
      code: 'zero-variance',
      operation,
      problem: 'the two strategies are one: each earns the same as the other, or a multiple of it',
      expected: 'strategies that differ',
    });
  }
  return tested(operation, a!.sharpe - b!.sharpe, rows, options);
}

function tested(operation: string, sharpe: number, rows: Float64Array, options: SharpeTestOptions): TestedSharpe {
  const { benchmark = 0, ...others } = options;
  perPeriod(operation, 'benchmark', benchmark);
  const shifted = rows.map((value) => value + sharpe);
  const { mean: _, ...result } = meanTest(shifted, { ...others, against: benchmark });
  return { sharpe, ...result };
}

/**
 * Tests the best of several strategies as the best of several: how often would as many worthless strategies, related to
 * each other as these are, show one with a Sharpe ratio so far above its error? Unlike the deflated Sharpe ratio it keeps
 * its level, needs no number of independent trials, and minds overlapping returns.
 *
 * @param strategies `strategies[n][t]`: the return of strategy n in period t; every one that was tried.
 * @throws ReluctantError as {@link sharpeTest}.
 * @example
 * const random = new Random(1);
 * const worthless = Array.from({ length: 20 }, () => Float64Array.from({ length: 250 }, () => random.normal()));
 * bestSharpeTest(worthless).significant; // false
 */
export function bestSharpeTest(strategies: readonly Numbers[], options: RotationOptions = {}): BestOfSeveral {
  const operation = 'bestSharpeTest';
  checkOptions(operation, options, ['horizon', 'draws', 'seed', 'level']);
  checkNumber(operation, 'level', options.level ?? 0.05, 1e-12, 1);
  const columns = finiteColumns(operation, 'strategies', strategies, { columns: 1, rows: 21 }).map((returns, k) => {
    const { sharpe, rows } = influence(operation, returns, { column: k });
    return rows.map((value) => value + sharpe);
  });
  return rotationTest(operation, columns, options);
}
