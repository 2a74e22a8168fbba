import { checkChoice, type TF, tf } from '../core';
import {
  accuracy,
  informationCoefficient,
  meanAbsoluteError,
  meanSquaredError,
  rankIC,
  rocAUC,
  rocAUCOneVsRest,
} from '../evaluation';
import { rowLosses } from '../losses';

/** A metric by name. */
export type MetricName = 'mae' | 'mse' | 'accuracy' | 'auc' | 'aucMicro' | 'ic' | 'rankIC';

interface Metric {
  /** One number per row, if the metric is a mean over rows; it is then taken inside the training step. */
  perRow?: (targets: TF.Tensor, predictions: TF.Tensor) => TF.Tensor1D;
  /** From all rows, flattened, of `width` columns each. */
  whole: (targets: Float32Array, predictions: Float32Array, width: number) => number;
}

/**
 * The metrics there are. `auc` of a head with several classes is the mean of the areas of each class against the rest
 * (macro); `aucMicro` takes every class of every row as one binary question, which is what Keras's AUC computes by default.
 */
const METRICS: Record<MetricName, Metric> = {
  mae: { perRow: rowLosses.meanAbsoluteError, whole: (t, p) => meanAbsoluteError(t, p) },
  mse: { perRow: rowLosses.meanSquaredError, whole: (t, p) => meanSquaredError(t, p) },
  accuracy: {
    perRow: (targets, predictions) =>
      (targets.shape[1] === 1 || targets.rank === 1
        ? tf.equal(tf.greater(targets, 0.5), tf.greater(predictions, 0.5)).reshape([-1])
        : tf.equal(tf.argMax(targets, -1), tf.argMax(predictions, -1))
      ).cast('float32') as TF.Tensor1D,
    whole: (t, p, width) => (width === 1 ? binaryAccuracy(t, p) : accuracy(t, p, width)),
  },
  auc: { whole: (t, p, width) => (width === 1 ? rocAUC(t, p) : rocAUCOneVsRest(t, p, width)) },
  aucMicro: { whole: (t, p) => rocAUC(t, p) },
  ic: { whole: (t, p) => informationCoefficient(t, p) },
  rankIC: { whole: (t, p) => rankIC(t, p) },
};

/** The metric of that name; throws `unknown-choice` naming them all. */
export function metricOf(name: MetricName): Metric {
  return METRICS[checkChoice('fit', 'metric', name, Object.keys(METRICS) as MetricName[])];
}

/** How a metric is called in a history: Keras's spelling. */
export function metricKey(name: MetricName): string {
  return { aucMicro: 'auc_micro', rankIC: 'rank_ic' }[name as string] ?? name;
}

function binaryAccuracy(targets: Float32Array, predictions: Float32Array): number {
  let right = 0;
  for (let k = 0; k < targets.length; k++) if (targets[k]! > 0.5 === predictions[k]! > 0.5) right++;
  return right / targets.length;
}
