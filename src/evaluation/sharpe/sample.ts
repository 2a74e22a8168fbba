import { checkInteger, checkNumber, ReluctantError } from '../../core';
import { isConstant } from '../inference/meanTest';
import { mean } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { finiteRows, type Numbers } from '../statistics/rows';

/**
 * A Sharpe ratio with what its distribution depends on, all per period (per day for daily returns), nothing annualised. Exactly
 * one kind of kurtosis is given.
 */
export interface SharpeSample {
  /** Mean over standard deviation of the excess returns of one period. */
  sharpe: number;
  /** Number of periods, T. */
  observations: number;
  /** Third standardised moment. Default 0. */
  skewness?: number;
  /** Fourth standardised moment: 3 for a normal law. */
  kurtosis?: number;
  /** The fourth standardised moment less 3: 0 for a normal law, as pandas and SciPy report it. */
  excessKurtosis?: number;
}

/** Options of {@link sharpeRatio} and {@link sharpeSample}. */
export interface SharpeOptions {
  /** Riskless return of one period, taken off every return. Default 0. */
  riskFree?: number;
  /** Taken from T in the variance. Default 1, the unbiased variance; 0 as purgedcv has it. */
  degreesLost?: 0 | 1;
}

const ANNUALISED = 1.5;

/**
 * The Sharpe ratio per period: mean over standard deviation of the excess returns (Sharpe 1994). Multiply by the square root
 * of the periods of a year to annualise; every other function here takes the ratio per period.
 *
 * @throws ReluctantError `zero-variance` for constant returns, `not-finite` naming the row, `too-few-rows`.
 * @example
 * sharpeRatio([0.01, 0.03, -0.01, 0.01]); // 0.6123724356957945
 */
export function sharpeRatio(returns: Numbers, options: SharpeOptions = {}): number {
  return moments('sharpeRatio', returns, options).sharpe;
}

/**
 * The Sharpe ratio of returns together with their length, skewness and kurtosis (population moments, as SciPy's defaults).
 *
 * @throws ReluctantError as {@link sharpeRatio}.
 * @example
 * sharpeSample([0.01, 0.03, -0.01, 0.01]).kurtosis; // 2
 */
export function sharpeSample(
  returns: Numbers,
  options: SharpeOptions = {},
): Required<Omit<SharpeSample, 'excessKurtosis'>> {
  return moments('sharpeSample', returns, options);
}

function moments(operation: string, returns: Numbers, options: SharpeOptions) {
  checkOptions(operation, options, ['riskFree', 'degreesLost']);
  const riskFree = checkNumber(operation, 'riskFree', options.riskFree ?? 0);
  const degreesLost = checkInteger(operation, 'degreesLost', options.degreesLost ?? 1, 0, 1);
  const column = finiteRows(operation, 'returns', returns, 2);
  refuseConstant(operation, column);
  const center = mean(column);
  let [second, third, fourth] = [0, 0, 0];
  for (const value of column) {
    const distance = value - center;
    second += distance ** 2;
    third += distance ** 3;
    fourth += distance ** 4;
  }
  const rows = column.length;
  const variance = second / rows;
  return {
    sharpe: (center - riskFree) / Math.sqrt(second / (rows - degreesLost)),
    observations: rows,
    skewness: third / rows / variance ** 1.5,
    kurtosis: fourth / rows / variance ** 2,
  };
}

/** Throws unless the returns vary. */
export function refuseConstant(operation: string, returns: Float64Array, where?: Record<string, number>): void {
  if (!isConstant(returns)) return;
  throw new ReluctantError({
    code: 'zero-variance',
    operation,
    problem: 'the returns are constant, and a Sharpe ratio divides by their standard deviation',
    ...(where ? { where } : {}),
    received: returns[0],
    expected: 'returns that vary',
  });
}

/** The sample with its kurtosis in one kind, or an error: two kinds, none, or a ratio that can only be annualised. */
export function checkSample(operation: string, sample: SharpeSample): Required<Omit<SharpeSample, 'excessKurtosis'>> {
  checkOptions(operation, sample, ['sharpe', 'observations', 'skewness', 'kurtosis', 'excessKurtosis']);
  if ((sample.kurtosis === undefined) === (sample.excessKurtosis === undefined)) {
    throw new ReluctantError({
      code: 'kurtosis-kind',
      operation,
      problem: sample.kurtosis === undefined ? 'no kurtosis is given' : 'two kinds of kurtosis are given',
      expected: 'kurtosis (3 for a normal law) or excessKurtosis (0 for a normal law)',
      fix: 'sharpeSample(returns) measures all of them',
    });
  }
  const kurtosis = sample.kurtosis ?? sample.excessKurtosis! + 3;
  const skewness = checkNumber(operation, 'skewness', sample.skewness ?? 0);
  checkNumber(operation, 'kurtosis', kurtosis);
  if (kurtosis < skewness ** 2 + 1 - 1e-9) {
    throw new ReluctantError({
      code: 'kurtosis-kind',
      operation,
      problem: 'no distribution has this kurtosis with this skewness',
      received: { skewness, kurtosis },
      expected: 'kurtosis of at least skewness² + 1',
      fix: 'if it is 0 for a normal law, name it excessKurtosis',
    });
  }
  return {
    sharpe: perPeriod(operation, 'sharpe', sample.sharpe),
    observations: checkInteger(operation, 'observations', sample.observations, 2),
    skewness,
    kurtosis,
  };
}

/** A Sharpe ratio per period; one that is plainly annualised is refused. */
export function perPeriod(operation: string, name: string, sharpe: number): number {
  checkNumber(operation, name, sharpe);
  if (Math.abs(sharpe) <= ANNUALISED) return sharpe;
  throw new ReluctantError({
    code: 'annualised-sharpe',
    operation,
    problem: `${name} is annualised, it seems: no returns earn ${ANNUALISED} standard deviations in every single period`,
    received: sharpe,
    expected: 'a Sharpe ratio per period',
    fix: 'divide it by the square root of the periods of a year: sharpe / Math.sqrt(252) for daily returns',
  });
}
