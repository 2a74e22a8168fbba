import { checkChoice, checkInteger, ReluctantError, type TF, tf } from '../core';
import {
  accuracy,
  f1Score,
  informationCoefficient,
  meanAbsoluteError,
  meanSquaredError,
  precision,
  rankIC,
  recall,
  rocAUC,
  rocAUCOneVsRest,
  rSquared,
  topKAccuracy,
} from '../evaluation';
import { rowLosses } from '../losses';

/** Which direction of a number is better. */
export type Best = 'lowest' | 'highest';

/**
 * Metric of a head: what `fit` records beside the loss. One of one's own is an object of this shape; at least one of
 * `perRow` and `whole` must be there.
 */
export interface Metric<Key extends string = string> {
  /** Name in the history: lower case, words joined by `_`, as Keras spells them. */
  readonly key: Key;
  readonly best: Best;
  /**
   * One number per row, [batch], of targets and predictions [batch, ...], if the metric is a mean over rows; it is then taken
   * inside the compiled training step.
   */
  readonly perRow?: (targets: TF.Tensor, predictions: TF.Tensor) => TF.Tensor1D;
  /** From all rows, flattened, of `width` columns each. Default: the mean of `perRow`. */
  readonly whole?: (targets: Float32Array, predictions: Float32Array, width: number) => number;
}

/** A metric that can be computed in both places, or whole only. */
export type ComputedMetric<Key extends string = string> = Metric<Key> & Required<Pick<Metric, 'whole'>>;

/** Keeps the key of a metric as its type. */
const metric = <Key extends string>(one: ComputedMetric<Key>): ComputedMetric<Key> => one;

/** A score of classes: from one-hot rows, 0 and 1, or class numbers beside a prediction per class. */
const ofClasses = <Key extends string>(
  key: Key,
  score: (targets: Float32Array, predictions: Float32Array, columns: number) => number,
): ComputedMetric<Key> => ({
  key,
  best: 'highest',
  whole: (targets, predictions, width) => score(targets, predictions, columnsOf(targets, predictions, width)),
});

/** Numbers predicted for a row, whose targets are `width` numbers. */
const columnsOf = (targets: Float32Array, predictions: Float32Array, width: number): number =>
  predictions.length / (targets.length / width);

/**
 * The share of rows whose class is among the `k` largest predictions, as a metric of `fit`; its key is `top_5_accuracy` for 5.
 *
 * @param k at least 1; 1 is `accuracy`.
 * @throws ReluctantError `integer-out-of-range`.
 * @example
 * topKMetric(3).key; // 'top_3_accuracy'
 */
export function topKMetric<const K extends number>(k: K): Metric<`top_${K}_accuracy`> {
  checkInteger('topKMetric', 'k', k, 1);
  return {
    key: `top_${k}_accuracy`,
    best: 'highest',
    whole: (targets, predictions, width) =>
      topKAccuracy(targets, predictions, columnsOf(targets, predictions, width), k),
  };
}

/**
 * Metrics by name. `precision`, `recall` and `f1` are of the positive class for a head of one output, and means over classes for
 * several (scikit-learn's macro); `r2` is the share of the targets' variance that is explained. `auc` of a head with several classes is the mean of the areas of each class against the rest
 * (macro); `aucMicro` takes every class of every row as one binary question, which is what Keras's AUC computes by default.
 */
export const METRICS = {
  mae: metric({
    key: 'mae',
    best: 'lowest',
    perRow: rowLosses.meanAbsoluteError,
    whole: (targets, predictions) => meanAbsoluteError(targets, predictions),
  }),
  mse: metric({
    key: 'mse',
    best: 'lowest',
    perRow: rowLosses.meanSquaredError,
    whole: (targets, predictions) => meanSquaredError(targets, predictions),
  }),
  accuracy: metric({
    key: 'accuracy',
    best: 'highest',
    perRow: (targets, predictions) => rightRows(targets, predictions).cast('float32') as TF.Tensor1D,
    whole: (targets, predictions, width) => {
      const classes = predictions.length / (targets.length / width);
      if (width === 1)
        return classes === 1 ? binaryAccuracy(targets, predictions) : labelAccuracy(targets, predictions);
      return accuracy(targets, predictions, width);
    },
  }),
  auc: metric({
    key: 'auc',
    best: 'highest',
    whole: (targets, predictions, width) =>
      width === 1 ? rocAUC(targets, predictions) : rocAUCOneVsRest(targets, predictions, width),
  }),
  aucMicro: metric({
    key: 'auc_micro',
    best: 'highest',
    whole: (targets, predictions) => rocAUC(targets, predictions),
  }),
  ic: metric({
    key: 'ic',
    best: 'highest',
    whole: (targets, predictions) => informationCoefficient(targets, predictions),
  }),
  rankIC: metric({ key: 'rank_ic', best: 'highest', whole: (targets, predictions) => rankIC(targets, predictions) }),
  r2: metric({ key: 'r2', best: 'highest', whole: (targets, predictions) => rSquared(targets, predictions) }),
  precision: ofClasses('precision', precision),
  recall: ofClasses('recall', recall),
  f1: ofClasses('f1', f1Score),
};

