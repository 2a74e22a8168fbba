import { checkNumber, type Random, ReluctantError } from '../core';

/**
 * A GJR-GARCH(1,1) process (Glosten, Jagannathan and Runkle 1993; Bollerslev 1986 where `gamma` is 0):
 * h' = omega + (alpha + gamma [e < 0]) e^2 + beta h, with e = sqrt(h) z. `gamma` is the leverage effect: a fall
 * raises tomorrow's volatility more than a rise of the same size.
 */
export interface VolatilityProcess {
  /** Reaction to the last squared return, at least 0. */
  alpha: number;
  /** Extra reaction to a fall, at least 0. */
  gamma: number;
  /** Memory of the last variance, at least 0. */
  beta: number;
  /** Degrees of freedom of the Student t innovations, a whole number above 4; `Infinity` for normal ones. */
  degrees: number;
}

/** Moments that a {@link VolatilityProcess} implies; see {@link garchMoments}. */
export interface GarchMoments {
  /** alpha + gamma/2 + beta: the share of a variance shock that is still there a day later. */
  persistence: number;
  /** Kurtosis of the innovations: 3 for normal, 3 + 6/(degrees - 4) for Student t. */
  innovationKurtosis: number;
  /** Kurtosis of the returns, not excess; Infinity where the fourth moment does not exist. */
  kurtosis: number;
  /** Autocorrelation of squared returns at a lag of at least 1; NaN where the fourth moment does not exist. */
  squaredAutocorrelation(lag: number): number;
}

/**
 * The exact moments of a {@link VolatilityProcess} with symmetric innovations of unit variance. With k the kurtosis of
 * the innovations, p the persistence and q = beta^2 + 2 beta (alpha + gamma/2) + k (alpha^2 + alpha gamma + gamma^2/2),
 * the kurtosis is k (1 - p^2) / (1 - q). For gamma = 0 these are the formulas of Bollerslev (1986).
 *
 * @example
 * garchMoments({ alpha: 0.05, gamma: 0, beta: 0.93, degrees: Infinity }).kurtosis.toFixed(4); // '3.4335'
 */
export function garchMoments({ alpha, gamma, beta, degrees }: VolatilityProcess): GarchMoments {
  const k = degrees === Infinity ? 3 : 3 + 6 / (degrees - 4);
  const reaction = alpha + gamma / 2;
  const p = beta + reaction;
  const q = beta ** 2 + 2 * beta * reaction + k * (alpha ** 2 + alpha * gamma + gamma ** 2 / 2);
  const exists = q < 1 && degrees > 4;
  // E[h^2] for a unit mean variance; then cov(r'^2, r^2) = omega + E[(beta + (alpha + gamma [z<0]) z^2) z^2] E[h^2] - 1.
  const secondMoment = (1 - p ** 2) / (1 - q);
  const first = (1 - p + (beta + k * reaction) * secondMoment - 1) / (k * secondMoment - 1);
  return {
    persistence: p,
    innovationKurtosis: k,
    kurtosis: exists ? k * secondMoment : Infinity,
    squaredAutocorrelation: (lag) => (exists ? first * p ** (lag - 1) : Number.NaN),
  };
}

/** Throws unless the process has a finite variance and innovations with a fourth moment. */
export function checkVolatility(operation: string, process: VolatilityProcess): void {
  for (const key of ['alpha', 'gamma', 'beta'] as const) checkNumber(operation, key, process[key], 0, 1);
  const { degrees } = process;
  if (degrees !== Infinity && !(Number.isInteger(degrees) && degrees > 4)) {
    throw new ReluctantError({
      code: 'degrees-out-of-range',
      operation,
      problem: 'the degrees of freedom of the innovations are not usable',
      received: degrees,
      expected: 'a whole number above 4, or Infinity for normal innovations',
    });
  }
  const { persistence } = garchMoments(process);
  if (persistence < 1) return;
  throw new ReluctantError({
    code: 'variance-not-finite',
    operation,
    problem: 'the volatility process has no finite variance',
    received: persistence,
    expected: 'alpha + gamma/2 + beta below 1',
    fix: 'lower beta',
  });
}

/** A {@link VolatilityProcess} day by day, with a long-run variance of 1; it starts there. */
export class VolatilityState {
  private variance = 1;
  private readonly omega: number;

  constructor(
    private readonly process: VolatilityProcess,
    private readonly random: Random,
  ) {
    this.omega = 1 - garchMoments(process).persistence;
  }

  /** Today's standard deviation, known before today's return. */
  get deviation(): number {
    return Math.sqrt(this.variance);
  }

  /** A draw of the innovations: mean 0, variance 1. */
  innovation(): number {
    const { degrees } = this.process;
    return degrees === Infinity ? this.random.normal() : this.random.standardizedT(degrees);
  }

  /** Goes on to the next day, given today's return in the units of the long-run standard deviation. */
  advance(value: number): void {
    const { alpha, gamma, beta } = this.process;
    this.variance = this.omega + (alpha + (value < 0 ? gamma : 0)) * value ** 2 + beta * this.variance;
  }
}
