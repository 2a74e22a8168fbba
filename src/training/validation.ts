import { type TF, tf } from '../core';
import type { Columns } from './columns';
import { historyKey, type MetricChoice } from './history';
import { metricOf } from './metrics';
import { inputColumn, reduceLoss, type StepPlan, targetColumn, weightColumn } from './step';
import type { ModelFace, Named } from './trainable';

/** Numbers of the inputs predicted at a time, and rows at least: enough to keep the processor busy, few enough for memory. */
const CHUNK_NUMBERS = 2 ** 19;
const CHUNK_ROWS = 512;
/** Rows at a time where memory is short: what passes between the layers takes many times what the rows do. */
const CHUNK_ROWS_STREAMED = 4096;

/** Predictions of every row, by head; the caller owns them. `most` rows at a time. */
export function predictAll(face: ModelFace, columns: Columns, most = Number.POSITIVE_INFINITY): Named<TF.Tensor> {
  const inputs = Object.entries(columns.tensors).filter(([name]) => name.startsWith(inputColumn('')));
  const parts: Named<TF.Tensor[]> = Object.fromEntries(face.heads.map((head) => [head, []]));
  const width = inputs.reduce((sum, [, tensor]) => sum + tensor.size, 0) / columns.rows;
  const chunk = Math.min(most, Math.max(CHUNK_ROWS, Math.floor(CHUNK_NUMBERS / width)));
  for (let start = 0; start < columns.rows; start += chunk) {
    const count = Math.min(chunk, columns.rows - start);
    const predictions = tf.tidy(() => {
      const batch = inputs.map(([name, tensor]) => [name.slice(inputColumn('').length), tensor.slice(start, count)]);
      return face.forward(Object.fromEntries(batch), false);
    });
    for (const head of face.heads) parts[head]!.push(predictions[head]!);
  }
  return Object.fromEntries(
    face.heads.map((head) => {
      const whole = tf.tidy(() => tf.concat(parts[head]!, 0));
      tf.dispose(parts[head]!);
      return [head, whole];
    }),
  );
}

/** Losses and metrics on the validation rows, under the history's names. `isStreamed` where the training rows are on disk. */
export function validate(
  plan: StepPlan,
  columns: Columns,
  lossWeights: Named<number>,
  isStreamed = false,
): Record<string, number> {
  const { face, losses, metrics } = plan;
  const predictions = predictAll(face, columns, isStreamed ? CHUNK_ROWS_STREAMED : undefined);
  const penalty = tf.tidy(() => face.penalties().reduce((sum, one) => sum + one.dataSync()[0]!, 0));
  const own: Named<number> = {};
  const metricValues: Record<string, number> = {};
  for (const head of face.heads) {
    const targets = columns.tensors[targetColumn(head)]!;
    own[head] = tf.tidy(() => {
      const values = losses[head]!(targets, predictions[head]!);
      return reduceLoss(head, values, columns.tensors[weightColumn(head)]).dataSync()[0]!;
    });
    Object.assign(metricValues, wholeMetrics(plan, head, targets, predictions[head]!, metrics[head] ?? [], 'val_'));
  }
  tf.dispose(predictions);
  return { ...validationRow(face.heads, own, penalty, lossWeights), ...metricValues };
}

/** The losses of a validation under the history's names: the weighted sum with the layers' penalties, and each head's own. */
export function validationRow(
  heads: readonly string[],
  losses: Named<number>,
  penalty: number,
  lossWeights: Named<number>,
): Record<string, number> {
  const total = heads.reduce((sum, head) => sum + (lossWeights[head] ?? 1) * losses[head]!, penalty);
  const own = heads.length === 1 ? [] : heads.map((head) => [`val_${head}_loss`, losses[head]!]);
  return { val_loss: total, ...Object.fromEntries(own) };
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
