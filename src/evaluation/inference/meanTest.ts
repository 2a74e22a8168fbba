import { checkNumber, ReluctantError } from '../../core';
import { studentCritical, studentTwoSided } from '../statistics/laws';
import { mean } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { finiteRows, type Numbers } from '../statistics/rows';
import { type LongRunOptions, longRunVariance } from './longRunVariance';

/** Options of {@link meanTest}. */
export interface MeanTestOptions extends LongRunOptions {
  /** The mean that is doubted. Default 0. */
  against?: number;
  /** Share of worlds without effect in which the verdict may be wrong. Default 0.05. */
  level?: number;
}

/** A tested mean. */
export interface TestedMean {
  mean: number;
  standardError: number;
  /** (mean - against) / standardError */
  statistic: number;
  degrees: number;
  /** Two-sided, of Student's t. */
  pValue: number;
  /** The interval of 1 - level. */
  interval: [number, number];
  /** Whether pValue is at most `level`. */
  significant: boolean;
}

/**
 * Tests a mean of dependent values with a standard error that minds the dependence. Every test of this library that compares
 * averages over time (IC, spread of quantiles, Sharpe ratios, losses of two models) ends here.
 *
 * @throws ReluctantError `zero-variance` for a constant series, and those of {@link longRunVariance}.
 * @example
 * meanTest([0.1, 0.3, 0.2, 0.4, 0.1, 0.3, 0.2, 0.4], { method: 'independent' }).significant; // true
 */
export function meanTest(values: Numbers, options: MeanTestOptions = {}): TestedMean {
  const operation = 'meanTest';
  checkOptions(operation, options, ['method', 'horizon', 'lag', 'against', 'level']);
  const { against = 0, level = 0.05, ...longRun } = options;
  checkNumber(operation, 'against', against);
  checkNumber(operation, 'level', level, 1e-12, 1);
  const column = finiteRows(operation, 'values', values, 2);
  const center = mean(column);
  if (isConstant(column)) {
    throw new ReluctantError({
      code: 'zero-variance',
      operation,
      problem: 'every value is the same, so nothing can be said about the error of their mean',
      received: column[0],
      expected: 'values that vary',
    });
  }
  const { variance, degrees } = longRunVariance(column, longRun);
  const standardError = Math.sqrt(variance / column.length);
  const statistic = (center - against) / standardError;
  const pValue = studentTwoSided(statistic, degrees);
  const reach = studentCritical(level, degrees) * standardError;
  return {
    mean: center,
    standardError,
    statistic,
    degrees,
    pValue,
    interval: [center - reach, center + reach],
    significant: pValue <= level,
  };
}

/** Whether a column holds one value only, but for the rounding of sums. */
export function isConstant(values: Float64Array): boolean {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low <= 8 * Number.EPSILON * Math.max(Math.abs(low), Math.abs(high));
}
