import { ReluctantError, type TF, tf } from '../../core';

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
