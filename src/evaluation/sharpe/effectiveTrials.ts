import { checkChoice } from '../../core';
import { pearson } from '../statistics/correlation';
import { checkOptions } from '../statistics/options';
import { finiteColumns, type Numbers } from '../statistics/rows';
import { refuseConstant } from './sample';

/** Result of {@link effectiveTrials}. */
export interface EffectiveTrials {
  /** Trials that count as independent, from 1 to the number of trials. */
  count: number;
  /** Cluster of each trial, numbered from 0 by first appearance; each its own for the methods without clusters. */
  clusters: Int32Array;
  /** Mean silhouette of the clusters, in [-1, 1]: 1 for clusters far apart. NaN for the methods without clusters. */
  silhouette: number;
}

/**
 * How many independent trials a set of strategies is worth. A hundred settings of one idea are nearly one trial, and
 * {@link deflatedSharpe} should not count a hundred.
 *
 * `clusters` (default) groups the strategies by the correlation distance sqrt((1 - rho) / 2), merging by average linkage, and takes the
 * number of groups whose silhouettes are best in the mean over their standard deviation (López de Prado and Lewis 2019 choose so; their clusters are those
 * of k-means from random starts, these need no chance). `spectrum` is the participation ratio of the correlation's eigenvalues, N² / sum rho².
 * `meanCorrelation` is mean rho + (1 - mean rho) N (Bailey and López de Prado 2014, equation 9). purgedcv estimates it from the order of the trials
 * instead, which says how a sampler walked and not how alike the strategies are.
 *
 * @param strategies `strategies[n][t]`, returns of the same periods.
 * @throws ReluctantError `zero-variance` naming a constant strategy, `length-mismatch`, `not-finite`.
 * @example
 * const [a, b] = [[1, -1, 1, -1, 2, -2], [1, 1, -1, -1, 0, 0]];
 * effectiveTrials([a, a.map((x) => 2 * x), b, b.map((x) => 3 * x)]).count; // 2
 */
export function effectiveTrials(
  strategies: readonly Numbers[],
  options: { method?: 'clusters' | 'spectrum' | 'meanCorrelation' } = {},
): EffectiveTrials {
  const operation = 'effectiveTrials';
  checkOptions(operation, options, ['method']);
  const method = checkChoice(operation, 'method', options.method ?? 'clusters', [
    'clusters',
    'spectrum',
    'meanCorrelation',
  ]);
  const columns = finiteColumns(operation, 'strategies', strategies, { columns: 1, rows: 3 });
  for (const [k, column] of columns.entries()) refuseConstant(operation, column, { column: k });
  const n = columns.length;
  const rho = columns.map((a, i) => Float64Array.from(columns, (b, j) => (i === j ? 1 : pearson(a, b))));
  if (method === 'clusters') return cluster(rho);
  let [sum, squares] = [0, 0];
  for (const row of rho)
    for (const value of row) {
      sum += value;
      squares += value * value;
    }
  const meanRho = n > 1 ? (sum - n) / (n * (n - 1)) : 1;
  const count = method === 'spectrum' ? n ** 2 / squares : Math.min(n, Math.max(1, meanRho + (1 - meanRho) * n));
  return { count, clusters: Int32Array.from({ length: n }, (_, k) => k), silhouette: Number.NaN };
}

function cluster(rho: readonly Float64Array[]): EffectiveTrials {
  const n = rho.length;
  const distance = rho.map((row) => row.map((value) => Math.sqrt(Math.max(0, (1 - value) / 2))));
  const alone = Int32Array.from({ length: n }, (_, k) => k);
  let best: { quality: number; clusters: Int32Array; silhouette: number } = {
    quality: -Infinity,
    clusters: alone,
    silhouette: 1,
  };
  // Trials that are all one another's copies have no second cluster to be compared with.
  if (distance.every((row) => row.every((value) => value < 1e-6)))
    return { count: 1, clusters: new Int32Array(n), silhouette: 1 };
  if (n <= 2) return { count: n, clusters: best.clusters, silhouette: n === 1 ? 1 : 0 };
  for (const clusters of merges(distance)) {
    const silhouettes = silhouettesOf(distance, clusters);
    const center = silhouettes.reduce((a, b) => a + b, 0) / n;
    const spread = Math.sqrt(silhouettes.reduce((a, b) => a + (b - center) ** 2, 0) / n);
    const quality = center / Math.max(spread, 1e-9);
    if (quality > best.quality && center > 0) best = { quality, clusters, silhouette: center };
  }
  if (best.quality === -Infinity) best.silhouette = 0; // nothing is alike: each trial stands alone
  return { count: new Set(best.clusters).size, clusters: best.clusters, silhouette: best.silhouette };
}

/** The partitions of average linkage (Sokal and Michener 1958) with n - 1 clusters down to 2. */
function* merges(distance: readonly Float64Array[]): Generator<Int32Array> {
  const n = distance.length;
  const between = distance.map((row) => Float64Array.from(row));
  const members = Array.from({ length: n }, (_, k) => [k]);
  const alive = new Set(members.keys());
  while (alive.size > 2) {
    let [a, b, nearest] = [-1, -1, Infinity];
    for (const i of alive)
      for (const j of alive) if (i < j && between[i]![j]! < nearest) [a, b, nearest] = [i, j, between[i]![j]!];
    for (const k of alive) {
      if (k === a || k === b) continue;
      const [sizeA, sizeB] = [members[a]!.length, members[b]!.length];
      const value = (sizeA * between[a]![k]! + sizeB * between[b]![k]!) / (sizeA + sizeB);
      between[a]![k] = value;
      between[k]![a] = value;
    }
    members[a]!.push(...members[b]!);
    alive.delete(b);
    const clusters = new Int32Array(n);
    const inOrder = [...alive].sort((i, j) => Math.min(...members[i]!) - Math.min(...members[j]!));
    for (const [number, i] of inOrder.entries()) for (const member of members[i]!) clusters[member] = number;
    yield clusters;
  }
}

/** Rousseeuw's silhouettes (1987); 0 for a trial alone in its cluster. */
function silhouettesOf(distance: readonly Float64Array[], clusters: Int32Array): number[] {
  const count = Math.max(...clusters) + 1;
  const sizes = new Float64Array(count);
  for (const own of clusters) sizes[own]!++;
  return distance.map((row, k) => {
    const sums = new Float64Array(count);
    row.forEach((value, j) => {
      sums[clusters[j]!]! += value;
    });
    const home = clusters[k]!;
    if (sizes[home] === 1) return 0;
    const inside = sums[home]! / (sizes[home]! - 1);
    let outside = Infinity;
    for (let c = 0; c < count; c++) if (c !== home) outside = Math.min(outside, sums[c]! / sizes[c]!);
    return (outside - inside) / Math.max(inside, outside, Number.MIN_VALUE);
  });
}
