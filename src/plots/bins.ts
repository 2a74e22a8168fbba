import { quantileOfSorted } from '../evaluation';
import { type Numbers, sortedFinite } from './numbers';

/** Equal-width bins: `counts[k]` values lie in [edges[k], edges[k + 1]), the last bin closed on both sides. */
export interface Bins {
  edges: Float64Array;
  counts: Float64Array;
  /** NaN and infinities, which belong to no bin. */
  notFinite: number;
}

/**
 * How many bins of equal width: the rule of Freedman and Diaconis (1981), 2 IQR n^(-1/3) wide, held between 8 and 80 so that
 * heavy tails do not ask for thousands.
 */
export function binCount(values: Numbers): number {
  const sorted = sortedFinite(values);
  const width = (2 * (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25))) / Math.cbrt(sorted.length);
  const range = sorted[sorted.length - 1]! - sorted[0]!;
  const wanted = width > 0 ? Math.ceil(range / width) : 8;
  return Number.isFinite(wanted) ? Math.min(80, Math.max(8, wanted)) : 8;
}

/** Counts `values` into `count` bins over [low, high]; one constant value gets a bin of its own. */
export function histogram(values: Numbers, count: number, low?: number, high?: number): Bins {
  let [first, last] = [low ?? Infinity, high ?? -Infinity];
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (!Number.isFinite(value)) continue;
    if (low === undefined && value < first) first = value;
    if (high === undefined && value > last) last = value;
  }
  if (!(first <= last)) [first, last] = [0, 1];
  if (first === last) {
    const half = first === 0 ? 0.5 : Math.abs(first) * 0.05;
    [first, last] = [first - half, last + half];
  }
  const width = (last - first) / count;
  const counts = new Float64Array(count);
  let notFinite = 0;
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (!Number.isFinite(value)) notFinite += 1;
    else if (value >= first && value <= last) counts[Math.min(count - 1, Math.floor((value - first) / width))]! += 1;
  }
  return { edges: Float64Array.from({ length: count + 1 }, (_, k) => first + k * width), counts, notFinite };
}

/** The middle of every bin. */
export function centres({ edges }: Bins): Float64Array {
  return Float64Array.from({ length: edges.length - 1 }, (_, k) => (edges[k]! + edges[k + 1]!) / 2);
}
