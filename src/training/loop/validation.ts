import { type TF, tf } from '../../core';
import type { TensorFeed } from '../feeds/tensorFeed';
import { historyKey, type MetricChoice } from '../history';
import { metricOf } from '../metrics';
import { type HeadRows, headLoss } from '../step/headLoss';
import type { StepPlan } from '../step/plan';
import type { Forwarded, ModelFace, Named } from '../trainable';

/** Numbers of the inputs predicted at a time, and rows at least: enough to keep the processor busy, few enough for memory. */
const CHUNK_NUMBERS = 2 ** 19;
const CHUNK_ROWS = 512;

/**
 * Predictions of every row and masks of their steps, by head; the caller owns them. `most` rows at a time. States that layers keep go
 * on from batch to batch, as they do in Keras, whose next epoch begins with those of the validation.
 */
function predictAll(face: ModelFace, { all, rows }: TensorFeed, states: StepPlan['states'], most: number) {
  const inputs = Object.entries(all.inputs);
  const parts: Named<Named<TF.Tensor[]>> = { predictions: {}, masks: {} };
  const width = inputs.reduce((sum, [, tensor]) => sum + tensor.size, 0) / rows;
  const fitting = Math.min(most, face.rowsAtOnce, Math.max(CHUNK_ROWS, Math.floor(CHUNK_NUMBERS / width)));
  const chunk = face.states?.batchSize ?? fitting;
  for (let start = 0; start < rows; start += chunk) {
    const count = Math.min(chunk, rows - start);
    const given = Object.fromEntries(inputs.map(([name, tensor]) => [name, tensor.slice(start, count)]));
    const called = tf.tidy(
      () => face.forwardWithMasks(given, false, states) as unknown as TF.TensorContainerObject,
    ) as unknown as Forwarded;
    tf.dispose(given);
    states?.forEach((variable, k) => {
      variable.assign(called.states[k]!);
    });
    const { states: after, ...result } = called;
    tf.dispose(after);
    for (const [kind, tensors] of Object.entries(result))
      for (const [head, tensor] of Object.entries(tensors))
        parts[kind]![head] = [...(parts[kind]![head] ?? []), tensor];
  }
  const joined = (pieces: TF.Tensor[]): TF.Tensor => {
    const whole = tf.tidy(() => tf.concat(pieces, 0));
    tf.dispose(pieces);
    return whole;
  };
  const whole = (named: Named<TF.Tensor[]>) =>
    Object.fromEntries(Object.entries(named).map(([head, pieces]) => [head, joined(pieces)]));
  return { predictions: whole(parts['predictions']!), masks: whole(parts['masks']!) };
}

/** Losses and metrics on the validation rows, under the history's names; `most` rows are predicted at a time. */
export function validate(
  plan: StepPlan,
  feed: TensorFeed,
  lossWeights: Named<number>,
  most?: number,
): Record<string, number> {
  const forwarded = predictAll(plan.face, feed, plan.states, most ?? Number.POSITIVE_INFINITY);
  try {
    return scoresOf(plan, feed, lossWeights, forwarded, 'val_');
  } finally {
    tf.dispose(forwarded as unknown as TF.TensorContainer);
  }
}

/** Losses and metrics of rows that were predicted, under the history's names behind a prefix. */
export function scoresOf(
  plan: Pick<StepPlan, 'face' | 'losses' | 'metrics'>,
  feed: TensorFeed,
  lossWeights: Named<number>,
  { predictions, masks }: Omit<Forwarded, 'states'>,
  prefix: '' | 'val_',
): { loss: number } & Record<string, number> {
  const { face, losses, metrics } = plan;
  const { targets, weights } = feed.all;
  const penalty = tf.tidy(() => face.penalties().reduce((sum, one) => sum + one.dataSync()[0]!, 0));
  const terms: Named<number> = {};
  const metricValues: Record<string, number> = {};
  for (const head of face.heads) {
    const rows = {
      targets: targets[head]!,
      predictions: predictions[head]!,
      weights: weights[head],
      mask: masks[head],
    };
    terms[head] = tf.tidy(() => headLoss(head, losses[head]!, rows).dataSync()[0]!);
    Object.assign(metricValues, wholeMetrics(plan, head, rows, metrics[head] ?? [], prefix));
  }
  return { ...lossesOf(face.heads, terms, penalty, lossWeights, prefix), ...metricValues } as ReturnType<
    typeof scoresOf
  >;
}

/** The losses of a validation under the history's names: the weighted sum with the layers' penalties, and each head's own. */
export function validationRow(
  heads: readonly string[],
  losses: Named<number>,
  penalty: number,
  lossWeights: Named<number>,
): Record<string, number> {
  return lossesOf(heads, losses, penalty, lossWeights, 'val_');
}

function lossesOf(
  heads: readonly string[],
  losses: Named<number>,
  penalty: number,
  lossWeights: Named<number>,
  prefix: '' | 'val_',
): Record<string, number> {
  const total = heads.reduce((sum, head) => sum + (lossWeights[head] ?? 1) * losses[head]!, penalty);
  const terms = heads.length === 1 ? [] : heads.map((head) => [historyKey(heads, head, 'loss', prefix), losses[head]!]);
  return { [`${prefix}loss`]: total, ...Object.fromEntries(terms) };
}

/** Metrics of one head over all its rows, without the steps that do not count. */
export function wholeMetrics(
  { face }: Pick<StepPlan, 'face'>,
  head: string,
  { targets, predictions, mask }: Omit<HeadRows, 'weights'>,
  names: readonly MetricChoice[],
  prefix: '' | 'val_',
): Record<string, number> {
  if (names.length === 0) return {};
  const [t, p] = [targets.dataSync() as Float32Array, predictions.dataSync() as Float32Array];
  if (!mask) return metricsOfValues(face, head, t, p, { width: t.length / targets.shape[0]!, names, prefix });
  const steps = mask.dataSync();
  const [ofTargets, ofPredictions] = [t, p].map((values) => countedSteps(values, steps)) as [
    Float32Array,
    Float32Array,
  ];
  return metricsOfValues(face, head, ofTargets, ofPredictions, { width: t.length / steps.length, names, prefix });
}

/** The numbers of the steps that count, of as many per step as there are. */
function countedSteps(values: Float32Array, steps: ArrayLike<number>): Float32Array {
  const width = values.length / steps.length;
  return values.filter((_, k) => steps[Math.floor(k / width)]! > 0);
}

/** The same from flattened values, `width` to a row. */
export function metricsOfValues(
  face: ModelFace,
  head: string,
  targets: Float32Array,
  predictions: Float32Array,
  { width, names, prefix }: { width: number; names: readonly MetricChoice[]; prefix: '' | 'val_' },
): Record<string, number> {
  return Object.fromEntries(
    names.map((name) => {
      const { key, whole } = metricOf(name);
      return [historyKey(face.heads, head, key, prefix), whole(targets, predictions, width)];
    }),
  );
}