/** A metric by name. */
export type MetricName = keyof typeof METRICS;

/** The key of a metric in the history, as a type. */
export type KeyOfMetric<Choice> = Choice extends MetricName
  ? (typeof METRICS)[Choice]['key']
  : Choice extends { key: infer Key extends string }
    ? Key
    : never;

/**
 * Which direction of a number of the history is better, by its name: `val_direction_auc` is the score `auc` of a head. Everything
 * that is not named after a metric counts as a loss.
 */
export function directionOf(key: string): Best {
  const metrics: readonly Metric[] = Object.values(METRICS);
  return metrics.find((one) => key === one.key || key.endsWith(`_${one.key}`))?.best ?? 'lowest';
}

const NAMES = Object.keys(METRICS) as MetricName[];

/**
 * The metric of that name with its key in the history, its better direction and its formula; a metric of one's own is
 * checked and returned.
 *
 * @throws `unknown-choice` naming the metrics there are; `not-a-metric`.
 * @example
 * metricOf('rankIC').key; // 'rank_ic'
 * metricOf('mae').best; // 'lowest'
 */
export function metricOf(choice: MetricName | Metric): ComputedMetric {
  if (typeof choice === 'string') return METRICS[checkChoice('fit', 'metric', choice, NAMES)];
  const { key, best, perRow, whole } = choice ?? {};
  const isUsable =
    typeof key === 'string' &&
    /^[a-z][a-z0-9_]*$/.test(key) &&
    (best === 'lowest' || best === 'highest') &&
    [perRow, whole].some((formula) => typeof formula === 'function');
  if (!isUsable) {
    throw new ReluctantError({
      code: 'not-a-metric',
      operation: 'fit',
      problem: 'a metric is neither a name nor { key, best, perRow or whole }',
      received: choice,
      expected: `one of ${NAMES.join(', ')}, or { key: "my_metric", best: "lowest" or "highest", whole: (targets, predictions, width) => number }`,
    });
  }
  return { ...choice, whole: whole ?? meanOfRows(perRow!) };
}

/** The mean over the rows of a metric that has one number per row. */
function meanOfRows(perRow: NonNullable<Metric['perRow']>): ComputedMetric['whole'] {
  return (targets, predictions, width) =>
    tf.tidy(() => {
      const [t, p] = [targets, predictions].map((values) => tf.tensor2d(values, [values.length / width, width]));
      return tf.mean(perRow(t!, p!)).dataSync()[0]!;
    });
}

/** Rows whose class is right: of one output which side of one half, of several the largest, compared with a label or a one-hot row. */
function rightRows(targets: TF.Tensor, predictions: TF.Tensor): TF.Tensor {
  const outputs = predictions.rank > 1 ? predictions.shape.at(-1)! : 1;
  if (outputs === 1) return tf.equal(tf.greater(targets, 0.5), tf.greater(predictions, 0.5)).reshape([-1]);
  const areLabels = targets.shape.at(-1) === 1;
  const classes = areLabels ? tf.cast(targets, 'int32').reshape([-1]) : tf.argMax(targets, -1);
  return tf.equal(classes, tf.argMax(predictions, -1));
}

function labelAccuracy(labels: Float32Array, predictions: Float32Array): number {
  const classes = predictions.length / labels.length;
  let right = 0;
  labels.forEach((label, row) => {
    const outputs = predictions.subarray(row * classes, (row + 1) * classes);
    if (outputs.indexOf(Math.max(...outputs)) === label) right++;
  });
  return right / labels.length;
}

function binaryAccuracy(targets: Float32Array, predictions: Float32Array): number {
  let right = 0;
  for (let k = 0; k < targets.length; k++) if (targets[k]! > 0.5 === predictions[k]! > 0.5) right++;
  return right / targets.length;
}
