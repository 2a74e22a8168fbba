import { type TF, tf } from '../../core';
import { inOurWords } from '../checkedLoss';
import { checkInputs } from '../feeds/tensorFeed';
import { checkAlive } from '../modelChecks';
import { checkOptionValues, PREDICT_OPTIONS } from '../optionChecks';
import { faceOf, type Named, type Trainable } from '../trainable';
import { type PredictOptions, predictRows } from './predictRows';

/**
 * What a model predicts for rows, batch by batch through one compiled call: many times faster than `model.predict` for small models,
 * and bounded in memory for many rows. The same model is compiled once. Layers with `stateful: true` go on from the state they have, batch
 * by batch, and keep the last; `model.resetStates()` gives them zeros.
 *
 * @param inputs one tensor, or one by input name; [rows, ...]. They stay the caller's.
 * @returns predictions by head, [rows, ...], which are the caller's.
 * @throws ReluctantError `input-shape`, `tensors-missing`, `aborted`, `layer-keeps-state`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'sum' })] });
 * const { sum } = await predict(model, tf.ones([1000, 2]), { batchSize: 100 });
 * sum!.shape; // [1000, 1]
 */
export async function predict(
  model: Trainable,
  inputs: TF.Tensor | Named<TF.Tensor>,
  options: PredictOptions = {},
): Promise<Named<TF.Tensor>> {
  checkOptionValues(options, PREDICT_OPTIONS, 'predict');
  checkAlive(model);
  const face = faceOf(model);
  const named = checkInputs(face, inputs);
  try {
    const { predictions, masks } = await predictRows(model, face, named, options);
    tf.dispose(masks);
    return predictions;
  } catch (error) {
    throw inOurWords(error, 'predict');
  }
}
