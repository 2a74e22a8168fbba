import { Random } from '../../core';
import { quantiles } from '../statistics/distributions';
import { standardDeviation } from '../statistics/moments';
import type { Block } from './blocks';
import { blockMetric, type HalfMetric, isScaleFree } from './metrics';
import { selectInHalves } from './selection';

/** What PBO looks like when no strategy is better than another. */
export interface NullBand {
  /** 5 % and 95 % quantile of PBO among the permuted worlds. */
  band: [number, number];
  /** Share of the permuted worlds, with this one, whose PBO is as low: the p-value of "the choice carries over". */
  pValue: number;
  /** PBO of each permuted world. */
  probabilities: Float64Array;
}

/**
 * The permutation null of PBO: in each block, what the strategies earn beyond their common average changes its sign by chance.
 * When none is better than another such worlds are as likely as the real one, however the strategies depend on each other;
 * a strategy that is better everywhere is better nowhere in them.
 */
export function nullBand(
  strategies: readonly Float64Array[],
  blocks: readonly Block[],
  metric: HalfMetric,
  observed: number,
  draws: number,
  seed: number,
): NullBand {
  // Where the metric does not depend on the scale of the returns, the common average should not either.
  const scaled = isScaleFree(metric)
    ? strategies.map((returns) => {
        const spread = standardDeviation(returns);
        return spread > 0 ? returns.map((value) => value / spread) : returns;
      })
    : strategies;
  const average = scaled[0]!.map((_, t) => scaled.reduce((sum, returns) => sum + returns[t]!, 0) / scaled.length);
  const mirrored = scaled.map((returns) => returns.map((value, t) => 2 * average[t]! - value));
  const random = new Random(seed);
  const probabilities = new Float64Array(draws);
  let asLow = 1;
  for (let draw = 0; draw < draws; draw++) {
    const world = scaled.map((returns) => Float64Array.from(returns));
    for (const [first, end] of blocks)
      if (random.uniform() >= 0.5)
        for (const [n, returns] of world.entries()) returns.set(mirrored[n]!.subarray(first, end), first);
    probabilities[draw] = overfitShare(selectInHalves(blockMetric(metric, world, blocks)).logits);
    if (probabilities[draw]! <= observed + 1e-12) asLow++;
  }
  const [low, high] = quantiles(probabilities, [0.05, 0.95]);
  return { band: [low!, high!], pValue: asLow / (draws + 1), probabilities };
}

/** The share of halves whose choice ends in the lower half, or in the middle, of the strategies. */
export function overfitShare(logits: Float64Array): number {
  let count = 0;
  for (const logit of logits) if (logit <= 1e-12) count++;
  return count / logits.length;
}
