import { ReluctantError, type TF, tf } from '../../core';

/** Labels and several outputs for each: of days and stocks, or of plain rows, flattened. */
export interface LabelledOutputs {
  /** 1 where there is a label, else 0: [rows, 1]. */
  mask: TF.Tensor2D;
  /** 0 where there is no label: [rows, 1]. */
  labels: TF.Tensor2D;
  /** [rows, outputs]; 0 where there is no label. */
  outputs: TF.Tensor2D;
}

/**
 * Reads targets [days, stocks] with predictions [days, stocks, outputs], or targets [rows, 1] with predictions [rows, outputs].
 *
 * @throws ReluctantError `outputs-shape`.
 */
export function labelledOutputs(
  operation: string,
  targets: TF.Tensor,
  predictions: TF.Tensor,
  outputs: number,
  meaning: string,
): LabelledOutputs {
  const [wanted, given] = [targets.shape, predictions.shape];
  const label = wanted.length === given.length && wanted.at(-1) === 1 ? wanted.slice(0, -1) : wanted;
  const rest = given.slice(0, -1);
  const fits = label.length === rest.length && label.every((length, axis) => length === rest[axis]);
  if (!fits || given.at(-1) !== outputs) {
    throw new ReluctantError({
      code: 'outputs-shape',
      operation,
      problem: `the loss wants ${meaning} for every label`,
      received: `targets of shape [${wanted}] and predictions of shape [${given}]`,
      expected: `targets [days, stocks] with predictions [days, stocks, ${outputs}], or [rows, 1] with [rows, ${outputs}]`,
    });
  }
  const flat = tf.cast(targets, 'float32').reshape([-1, 1]);
  const isLabelled = tf.logicalNot(tf.isNaN(flat));
  const mask = tf.cast(isLabelled, 'float32') as TF.Tensor2D;
  const all = predictions.reshape([-1, outputs]);
  return {
    mask,
    labels: tf.where(isLabelled, flat, tf.zerosLike(flat)) as TF.Tensor2D,
    outputs: tf.where(tf.tile(isLabelled, [1, outputs]), all, tf.zerosLike(all)) as TF.Tensor2D,
  };
}

/** The mean over the labels of values [rows, outputs], summed over the outputs; 0 where there is no label. */
export function meanOverLabels(values: TF.Tensor, mask: TF.Tensor): TF.Scalar {
  return tf.div(tf.sum(tf.mul(values, mask)), tf.maximum(tf.sum(mask), 1)) as TF.Scalar;
}
