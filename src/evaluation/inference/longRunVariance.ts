import { checkChoice, checkInteger, ReluctantError } from '../../core';
import { checkOptions } from '../statistics/options';
import { finiteRows, type Numbers } from '../statistics/rows';

/** Options of {@link longRunVariance}. */
export interface LongRunOptions {
  /**
   * `cosine` (default): the mean square of the series' slowest cosine transforms, which has a known law in small samples.
   * `neweyWest`: autocovariances up to `lag` with falling weights (Newey and West 1987). `independent`: none of them.
   */
  method?: 'cosine' | 'neweyWest' | 'independent';
  /** Rows that one outcome spans: 5 for returns over five days taken every day. Default 1. */
  horizon?: number;
  /** Only for `neweyWest`: autocovariances used. Default the larger of `horizon` - 1 and floor(4 (T / 100)^(2/9)). */
  lag?: number;
}

/** A variance of sqrt(T) times a mean, and how much is known about it. */
export interface LongRunVariance {
  variance: number;
  /** Degrees of freedom of Student's t for a mean over its standard error: the number of cosines; T - 1 for the other methods. */
  degrees: number;
}

/** Cosines that {@link longRunVariance} uses for T rows: as many as Lazarus, Lewis, Stock and Watson (2018) advise, and few enough that none turns within three horizons. */
export function cosineCount(rows: number, horizon: number): number {
  return Math.min(Math.round(0.4 * rows ** (2 / 3)), Math.floor(rows / (3 * horizon)));
}

/**
 * The long-run variance of a series: the variance of sqrt(T) times its mean when neighbours depend on each other, as the
 * returns of overlapping horizons do. With `cosine`, the mean over its standard error follows Student's t with as many degrees of
 * freedom as there are cosines (Müller 2007; Lazarus, Lewis, Stock and Watson 2018), which keeps the promised error rate where
 * Newey and West's estimate does not: see `npm run bench:evaluation`.
 *
 * @param values one number per row of time, in order.
 * @returns the variance, at least 0.
 * @throws ReluctantError `too-few-rows` when fewer than three cosines fit, that is under nine horizons or so.
 * @example
 * longRunVariance([1, -1, 1, -1, 1, -1, 1, -1, 1, -1], { method: 'independent' }).variance; // 1
 */
export function longRunVariance(values: Numbers, options: LongRunOptions = {}): LongRunVariance {
  const operation = 'longRunVariance';
  checkOptions(operation, options, ['method', 'horizon', 'lag']);
  const method = checkChoice(operation, 'method', options.method ?? 'cosine', ['cosine', 'neweyWest', 'independent']);
  const horizon = checkInteger(operation, 'horizon', options.horizon ?? 1, 1);
  const column = finiteRows(operation, 'values', values, 2);
  const rows = column.length;
  if (options.lag !== undefined && method !== 'neweyWest') {
    throw new ReluctantError({
      code: 'option-not-used',
      operation,
      problem: `lag has no meaning for the method "${method}"`,
      fix: 'leave it out, or choose method "neweyWest"',
    });
  }
  const center = column.reduce((sum, value) => sum + value, 0) / rows;
  for (let k = 0; k < rows; k++) column[k]! -= center;
  if (method === 'cosine') {
    const degrees = checkCosines(operation, rows, horizon);
    return { variance: meanSquare(cosineTransforms(column, degrees)), degrees };
  }
  const automatic = Math.min(rows - 1, Math.max(horizon - 1, Math.floor(4 * (rows / 100) ** (2 / 9))));
  const lag = method === 'independent' ? 0 : checkInteger(operation, 'lag', options.lag ?? automatic, 0, rows - 1);
  let variance = autocovariance(column, 0);
  for (let k = 1; k <= lag; k++) variance += 2 * (1 - k / (lag + 1)) * autocovariance(column, k);
  return { variance: Math.max(0, variance), degrees: rows - 1 };
}

/** The number of cosines, at least three, or an error that says how many rows it takes. */
export function checkCosines(operation: string, rows: number, horizon: number): number {
  const count = cosineCount(rows, horizon);
  if (count >= 3) return count;
  throw new ReluctantError({
    code: 'too-few-rows',
    operation,
    problem: `${rows} rows are too few to judge outcomes that span ${horizon} rows`,
    received: rows,
    expected: `at least ${Math.max(21, 9 * horizon)} rows`,
    fix: 'use a longer period or a shorter horizon',
  });
}

/** sqrt(2 / T) sum_t cos(pi j (t - 1/2) / T) x_t for j = 1 .. count: independent, each with the long-run variance. */
export function cosineTransforms(values: Float64Array, count: number): Float64Array {
  const rows = values.length;
  const result = new Float64Array(count);
  for (let j = 1; j <= count; j++) {
    // cos((t + 1/2) a) by the recurrence of Chebyshev: no cosine per row.
    const angle = (Math.PI * j) / rows;
    const turn = 2 * Math.cos(angle);
    let [previous, current] = [Math.cos(angle / 2), Math.cos(angle / 2)];
    let sum = 0;
    for (let t = 0; t < rows; t++) {
      sum += current * values[t]!;
      [previous, current] = [current, turn * current - previous];
    }
    result[j - 1] = Math.sqrt(2 / rows) * sum;
  }
  return result;
}

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

function autocovariance(centred: Float64Array, lag: number): number {
  let sum = 0;
  for (let t = lag; t < centred.length; t++) sum += centred[t]! * centred[t - lag]!;
  return sum / centred.length;
}
