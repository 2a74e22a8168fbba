import { type LoopStep, type StepInputs, type Tensors, withRandomKey } from '../compile';
import { ReluctantError, type TF, tf } from '../core';
import type { Loss } from '../losses';
import { type Balancing, balanceKeys, balanceRecord } from './balancing';
import type { MetricChoice } from './history';
import { metricOf } from './metrics';
import type { Optimizer } from './optimizers';
import type { ModelFace, Named } from './trainable';

/** All that decides what one training step computes. */
export interface StepPlan {
  face: ModelFace;
  losses: Named<Loss>;
  metrics: Named<readonly MetricChoice[]>;
  /** Over the model's variables, then the balancer's. */
  optimizer: Optimizer;
  balancing: Balancing;
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

/** What the numbers of a step's record are: total loss, each head's loss, metrics that are means over rows, balance. */
export function recordKeys({
  face,
  metrics,
  balancing,
}: StepPlan): { kind: 'total' | 'term' | 'metric' | 'balance'; head: string; metric?: MetricChoice; key?: string }[] {
  return [
    { kind: 'total', head: '' },
    ...face.heads.map((head) => ({ kind: 'term' as const, head })),
    ...rowMetrics(face, metrics).map(({ head, metric }) => ({ kind: 'metric' as const, head, metric })),
    ...balanceKeys(face.heads, balancing).map((key) => ({ kind: 'balance' as const, head: '', key })),
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

/** What the forward pass and the balancer found in one step; the tensors are kept beyond the tape. */
interface Found {
  gradients: TF.Tensor[];
  total: TF.Scalar;
  /** Losses of the heads as they are, [heads]. */
  terms: TF.Tensor1D;
  predictions: Named<TF.Tensor>;
  balance: TF.Tensor1D[];
}

/**
 * One step of gradient descent on the balanced sum of the heads' losses:
 * fixed `lossWeights` [heads]; per step `factors` [heads] and `order` int32 [heads] of the balancer, `key` int32 [2] and
 * `scalars` of the optimiser.
 */
export function trainingStep(plan: StepPlan): LoopStep {
  const { face, metrics, optimizer, balancing } = plan;
  const kept = keptHeads(plan);
  return (inputs) => {
    const found = balancing.perTerm ? termByTerm(plan, inputs) : allAtOnce(plan, inputs);
    optimizer.apply(clip(found.gradients, plan), inputs.perStep['scalars'] as TF.Tensor1D);
    const { predictions } = found;
    const targets = columnsOf(inputs.columns, targetColumn(''));
    const means = rowMetrics(face, metrics).map(({ head, metric }) =>
      tf.mean(metricOf(metric).perRow!(targets[head]!, predictions[head]!)).reshape([1]),
    );
    const record = tf.concat([found.total.reshape([1]), found.terms, ...means, ...found.balance]) as TF.Tensor1D;
    const rows = Object.fromEntries(kept.map((head) => [head, predictions[head]!.clone()]));
    tf.dispose([found.total, found.terms, predictions] as TF.TensorContainer);
    return { record, rows };
  };
}

/** Predictions and unweighted losses of one batch. */
function forward({ face, losses }: StepPlan, { columns, perStep }: StepInputs) {
  const targets = columnsOf(columns, targetColumn(''));
  const weights = columnsOf(columns, weightColumn(''));
  const inputs = columnsOf(columns, inputColumn(''));
  const predictions = withRandomKey(perStep['key'] as TF.Tensor1D, () => face.forward(inputs, true));
  const terms = face.heads.map((head) =>
    reduceLoss(head, losses[head]!(targets[head]!, predictions[head]!), weights[head]),
  );
  return { predictions, terms };
}

/** One backward pass for the sum of all terms. */
function allAtOnce(plan: StepPlan, inputs: StepInputs): Found {
  const { face, balancing } = plan;
  const factors = inputs.perStep['factors'] as TF.Tensor1D;
  const found: Partial<Found> = {};
  const variables = [...face.trainable, ...balancing.trainable];
  const { grads } = tf.variableGrads(() => {
    const { predictions, terms } = forward(plan, inputs);
    const stacked = tf.stack(terms) as TF.Tensor1D;
    const weighted = balancing.total(tf.mul(stacked, inputs.fixed['lossWeights']!), factors);
    const total = face.penalties().reduce((sum, penalty) => tf.add(sum, penalty), weighted as TF.Tensor) as TF.Scalar;
    // The tape disposes of what it does not need; these are wanted after it.
    found.total = tf.keep(total.clone());
    found.terms = tf.keep(stacked);
    found.predictions = Object.fromEntries(face.heads.map((head) => [head, tf.keep(predictions[head]!.clone())]));
    return total;
  }, variables);
  const gradients = variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
  return { ...(found as Found), gradients, balance: balanceRecord(balancing, { weights: balancing.counted(factors) }) };
}

/** One backward pass per term; the forward pass that each repeats is the same, and compiled away. */
function termByTerm(plan: StepPlan, inputs: StepInputs): Found {
  const { face, balancing } = plan;
  const lossWeights = inputs.fixed['lossWeights'] as TF.Tensor1D;
  const found: Partial<Found> = {};
  const perTerm = face.heads.map((head, k) => {
    const { grads } = tf.variableGrads(() => {
      const { predictions, terms } = forward(plan, inputs);
      found.terms ??= tf.keep(tf.stack(terms) as TF.Tensor1D);
      found.predictions ??= Object.fromEntries(face.heads.map((h) => [h, tf.keep(predictions[h]!.clone())]));
      return tf.mul(terms[k]!, lossWeights.slice([k], [1]).reshape([])) as TF.Scalar;
    }, [...face.trainable]);
    if (Object.keys(grads).length > 0) return face.trainable.map((variable) => grads[variable.name]);
    throw new ReluctantError({
      code: 'head-not-trainable',
      operation: 'fit',
      problem: 'no trainable weight reaches the loss of a head',
      where: { head },
    });
  });
  const scaled = tf.mul(found.terms!, lossWeights) as TF.Tensor1D;
  const factors = inputs.perStep['factors'] as TF.Tensor1D;
  const balanced = balancing.combine(perTerm, scaled, factors, inputs.perStep['order'] as TF.Tensor1D, face.trainable);
  const { gradients, penalty } = withPenalties(face, balanced.gradients);
  const weighted =
    balancing.balancer.kind === 'uncertainty'
      ? balancing.total(scaled, factors)
      : tf.sum(tf.mul(scaled, balanced.weights));
  return {
    ...(found as Found),
    total: tf.keep(tf.add(weighted, penalty) as TF.Scalar),
    gradients: [...gradients, ...balancing.varianceGradients(scaled)],
    balance: balanceRecord(balancing, balanced),
  };
}

/** Adds the gradients of the layers' penalties, which are no term to balance. */
function withPenalties(face: ModelFace, gradients: TF.Tensor[]): { gradients: TF.Tensor[]; penalty: TF.Tensor } {
  if (face.penalties().length === 0) return { gradients, penalty: tf.scalar(0) };
  const { value, grads } = tf.variableGrads(() => tf.addN(face.penalties()) as TF.Scalar, [...face.trainable]);
  const summed = face.trainable.map((variable, k) => {
    const own = grads[variable.name];
    return own ? tf.add(gradients[k]!, own) : gradients[k]!;
  });
  return { gradients: summed, penalty: value };
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
