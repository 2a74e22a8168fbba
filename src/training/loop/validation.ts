import { type TF, tf } from '../../core';
import type { TensorFeed } from '../feeds/tensorFeed';
import { historyKey, type MetricChoice } from '../history';
import { metricOf } from '../metrics';
import type { StepPlan } from '../step/plan';
import { reduceLoss } from '../step/reduceLoss';
import type { ModelFace, Named } from '../trainable';

/** Numbers of the inputs predicted at a time, and rows at least: enough to keep the processor busy, few enough for memory. */
const CHUNK_NUMBERS = 2 ** 19;
const CHUNK_ROWS = 512;

/** Predictions of every row, by head; the caller owns them. `most` rows at a time. */
export function predictAll(face: ModelFace, { all, rows }: TensorFeed, most = Number.POSITIVE_INFINITY) {
  const inputs = Object.entries(all.inputs);
  const parts: Named<TF.Tensor[]> = Object.fromEntries(face.heads.map((head) => [head, []]));
  const width = inputs.reduce((sum, [, tensor]) => sum + tensor.size, 0) / rows;
  const chunk = Math.min(most, Math.max(CHUNK_ROWS, Math.floor(CHUNK_NUMBERS / width)));
  for (let start = 0; start < rows; start += chunk) {
    const count = Math.min(chunk, rows - start);
    const predictions = tf.tidy(() =>
      face.forward(Object.fromEntries(inputs.map(([name, tensor]) => [name, tensor.slice(start, count)])), false),
    );
    for (const head of face.heads) parts[head]!.push(predictions[head]!);
  }
  const whole = (head: string): TF.Tensor => {
    const joined = tf.tidy(() => tf.concat(parts[head]!, 0));
    tf.dispose(parts[head]!);
    return joined;
  };
  return Object.fromEntries(face.heads.map((head) => [head, whole(head)]));
}

/** Losses and metrics on the validation rows, under the history's names; `most` rows are predicted at a time. */
export function validate(
  plan: StepPlan,
  feed: TensorFeed,
  lossWeights: Named<number>,
  most?: number,
): Record<string, number> {
  const { face, losses, metrics } = plan;
  const { targets, weights } = feed.all;
  const predictions = predictAll(face, feed, most);
  const penalty = tf.tidy(() => face.penalties().reduce((sum, one) => sum + one.dataSync()[0]!, 0));
  const terms: Named<number> = {};
  const metricValues: Record<string, number> = {};
  for (const head of face.heads) {
    terms[head] = tf.tidy(() => {
      const values = losses[head]!(targets[head]!, predictions[head]!);
      return reduceLoss(head, values, weights[head]).dataSync()[0]!;
    });
    const named = wholeMetrics(plan, head, targets[head]!, predictions[head]!, metrics[head] ?? [], 'val_');
    Object.assign(metricValues, named);
  }
  tf.dispose(predictions);
  return { ...validationRow(face.heads, terms, penalty, lossWeights), ...metricValues };
}

/** The losses of a validation under the history's names: the weighted sum with the layers' penalties, and each head's own. */
export function validationRow(
  heads: readonly string[],
  losses: Named<number>,
  penalty: number,
  lossWeights: Named<number>,
): Record<string, number> {
  const total = heads.reduce((sum, head) => sum + (lossWeights[head] ?? 1) * losses[head]!, penalty);
  const terms = heads.length === 1 ? [] : heads.map((head) => [historyKey(heads, head, 'loss', 'val_'), losses[head]!]);
  return { val_loss: total, ...Object.fromEntries(terms) };
}

/** Metrics of one head over all its rows. */
export function wholeMetrics(
  { face }: StepPlan,
  head: string,
  targets: TF.Tensor,
  predictions: TF.Tensor,
  names: readonly MetricChoice[],
  prefix: '' | 'val_',
): Record<string, number> {
  if (names.length === 0) return {};
  const [t, p] = [targets.dataSync() as Float32Array, predictions.dataSync() as Float32Array];
  return metricsOfValues(face, head, t, p, { width: t.length / targets.shape[0]!, names, prefix });
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
