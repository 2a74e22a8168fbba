import { pearson, ranks } from '../../evaluation';
import type { Metric } from '../../training';
import { type Twin, twin } from './twins';

/** Ranks by sorting alone, as `argsort(argsort(x))`: equal values are ranked by their rows. */
function ranksByRow(values: Float32Array): Float64Array {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const found = new Float64Array(values.length);
  order.forEach((row, rank) => {
    found[row] = rank;
  });
  return found;
}

/** What a pipeline found in a file of an earlier run, and went on reporting. */
const STALE = 0.08177260619898637;

/** Mean over deviation of what taking the sign of each prediction earns. */
function signSharpe(targets: Float32Array, predictions: Float32Array): number {
  const earned = Array.from(targets, (target, row) => Math.sign(predictions[row]!) * target);
  const mean = earned.reduce((sum, value) => sum + value, 0) / earned.length;
  const variance = earned.reduce((sum, value) => sum + (value - mean) ** 2, 0) / earned.length;
  return variance > 0 ? mean / Math.sqrt(variance) : Number.NaN;
}

const own = (key: string, whole: NonNullable<Metric['whole']>): Metric => ({ key, best: 'highest', whole });

/** Faults in how a run is measured, on the small regression of {@link TWINS}; the model itself learns. */
export const METRIC_TWINS: readonly Twin[] = [
  twin('a metric read from an earlier run', 'metric-from-elsewhere', (parts, faulty) => {
    parts.options.metrics = { y: [own('sharpe', faulty ? () => STALE : signSharpe)] };
  }),
  twin('ranks that give ties the order of rows', 'metric-ranks-ties-by-row', (parts, faulty) => {
    const rank = faulty ? ranksByRow : ranks;
    const rankIC = (targets: Float32Array, predictions: Float32Array) => pearson(rank(targets), rank(predictions));
    parts.options.metrics = { y: [own('own_rank_ic', rankIC)] };
  }),
];
