import { Random, type TF, tf } from '../../core';
import type { Metric } from '../../training';
import { metricOf } from '../../training/metrics';
import { attempt } from './headEvidence';
import { madeUp } from './lossBehaviour';
import type { TrainingOptions } from './program';

/** How a metric of one's own behaves on made-up predictions for real targets: what it measures, whatever it is called. */
export interface MetricBehaviour {
  head: string;
  key: string;
  /** It gives the same for predictions near to, far from and dealt at random against the targets. */
  ignoresPredictions: boolean;
  /** And the same for other targets as well: the number comes from elsewhere. */
  ignoresTargets: boolean;
  /**
   * Equal predictions get another number when rows are put in another order, as a share of the difference between near and far predictions; 0 where no order of
   * rows matters to equal predictions, and where it matters to predictions that differ, since the metric is then about the order of rows.
   */
  orderOfTies: number;
}

/** Rows that are probed, and orders that they are put in. */
const ROWS = 512;
const ORDERS = 6;

/** Probes the metrics of one's own; those known by name are what they are. A metric that cannot be probed is left out. */
export function metricBehaviours(
  heads: readonly string[],
  { metrics }: TrainingOptions,
  targets: Readonly<Record<string, TF.Tensor>>,
): MetricBehaviour[] {
  return heads.flatMap((head) => {
    const list = Array.isArray(metrics) ? metrics : (metrics as Record<string, readonly unknown[]> | undefined)?.[head];
    const own = (list ?? []).filter(
      (metric: unknown): metric is Metric => typeof metric === 'object' && metric !== null,
    );
    return own.flatMap((metric: Metric) => attempt(() => probed(head, metric, targets[head]!)) ?? []);
  });
}

function probed(head: string, metric: Metric, all: TF.Tensor, seed = 1): MetricBehaviour {
  return tf.tidy(() => {
    const random = new Random(seed).fork('metric behaviour');
    const targets = all.slice(0, Math.min(ROWS, all.shape[0]!));
    const rows = targets.shape[0]!;
    const width = targets.size / rows;
    const { whole } = metricOf(metric);
    const value = (t: TF.Tensor, p: TF.Tensor) =>
      whole(t.dataSync() as Float32Array, p.dataSync() as Float32Array, width);
    const orders = Array.from({ length: ORDERS }, () => tf.tensor1d(random.permutation(rows), 'int32'));
    const { near, far } = madeUp(targets, random);
    const dealt = tf.gather(targets, orders[0]!);
    const seen = [near, far, tf.gather(near, orders[0]!)].map((p) => value(targets, p));
    const elsewhere = [value(dealt, near), value(madeUp(far, random).far, near)];
    const equal = tf.mul(tf.onesLike(near), tf.mean(near));
    const inOrders = (p: TF.Tensor) =>
      range(orders.map((order) => value(tf.gather(targets, order), tf.gather(p, order))));
    const reach = range(seen);
    const [ofEqual, ofDiffering] = [inOrders(equal), inOrders(near)];
    return {
      head,
      key: metric.key,
      ignoresPredictions: isOne(seen),
      ignoresTargets: isOne(seen) && isOne([...seen, ...elsewhere]),
      orderOfTies: reach > 0 && ofDiffering <= 1e-4 * reach && Number.isFinite(ofEqual) ? ofEqual / reach : 0,
    };
  });
}

const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** Finite and, but for rounding, one number. */
const isOne = (values: readonly number[]): boolean =>
  values.every(Number.isFinite) && range(values) <= 1e-6 * Math.max(1e-12, ...values.map(Math.abs));
