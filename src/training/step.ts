import { type LoopStep, type Tensors, withRandomKey } from '../compile';
import { ReluctantError, type TF, tf } from '../core';
import type { Loss } from '../losses';
import { type MetricName, metricOf } from './metrics';
import type { Optimizer } from './optimizers';
import type { ModelFace, Named } from './trainable';

/** All that decides what one training step computes. */
export interface StepPlan {
  face: ModelFace;
  losses: Named<Loss>;
  metrics: Named<readonly MetricName[]>;
  optimizer: Optimizer;
  clipNorm: number | undefined;
  clipValue: number | undefined;
}

/** Names of a loop's columns, apart by kind. */
export const inputColumn = (name: string) => `input ${name}`;
export const targetColumn = (head: string) => `target ${head}`;
export const weightColumn = (head: string) => `weight ${head}`;

/** The part of a loop's columns that is of one kind, under its own names. */
function columnsOf(columns: Tensors, prefix: string): Tensors {
  const own = Object.entries(columns).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** What the numbers of a step's record are: the total loss, each head's loss, and metrics that are means over rows. */
export function recordKeys({
  face,
  metrics,
}: StepPlan): { kind: 'total' | 'term' | 'metric'; head: string; metric?: MetricName }[] {
  return [
    { kind: 'total', head: '' },
    ...face.heads.map((head) => ({ kind: 'term' as const, head })),
    ...rowMetrics(face, metrics).map(({ head, metric }) => ({ kind: 'metric' as const, head, metric })),
  ];
}

function rowMetrics(face: ModelFace, metrics: StepPlan['metrics']) {
  return face.heads.flatMap((head) =>
    (metrics[head] ?? []).filter((metric) => metricOf(metric).perRow).map((metric) => ({ head, metric })),
  );
}

/** Heads whose predictions of every row are needed after the epoch, for metrics that are not means over rows. */
export function keptHeads({ face, metrics }: StepPlan): string[] {
  return face.heads.filter((head) => (metrics[head] ?? []).some((metric) => !metricOf(metric).perRow));
}

/**
 * One step of gradient descent on the weighted sum of the heads' losses:
 * fixed `lossWeights` [heads]; per step `key` int32 [2] and `scalars` of the optimiser.
 */
export function trainingStep(plan: StepPlan): LoopStep {
  const { face, losses, metrics, optimizer } = plan;
  const kept = keptHeads(plan);
  return ({ columns, fixed, perStep }) => {
    const inputs = columnsOf(columns, inputColumn(''));
    const targets = columnsOf(columns, targetColumn(''));
    const weights = columnsOf(columns, weightColumn(''));
    const forward: { total?: TF.Tensor; terms?: TF.Tensor1D; predictions?: Named<TF.Tensor> } = {};
    const { grads } = tf.variableGrads(() => {
      const predictions = withRandomKey(perStep['key'] as TF.Tensor1D, () => face.forward(inputs, true));
      const terms = face.heads.map((head) =>
        reduceLoss(head, losses[head]!(targets[head]!, predictions[head]!), weights[head]),
      );
      const stacked = tf.stack(terms) as TF.Tensor1D;
      const weighted = tf.sum(tf.mul(stacked, fixed['lossWeights']!));
      const total = face.penalties().reduce((sum, penalty) => tf.add(sum, penalty), weighted) as TF.Scalar;
      // The tape disposes of what it does not need; these are wanted after it.
      forward.total = tf.keep(total.clone());
      forward.terms = tf.keep(stacked);
      forward.predictions = Object.fromEntries(face.heads.map((head) => [head, tf.keep(predictions[head]!.clone())]));
      return total;
    }, [...face.trainable]);
    const gradients = clip(
      face.trainable.map((variable) => grads[variable.name] ?? tf.zerosLike(variable)),
      plan,
    );
    optimizer.apply(gradients, perStep['scalars'] as TF.Tensor1D);
    const predictions = forward.predictions!;
    const means = rowMetrics(face, metrics).map(({ head, metric }) =>
      tf.mean(metricOf(metric).perRow!(targets[head]!, predictions[head]!)).reshape([1]),
    );
    const record = tf.concat([forward.total!.reshape([1]), forward.terms!, ...means]) as TF.Tensor1D;
    const rows = Object.fromEntries(kept.map((head) => [head, predictions[head]!.clone()]));
    tf.dispose([forward.total!, forward.terms!, predictions] as TF.TensorContainer);
    return { record, rows };
  };
}

/** The mean over the batch of a loss per row, each times its weight; a loss of the whole batch as it is. */
export function reduceLoss(head: string, loss: TF.Tensor, weights: TF.Tensor | undefined): TF.Scalar {
  if (loss.rank === 1) return tf.mean(weights ? tf.mul(loss, weights) : loss) as TF.Scalar;
  if (loss.rank === 0 && !weights) return loss as TF.Scalar;
  throw new ReluctantError({
    code: 'loss-shape',
    operation: 'fit',
    problem: weights && loss.rank === 0 ? 'a loss of the whole batch cannot weigh rows' : 'a loss has too many axes',
    where: { head },
    received: `shape [${loss.shape}]`,
    expected: weights ? 'one loss per row, shape [batch]' : 'shape [batch] or []',
    fix: 'return the mean over every axis but the first',
  });
}

function clip(gradients: TF.Tensor[], { clipNorm, clipValue }: StepPlan): TF.Tensor[] {
  let clipped = gradients;
  if (clipValue !== undefined) clipped = clipped.map((gradient) => tf.clipByValue(gradient, -clipValue, clipValue));
  if (clipNorm !== undefined) {
    const norm = tf.sqrt(tf.addN(clipped.map((gradient) => tf.sum(tf.square(gradient)))));
    const factor = tf.div(clipNorm, tf.maximum(norm, clipNorm));
    clipped = clipped.map((gradient) => tf.mul(gradient, factor));
  }
  return clipped;
}
