import { ReluctantError, type TF, tf } from '../../core';

/** Labels and predictions of days, one row per day and one column per stock. A label of NaN is none. */
export interface LabelledDays {
  /** 1 where a stock has a label on a day, else 0: [days, stocks]. */
  mask: TF.Tensor2D;
  /** 0 where there is no label: [days, stocks]. */
  labels: TF.Tensor2D;
  /** Predictions, 0 where there is no label, so that nothing flows back from there: [days, stocks]. */
  scores: TF.Tensor2D;
  /** Labelled stocks of each day: [days, 1]. */
  counts: TF.Tensor2D;
}

/**
 * Reads what a loss over days was handed.
 *
 * @throws ReluctantError `panel-shape` unless targets and predictions are both [days, stocks] (or [days, stocks, 1]), with two stocks or more.
 */
export function labelledDays(operation: string, targets: TF.Tensor, predictions: TF.Tensor): LabelledDays {
  const [wanted, given] = [squeezed(targets), squeezed(predictions)];
  const [days, stocks] = wanted.shape;
  const fits = wanted.rank === 2 && given.rank === 2 && given.shape[0] === days && given.shape[1] === stocks;
  if (!fits || stocks! < 2) {
    throw new ReluctantError({
      code: 'panel-shape',
      operation,
      problem: fits
        ? 'every day has one stock, which has nobody to be compared with'
        : 'the loss compares stocks within days',
      received: `targets of shape [${targets.shape}] and predictions of shape [${predictions.shape}]`,
      expected: 'both [days, stocks], NaN among the targets where a stock has no label',
      fix: 'a row is a day: where the rows of a batch are the stocks of one day, reshape both to [1, stocks]',
    });
  }
  const isLabelled = tf.logicalNot(tf.isNaN(wanted));
  return {
    mask: tf.cast(isLabelled, 'float32') as TF.Tensor2D,
    labels: tf.where(isLabelled, wanted, tf.zerosLike(wanted)) as TF.Tensor2D,
    scores: tf.where(isLabelled, given, tf.zerosLike(given)) as TF.Tensor2D,
    counts: tf.sum(tf.cast(isLabelled, 'float32'), 1, true) as TF.Tensor2D,
  };
}

function squeezed(values: TF.Tensor): TF.Tensor {
  const numbers = values.dtype === 'float32' ? values : tf.cast(values, 'float32');
  return numbers.rank === 3 && numbers.shape[2] === 1 ? numbers.reshape(numbers.shape.slice(0, 2)) : numbers;
}

/** 1 for the days that order anything, since two of their labels differ, else 0: [days, 1]. */
export function orderedDays({ mask, labels }: LabelledDays): TF.Tensor2D {
  const absent = tf.mul(tf.sub(1, mask), 1e30);
  const highest = tf.max(tf.sub(labels, absent), 1, true);
  const lowest = tf.min(tf.add(labels, absent), 1, true);
  return tf.cast(tf.greater(highest, lowest), 'float32') as TF.Tensor2D;
}

/** 1 for the days with so many labels or more, else 0: [days, 1]. */
export const daysOf = ({ counts }: LabelledDays, least: number): TF.Tensor2D =>
  tf.cast(tf.greaterEqual(counts, least), 'float32') as TF.Tensor2D;

/** The mean of a number per day over the days that count; 0 where none does. Both [days, 1]. */
export function meanOverDays(values: TF.Tensor, counted: TF.Tensor): TF.Scalar {
  return tf.div(tf.sum(tf.mul(values, counted)), tf.maximum(tf.sum(counted), 1)) as TF.Scalar;
}

/** Values of each day about their mean. */
export interface Centred {
  /** 0 where there is no label: [days, stocks]. */
  centred: TF.Tensor2D;
  /** In standard deviations (of the population); 0 on days whose values are all equal. [days, stocks]. */
  standardised: TF.Tensor2D;
  /** [days, 1]; 0 on days whose values are all equal, with a gradient of 0. */
  deviation: TF.Tensor2D;
}

/**
 * Centres the values of each day. Values that are equal but for the rounding of single precision count as equal: they have a
 * deviation of 0 and no direction in which it grows, so that neither NaN nor noise flows back.
 */
export function centre(values: TF.Tensor2D, { mask, counts }: Pick<LabelledDays, 'mask' | 'counts'>): Centred {
  const rows = tf.maximum(counts, 1);
  const centred = tf.mul(tf.sub(values, tf.div(tf.sum(values, 1, true), rows)), mask) as TF.Tensor2D;
  const squares = tf.sum(tf.square(centred), 1, true);
  const rounding = tf.add(tf.mul(tf.sum(tf.square(values), 1, true), 1e-12), 1e-30);
  // A comparison has no gradient in tfjs, a step has: 0.
  const varies = tf.step(tf.sub(squares, rounding));
  const root = tf.sqrt(tf.div(tf.add(tf.mul(squares, varies), tf.sub(1, varies)), rows));
  return {
    centred,
    standardised: tf.mul(tf.div(centred, root), varies) as TF.Tensor2D,
    deviation: tf.mul(root, varies) as TF.Tensor2D,
  };
}

/** Correlation of two columns of numbers within each day, [days, 1]; 0 where either is constant. */
export function correlation(first: TF.Tensor2D, second: TF.Tensor2D, days: LabelledDays): TF.Tensor2D {
  const products = tf.mul(centre(first, days).standardised, centre(second, days).standardised);
  return tf.div(tf.sum(products, 1, true), tf.maximum(days.counts, 1)) as TF.Tensor2D;
}

/** Differences of every two stocks of a day, first less second: [days, stocks] to [days, stocks, stocks]. */
export const differences = (values: TF.Tensor2D): TF.Tensor3D =>
  tf.sub(values.expandDims(2), values.expandDims(1)) as TF.Tensor3D;
