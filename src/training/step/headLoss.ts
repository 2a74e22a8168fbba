import { ReluctantError, type TF, tf } from '../../core';
import type { Loss } from '../../losses';

/** What one head's loss is computed of. */
export interface HeadRows {
  /** [batch, ...]. */
  targets: TF.Tensor;
  predictions: TF.Tensor;
  /** How much rows count, [batch], or steps of rows, [batch, time]. */
  weights?: TF.Tensor | undefined;
  /** Which steps count, [batch, time]. */
  mask?: TF.Tensor | undefined;
}

/**
 * The loss of one head over a batch: the mean over rows, or over steps of rows where there is a mask or steps have weights; each
 * times its weight. Masked steps are left out of sum and count, as Keras does.
 */
export function headLoss(head: string, loss: Loss, { targets, predictions, weights, mask }: HeadRows): TF.Scalar {
  if (!mask && (weights?.rank ?? 1) === 1) return meanOfRows(head, loss(targets, predictions), weights);
  const values = perStep(head, loss, targets, predictions);
  const counted = mask && tf.cast(mask, 'float32');
  const ofRows = weights && (weights.rank === 1 ? weights.expandDims(1) : weights);
  const weighted = [ofRows, counted].reduce<TF.Tensor>((sum, factor) => (factor ? tf.mul(sum, factor) : sum), values);
  // A batch without a single step that counts has a loss of 0, not 0 / 0.
  if (counted) return tf.div(tf.sum(weighted), tf.maximum(tf.sum(counted), 1)) as TF.Scalar;
  return tf.mean(weighted) as TF.Scalar;
}

/** The mean over the batch of a loss per row, each times its weight; a loss of the whole batch as it is. */
function meanOfRows(head: string, loss: TF.Tensor, weights: TF.Tensor | undefined): TF.Scalar {
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

/** One loss per step, [batch, time]: the loss is called with every step as a row. */
function perStep(head: string, loss: Loss, targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor {
  const [batch, time] = predictions.shape as [number, number];
  const values = loss(asSteps(targets, time), asSteps(predictions, time));
  if (values.rank === 1 && values.shape[0] === batch * time) return values.reshape([batch, time]);
  throw new ReluctantError({
    code: 'loss-shape',
    operation: 'fit',
    problem: 'steps are masked or weighed, and the loss has no number per step',
    where: { head },
    received: `shape [${values.shape}] of ${batch * time} steps`,
    expected: 'one loss per row: steps are handed to it as rows, [batch × time, outputs]',
    fix: 'return the mean over every axis but the first',
  });
}

/** [batch, time, ...] as [batch × time, ...]; labels [batch, time] as [batch × time, 1]. */
export function asSteps(values: TF.Tensor, time: number): TF.Tensor {
  const rest = values.rank === 2 ? [1] : values.shape.slice(2);
  return values.reshape([values.shape[0]! * time, ...rest]);
}
