import { checkInteger, checkNumber } from '../../core';

// Our own, because what the package indexes offer is two hundred packages, under the GPL, or exact to seven digits only.

/**
 * The standard normal distribution function: the chance that a normal number is at most `x`. By its power series near the
 * middle (Marsaglia 2004, equation 4) and Laplace's continued fraction in the tails.
 *
 * @returns in [0, 1], to 1e-15; in the lower tail to 13 digits.
 * @example
 * normalCDF(1.96); // 0.9750021048517796
 */
export function normalCDF(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  const far = Math.abs(x);
  if (far > 3) {
    let fraction = far;
    for (let k = 80; k > 0; k--) fraction = far + k / fraction;
    const outside = far > 40 ? 0 : density / fraction;
    return x < 0 ? outside : 1 - outside;
  }
  let [sum, term] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}

/**
 * The standard normal quantile, the inverse of {@link normalCDF}, by Halley's iteration.
 *
 * @param probability in [0, 1]; 0 and 1 give -Infinity and Infinity.
 * @example
 * normalQuantile(0.975); // 1.959963984540054
 */
export function normalQuantile(probability: number): number {
  const p = checkNumber('normalQuantile', 'probability', probability, 0, 1);
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  let x = p < 0.1 ? -Math.sqrt(-2 * Math.log(p)) : 2.5 * (p - 0.5);
  for (let k = 0; k < 60; k++) {
    const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    const newton = (normalCDF(x) - p) / density;
    const step = newton / (1 + Math.max(-0.5, (x * newton) / 2));
    x -= step;
    if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(x))) break;
  }
  return x;
}

/**
 * The chance that Student's t with a whole number of degrees of freedom is farther from 0 than `t`: the p-value of a
 * two-sided test. Finite sums (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 *
 * @param degrees at least 1.
 * @returns in [0, 1], to 1e-14.
 * @example
 * studentTwoSided(2.2281388519649385, 10); // 0.05
 */
export function studentTwoSided(t: number, degrees: number): number {
  checkInteger('studentTwoSided', 'degrees', degrees, 1);
  if (Number.isNaN(t)) return Number.NaN;
  if (degrees > 1e7) return 2 * normalCDF(-Math.abs(t));
  const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees));
  const cosine2 = Math.cos(angle) ** 2;
  const odd = degrees % 2 === 1;
  let [sum, term] = [0, odd ? Math.cos(angle) : 1];
  for (let k = odd ? 1 : 0; k <= degrees - 2; k += 2) {
    sum += term;
    term *= ((k + 1) / (k + 2)) * cosine2;
  }
  const inside = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return Math.min(1, Math.max(0, 1 - inside));
}

/**
 * Student's t that is exceeded on both sides together with the chance `twoSided`; the half-width of an interval in standard
 * errors.
 *
 * @param twoSided in (0, 1), e.g. 0.05 for 95 %.
 * @example
 * studentCritical(0.05, 10); // 2.228138851986274
 */
export function studentCritical(twoSided: number, degrees: number): number {
  checkNumber('studentCritical', 'twoSided', twoSided, Number.MIN_VALUE, 1);
  let [low, high] = [0, 1];
  while (studentTwoSided(high, degrees) > twoSided && high < 1e300) high *= 2;
  for (let k = 0; k < 200 && high - low > 1e-15 * high; k++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > twoSided) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
