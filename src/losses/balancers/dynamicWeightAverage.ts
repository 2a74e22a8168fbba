/**
 * The weights of Dynamic Weight Average (Liu, Johns and Davison 2019): K softmax(r / T), where r is each term's loss of the
 * last epoch over that of the epoch before. A term whose loss falls slowly counts more; the weights add up to K.
 *
 * @param ratios loss(t - 1) / loss(t - 2) of each term; all 1 in the first two epochs.
 * @param temperature T > 0, larger is more even; the paper's 2 by default.
 *
 * @example
 * dynamicWeightAverage([0.5, 1, 2]).map((weight) => Number(weight.toFixed(5))); // [0.68166, 0.87527, 1.44307]
 */
export function dynamicWeightAverage(ratios: readonly number[], temperature = 2): number[] {
  const largest = Math.max(...ratios);
  // Subtracting the largest changes nothing and cannot overflow.
  const powers = ratios.map((ratio) => Math.exp((ratio - largest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => (ratios.length * power) / sum);
}
