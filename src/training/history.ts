import type { BalancerName, BalancerOptions, Loss, LossName } from '../losses';
import { type Best, type KeyOfMetric, type Metric, type MetricName, metricOf } from './metrics';
import type { Samples } from './samples';
import type { Named } from './trainable';

/** Numbers of one epoch, under Keras's names: `epoch`, `loss`, `<head>_loss`, `val_loss`, `val_<head>_<metric>` ... */
export type HistoryRow<Key extends string = string> = { epoch: number; loss: number } & Record<Key, number>;

/** A metric of `fit`: one of the table by name, or one of one's own. */
export type MetricChoice = MetricName | Metric;

/** Losses as `fit` takes them: one for the only head, or one by head. */
export type LossChoices = LossName | Loss | Readonly<Record<string, LossName | Loss>>;

/** Metrics as `fit` takes them: for the only head, or by head. */
export type MetricChoices = readonly MetricChoice[] | Readonly<Record<string, readonly MetricChoice[]>>;

/** Heads named by losses; `string` where they cannot be read off the type. */
export type HeadsOf<Losses> = Losses extends string | ((...all: never[]) => unknown) ? string : keyof Losses & string;

/** Something for some of the heads that the losses name. */
export type ByHead<Losses, Value> =
  string extends HeadsOf<Losses> ? Readonly<Record<string, Value>> : { readonly [Head in HeadsOf<Losses>]?: Value };

type IsUnion<T, U = T> = [T] extends [never] ? false : T extends unknown ? ([U] extends [T] ? false : true) : never;

/** Keys of a list of metrics; `string` where the list is not a literal. */
type KeysOfList<List> = List extends readonly MetricChoice[]
  ? number extends List['length']
    ? List['length'] extends 0
      ? never
      : string
    : KeyOfMetric<List[number]>
  : never;

/** Keys of the only head, which are not prefixed. */
type KeysOfOne<Metrics> = Metrics extends readonly unknown[] ? KeysOfList<Metrics> : KeysOfList<Metrics[keyof Metrics]>;

/** Losses and metrics of several heads. */
type KeysOfHeads<Losses, Metrics> =
  | `${keyof Losses & string}_loss`
  | { [Head in keyof Metrics & string]: `${Head}_${KeysOfList<Metrics[Head]>}` }[keyof Metrics & string];

type LearntKeys<Losses, Metrics> = Losses extends string | ((...all: never[]) => unknown)
  ? KeysOfOne<Metrics>
  : IsUnion<keyof Losses> extends true
    ? KeysOfHeads<Losses, Metrics>
    : KeysOfOne<Metrics>;

type KindOf<Balancer> = Balancer extends { kind: infer Kind } ? Kind : Balancer;

/** What a balancer records of every head; `string` where it is not a literal. */
type BalancerKeys<Heads extends string, Balancer, Shares> =
  | (IsUnion<KindOf<Balancer>> extends true ? string : never)
  | (boolean extends Shares ? string : never)
  | (KindOf<Balancer> extends 'static' | 'equal' ? never : `${Heads}_weight`)
  | (Shares extends true
      ? `${Heads}_gradient_${'share' | 'cosine'}`
      : KindOf<Balancer> extends 'gradnorm' | 'pcgrad' | 'mgda'
        ? `${Heads}_gradient_${'share' | 'cosine'}`
        : never);

/** Row of the history of a `fit` with these losses, metrics and data: typed where they are literals, else any key. */
export type RowOf<
  Losses,
  Metrics,
  Data,
  Balancer extends BalancerName | BalancerOptions = 'static',
  Shares extends boolean = false,
> = string extends
  | HeadsOfRecord<Losses>
  | LearntKeys<Losses, Metrics>
  | BalancerKeys<HeadsOfRecord<Losses>, Balancer, Shares>
  ? HistoryRow
  : 'validation' extends keyof Data
    ? Data['validation'] extends Samples
      ? HistoryRow<
          | LearntKeys<Losses, Metrics>
          | `val_${LearntKeys<Losses, Metrics> | 'loss'}`
          | BalancerKeys<HeadsOfRecord<Losses>, Balancer, Shares>
          | 'learning_rate'
        >
      : HistoryRow
    : HistoryRow<LearntKeys<Losses, Metrics> | BalancerKeys<HeadsOfRecord<Losses>, Balancer, Shares> | 'learning_rate'>;

/** Heads as far as the losses name them; none where one loss serves the only head. */
type HeadsOfRecord<Losses> = Losses extends string | ((...all: never[]) => unknown) ? never : keyof Losses & string;

/**
 * Key of one number of a head in a history: `direction_auc`, or `auc` for the only head, as Keras names them.
 *
 * @param prefix `val_` for the validation rows.
 */
export function historyKey(heads: readonly string[], head: string, metric: string, prefix: '' | 'val_' = ''): string {
  return heads.length === 1 ? `${prefix}${metric}` : `${prefix}${head}_${metric}`;
}

/** Keys of losses and metrics that a run of these heads records, each with the direction that is better. */
export function measuredKeys(
  heads: readonly string[],
  metrics: Named<readonly MetricChoice[]>,
  hasValidation: boolean,
): Map<string, Best> {
  const keys = new Map<string, Best>();
  for (const prefix of hasValidation ? (['', 'val_'] as const) : ([''] as const)) {
    keys.set(`${prefix}loss`, 'lowest');
    for (const head of heads) {
      keys.set(historyKey(heads, head, 'loss', prefix), 'lowest');
      for (const metric of metrics[head] ?? []) {
        const { key, best } = metricOf(metric);
        keys.set(historyKey(heads, head, key, prefix), best);
      }
    }
  }
  return keys;
}
