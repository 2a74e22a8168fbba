import { type TF, tf } from '../../core';
import { inOurWords } from '../checkedLoss';
import { TensorFeed } from '../feeds/tensorFeed';
import type { LossChoices, MetricChoices } from '../history';
import { checkAlive } from '../modelChecks';
import { checkOptionValues, EVALUATE_OPTIONS } from '../optionChecks';
import type { FitOptions } from '../options';
import type { Samples } from '../samples';
import { checkOptions } from '../settings';
import { faceOf, type Trainable } from '../trainable';
import { type PredictOptions, predictRows } from './predictRows';
import { scoresOf } from './validation';

/** What a model is measured by, and how its rows are predicted. */
export interface EvaluateOptions<
  Losses extends LossChoices = LossChoices,
  Metrics extends MetricChoices = MetricChoices,
> extends Pick<FitOptions<Losses, Metrics>, 'losses' | 'metrics' | 'lossWeights'>,
    PredictOptions {}

/**
 * Losses and metrics of a model on rows, as `fit` records them of validation rows: the same names without `val_`, the layers' penalties
 * included. Predicts through one compiled call, batch by batch.
 *
 * @param data inputs, targets and, if rows are weighed, their weights. They stay the caller's.
 * @returns `loss`, with several heads `<head>_loss`, and the metrics.
 * @throws ReluctantError as `fit` does, on options and tensors that do not fit; `aborted`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * const inputs = tf.ones([100, 2]);
 * const row = await evaluate(model, { inputs, targets: tf.ones([100, 1]) }, { losses: 'meanSquaredError', metrics: ['mae'] });
 * row.loss >= 0 && row.mae >= 0; // true
 */
export async function evaluate(
  model: Trainable,
  data: Samples,
  options: EvaluateOptions,
): Promise<{ loss: number } & Record<string, number>> {
  checkOptionValues(options, EVALUATE_OPTIONS, 'evaluate');
  checkAlive(model);
  const face = faceOf(model);
  const { losses, metrics, lossWeights, ...how } = options;
  const settings = checkOptions(face, { losses, ...(metrics && { metrics }), ...(lossWeights && { lossWeights }) });
  const feed = TensorFeed.of(face, data, 'validation', { losses: settings.losses, metrics: settings.plan.metrics });
  try {
    const forwarded = await predictRows(model, face, feed.all.inputs, how);
    try {
      return scoresOf({ face, ...settings.plan }, feed, settings.lossWeights, forwarded, '');
    } finally {
      tf.dispose(forwarded as unknown as TF.TensorContainer);
    }
  } catch (error) {
    throw inOurWords(error, 'evaluate');
  } finally {
    feed.dispose();
  }
}
