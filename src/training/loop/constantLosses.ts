import { gatherRows } from '../../compile';
import { evenPlaces, type TF, tf } from '../../core';
import type { Loss } from '../../losses';
import type { Feed } from '../feeds/feed';
import { TensorFeed } from '../feeds/tensorFeed';
import { historyKey } from '../history';
import { headLoss } from '../step/headLoss';
import type { StepPlan } from '../step/plan';
import type { ModelFace, Named } from '../trainable';

/** Target values that are looked at, at most: evenly spaced rows of more. */
const MOST_VALUES = 2 ** 20;
/** Keeps logarithms of shares finite. */
const TINY = 1e-7;

/** Rows of one part of the data, as far as a loss reads them. */
interface Part {
  targets: Named<TF.Tensor>;
  weights: Named<TF.Tensor>;
}

/** {@link constantLosses} of training rows that are in memory and of validation rows. */
export function constantLossesOf(
  plan: Pick<StepPlan, 'face' | 'losses'>,
  training: Feed,
  validation: TensorFeed | undefined,
  lossWeights: Named<number>,
): Record<string, number> {
  return {
    ...(training instanceof TensorFeed && constantLosses(plan, training.all, lossWeights, '')),
    ...(validation && constantLosses(plan, validation.all, lossWeights, 'val_')),
  };
}

/**
 * What each head's loss would be if it gave one and the same output on every row, and their weighted sum, under the history's
 * names: a run that does no better has learnt nothing. The output is the best of mean, median, their middle, and (for losses of
 * logits) the logarithms of the mean, on these very rows, or on evenly spaced ones where there are very many. A head whose loss is
 * no number at any of them, or that predicts a sequence or a picture, is left out, and then the sum is too.
 */
function constantLosses(
  { face, losses }: Pick<StepPlan, 'face' | 'losses'>,
  { targets, weights }: Part,
  lossWeights: Named<number>,
  prefix: '' | 'val_',
): Record<string, number> {
  const terms = face.heads.map((head) => leastLoss(face, head, losses[head]!, targets[head]!, weights[head]));
  const total = face.heads.reduce((sum, head, k) => sum + (lossWeights[head] ?? 1) * terms[k]!, 0);
  const named = face.heads.map((head, k) => [historyKey(face.heads, head, 'loss', prefix), terms[k]!] as const);
  const all = [[`${prefix}loss`, total] as const, ...(face.heads.length === 1 ? [] : named)];
  return Object.fromEntries(all.filter(([, loss]) => Number.isFinite(loss)));
}

function leastLoss(
  face: ModelFace,
  head: string,
  loss: Loss,
  targets: TF.Tensor,
  weights: TF.Tensor | undefined,
): number {
  if (targets.rank !== 2 || (weights?.rank ?? 1) !== 1) return Number.NaN;
  return tf.tidy(() => {
    const [rows, rowWeights] = evenly(targets as TF.Tensor2D, weights);
    const values = candidates(rows, face.outputShapes?.[head]?.at(-1) ?? rows.shape[1]).map((constant) => {
      const predictions = tf.tile(tf.tensor2d([constant]), [rows.shape[0], 1]);
      try {
        return headLoss(head, loss, { targets: rows, predictions, weights: rowWeights }).dataSync()[0]!;
      } catch {
        // A loss of one's own may want more of predictions than a constant has.
        return Number.NaN;
      }
    });
    return values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least), Number.NaN);
  });
}

function evenly(targets: TF.Tensor2D, weights: TF.Tensor | undefined): [TF.Tensor2D, TF.Tensor | undefined] {
  const [count, columns] = targets.shape;
  const most = Math.max(1, Math.floor(MOST_VALUES / columns));
  if (count <= most) return [targets, weights];
  const indices = tf.tensor1d(evenPlaces(count, most), 'int32');
  return [gatherRows(targets, indices) as TF.Tensor2D, weights && gatherRows(weights, indices)];
}

/** Outputs that are the best constants of the usual losses; none where targets and outputs do not have the same columns. */
function candidates(targets: TF.Tensor2D, outputs: number): number[][] {
  const values = targets.dataSync();
  const [rows, columns] = targets.shape;
  const ofColumn = (column: number) => Float32Array.from({ length: rows }, (_, row) => values[row * columns + column]!);
  if (columns === 1 && outputs > 1) return withLogits(sharesOf(ofColumn(0), outputs));
  if (columns !== outputs) return [];
  const all = Array.from({ length: columns }, (_, column) => ofColumn(column));
  const means = all.map((column) => column.reduce((sum, value) => sum + value, 0) / rows);
  const medians = all.map((column) => column.sort()[Math.floor((rows - 1) / 2)]!);
  return [...withLogits(means), medians, means.map((mean, column) => (mean + medians[column]!) / 2)];
}

function sharesOf(labels: Float32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) if (label >= 0 && label < classes) counts[label]!++;
  return counts.map((count) => count / labels.length);
}

/** The values themselves, and for losses that squash outputs first what is squashed to them: one of many, and each for itself. */
function withLogits(shares: readonly number[]): number[][] {
  const inside = shares.map((share) => Math.min(1 - TINY, Math.max(TINY, share)));
  return [[...shares], inside.map((share) => Math.log(share)), inside.map((share) => Math.log(share / (1 - share)))];
}
