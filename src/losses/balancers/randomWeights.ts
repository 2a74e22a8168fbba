import type { Random } from '../../core';

/**
 * Random loss weighting (Lin, Ye, Zhang and Tsang 2022): K softmax of standard normal draws, new for every step. The
 * control that a balancer has to beat: it knows nothing of the terms.
 *
 * @param random the stream to draw from.
 * @param terms how many weights, adding up to this number.
 *
 * @example
 * randomWeights(new Random(1), 3).length; // 3
 */
export function randomWeights(random: Random, terms: number): number[] {
  const powers = Array.from({ length: terms }, () => Math.exp(random.normal()));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => (terms * power) / sum);
}
