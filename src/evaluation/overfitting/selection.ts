import { type BlockMetric, combinations, visitHalves } from './halves';

/** The strategy chosen inside every half, and what became of it outside. One number per half, in lexicographic order of the halves. */
export interface Selections {
  logits: Float64Array;
  inSample: Float64Array;
  outOfSample: Float64Array;
  /** Mean over all strategies out of sample: what choosing blindly earns. */
  average: Float64Array;
}

/** Numbers this close, relative to the largest beside them, are ties: they differ by the order in which sums were rounded. */
const TIE = 1e-12;

/**
 * Chooses the best strategy in each half and ranks it outside. Strategies that tie as the best share the choice: their ranks
 * and results outside are averaged, so the order of the columns decides nothing.
 */
export function selectInHalves(metric: BlockMetric): Selections {
  const halves = combinations(metric.sums.length, metric.sums.length / 2);
  const result: Selections = {
    logits: new Float64Array(halves),
    inSample: new Float64Array(halves),
    outOfSample: new Float64Array(halves),
    average: new Float64Array(halves),
  };
  visitHalves(metric, (inside, outside, half) => {
    choose(inside, outside, half, result);
    choose(outside, inside, halves - 1 - half, result);
  });
  return result;
}

/** Chooses by the one judgement and looks the choice up in the other. */
function choose(inside: Float64Array, outside: Float64Array, half: number, result: Selections): void {
  const strategies = inside.length;
  let [top, sum, scale] = [-Infinity, 0, 0];
  for (let n = 0; n < strategies; n++) {
    if (inside[n]! > top) top = inside[n]!;
    sum += outside[n]!;
    scale = Math.max(scale, Math.abs(inside[n]!), Math.abs(outside[n]!));
  }
  const reach = TIE * scale;
  let [chosen, rank, earned] = [0, 0, 0];
  for (let n = 0; n < strategies; n++) {
    if (inside[n]! < top - reach) continue;
    chosen++;
    rank += midrank(outside, n, reach);
    earned += outside[n]!;
  }
  const share = rank / chosen / (strategies + 1);
  result.logits[half] = Math.log(share / (1 - share));
  result.inSample[half] = top;
  result.outOfSample[half] = earned / chosen;
  result.average[half] = sum / strategies;
}

/** Rank from 1, ties sharing the mean of their ranks. */
function midrank(values: Float64Array, place: number, reach: number): number {
  const value = values[place]!;
  let [below, equal] = [0, 0];
  for (let n = 0; n < values.length; n++) {
    if (values[n]! < value - reach) below++;
    else if (values[n]! <= value + reach) equal++;
  }
  return below + (equal + 1) / 2;
}
