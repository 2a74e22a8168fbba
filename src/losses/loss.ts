import { checkChoice, ReluctantError, type TF } from '../core';
import {
  binaryCrossentropy,
  binaryCrossentropyFromLogits,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalCrossentropyFromLogits,
  categoricalFocalCrossentropy,
  klDivergence,
  sparseCategoricalCrossentropy,
  sparseCategoricalCrossentropyFromLogits,
} from './classification';
import { cosineSimilarity, hinge, squaredHinge } from './margins';
import {
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
} from './regression';

/**
 * A loss: targets and predictions of one batch in; out either one loss per row, shape [batch] (so that rows can be
 * weighted), or one number for the batch, shape [] (for losses such as a Sharpe ratio, which no single row has).
 */
export type Loss = (targets: TF.Tensor, predictions: TF.Tensor) => TF.Tensor;

/** The losses that have one number per row, by the names {@link lossOf} and `fit` accept. */
export const rowLosses = {
  meanSquaredError,
  meanAbsoluteError,
  huber: (targets: TF.Tensor, predictions: TF.Tensor) => huber(targets, predictions),
  logCosh,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  poisson,
  hinge,
  squaredHinge,
  cosineSimilarity,
  categoricalCrossentropy,
  categoricalCrossentropyFromLogits,
  categoricalFocalCrossentropy: (targets: TF.Tensor, predictions: TF.Tensor) =>
    categoricalFocalCrossentropy(targets, predictions),
  sparseCategoricalCrossentropy,
  sparseCategoricalCrossentropyFromLogits,
  binaryCrossentropy,
  binaryCrossentropyFromLogits,
  binaryFocalCrossentropy: (targets: TF.Tensor, predictions: TF.Tensor) =>
    binaryFocalCrossentropy(targets, predictions),
  klDivergence,
} as const;

/** A loss by name. */
export type LossName = keyof typeof rowLosses;

/**
 * The loss of that name, or the function itself.
 *
 * @throws `unknown-choice` naming the losses there are.
 * @example
 * lossOf('huber') !== undefined; // true
 */
export function lossOf(loss: LossName | Loss, operation = 'lossOf'): Loss {
  if (typeof loss === 'function') return loss;
  if (typeof loss !== 'string') {
    throw new ReluctantError({
      code: 'not-a-loss',
      operation,
      problem: 'a loss is neither a name nor a function',
      received: loss,
      expected: `a function (targets, predictions) => tensor, or one of ${Object.keys(rowLosses).join(', ')}`,
    });
  }
  return rowLosses[checkChoice(operation, 'loss', loss, Object.keys(rowLosses) as LossName[])];
}
