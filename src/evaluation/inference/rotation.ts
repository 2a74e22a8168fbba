import { checkInteger, checkNumber, Random } from '../../core';
import { mean } from '../statistics/moments';
import { checkCosines, cosineTransforms } from './longRunVariance';

/** Options of the tests that ask whether the best of several is better than nothing. */
export interface RotationOptions {
  /** Rows that one outcome spans: 5 for returns over five days taken every day. Default 1. */
  horizon?: number;
  /** Random rotations. Default 999. */
  draws?: number;
  /** Default 1. */
  seed?: number;
  /** Share of worlds without effect in which the verdict may be wrong. Default 0.05. */
  level?: number;
}

/** Result of {@link bestSharpeTest}: the best of several, judged as the best of several. */
export interface BestOfSeveral {
  /** Position of the column with the largest statistic. */
  best: number;
  /** Its mean over its standard error. */
  statistic: number;
  /** The chance that the best of as many worthless and equally related columns looks as good. */
  pValue: number;
  significant: boolean;
}

/**
 * Tests the largest of several means, however the columns depend on each other and however long neighbours in time do. The
 * mean and the slowest cosine transforms of every column are as good as independent with one covariance between the columns (Müller
 * 2007), so turning them all by one random rotation makes a world that is as likely when no column has a mean (Langsrud 2005).
 *
 * @param columns `columns[n][t]`, the effect whose mean is asked for.
 * @param bar columns with a statistic below it do not count, unless it is the best: they are no rivals.
 */
export function rotationTest(
  operation: string,
  columns: readonly Float64Array[],
  options: RotationOptions,
  bar = -Infinity,
): BestOfSeveral {
  const horizon = checkInteger(operation, 'horizon', options.horizon ?? 1, 1);
  const draws = checkInteger(operation, 'draws', options.draws ?? 999, 19, 1e6);
  const level = checkNumber(operation, 'level', options.level ?? 0.05, 1e-12, 1);
  const random = new Random(options.seed ?? 1);
  const rows = columns[0]!.length;
  const count = checkCosines(operation, rows, horizon);
  const parts = columns.map((column) => {
    const center = mean(column);
    const cosines = cosineTransforms(
      column.map((value) => value - center),
      count,
    );
    return Float64Array.of(Math.sqrt(rows) * center, ...cosines);
  });
  const totals = parts.map((part) => part.reduce((sum, value) => sum + value * value, 0));
  const direction = new Float64Array(count + 1);
  direction[0] = 1;
  const statistics = parts.map((part, k) => ratio(along(part, direction), totals[k]!, count));
  const statistic = Math.max(...statistics);
  const best = statistics.indexOf(statistic);
  const rivals = [...parts.keys()].filter((k) => k === best || statistics[k]! >= bar);
  let atLeast = 1;
  for (let draw = 0; draw < draws; draw++) {
    randomDirection(random, direction);
    if (rivals.some((k) => ratio(along(parts[k]!, direction), totals[k]!, count) >= statistic)) atLeast++;
  }
  const pValue = atLeast / (draws + 1);
  return { best, statistic, pValue, significant: pValue <= level };
}

/** Student's t of the part along a direction, over what is left of the sum of squares. */
function ratio(part: number, total: number, count: number): number {
  return part / Math.sqrt(Math.max(Number.MIN_VALUE, total - part * part) / count);
}

function along(part: Float64Array, direction: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < part.length; k++) sum += part[k]! * direction[k]!;
  return sum;
}

/** Uniform on the unit sphere (Muller 1959). */
function randomDirection(random: Random, direction: Float64Array): void {
  let squares = 0;
  for (let k = 0; k < direction.length; k++) {
    direction[k] = random.normal();
    squares += direction[k]! ** 2;
  }
  for (let k = 0; k < direction.length; k++) direction[k]! /= Math.sqrt(squares);
}
