import type { TF } from '../../core';
import type { Loss } from '../../losses';
import { historyKey, type MetricChoice } from '../history';
import { metricOf } from '../metrics';
import type { ModelFace, Named } from '../trainable';
import type { Averages } from './averages';
import { type Balancing, balanceKeys } from './balancing';
import type { Optimizer } from './optimizer';

/** All that decides what one training step computes. */
export interface StepPlan {
  face: ModelFace;
  losses: Named<Loss>;
  metrics: Named<readonly MetricChoice[]>;
  /** Over the model's variables, then the balancer's. */
  optimizer: Optimizer;
  balancing: Balancing;
  /** Averages of the weights, if any are kept. */
  averages?: Averages | undefined;
  /** What layers keep from one batch to the next, in the order of `face.states`. */
  states?: readonly TF.Variable[] | undefined;
  /** Steps of the fit that this one continues, which its optimiser has behind it; default 0. */
  stepsBefore?: number | undefined;
}

/** Keys in the history of the numbers that a step records: total loss, each head's loss, metrics that are means, balance. */
export function recordKeys({ face, metrics, balancing }: StepPlan): string[] {
  const { heads } = face;
  return [
    'loss',
    // The only head's loss is recorded beside the total, which has the penalties, and has no key of its own.
    ...heads.map((head) => (heads.length === 1 ? '' : historyKey(heads, head, 'loss'))),
    ...rowMetrics({ face, metrics }).map(({ head, metric }) => historyKey(heads, head, metricOf(metric).key)),
    ...balanceKeys(heads, balancing),
  ];
}

/** Metrics that are means over rows, which the step itself takes. */
export function rowMetrics({ face, metrics }: Pick<StepPlan, 'face' | 'metrics'>) {
  return face.heads.flatMap((head) =>
    (metrics[head] ?? []).filter((metric) => metricOf(metric).perRow).map((metric) => ({ head, metric })),
  );
}

/** Metrics of a head that are no means over rows: they need every prediction of the epoch. */
export function wholeMetricsOf({ metrics }: Pick<StepPlan, 'metrics'>, head: string): MetricChoice[] {
  return (metrics[head] ?? []).filter((metric) => !metricOf(metric).perRow);
}

/** Under which name the mask of a head's steps stands beside its predictions. */
export const maskOutput = (head: string): string => `${head} mask`;

/** Heads whose predictions of every row are needed after the epoch. */
export function recordedHeads(plan: StepPlan): string[] {
  return plan.face.heads.filter((head) => wholeMetricsOf(plan, head).length > 0);
}
