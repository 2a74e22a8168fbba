import { type TF, tf } from '../../core';
import { type Loss, type LossName, lossOf } from '../../losses';

/** What a loss from logits is made of: an activation, and the loss of what it gives. */
export interface FromLogits {
  activation: 'sigmoid' | 'softmax';
  loss: LossName;
}

/** Losses that apply the sigmoid, or the softmax, themselves. */
const FROM_LOGITS: Readonly<Partial<Record<LossName, FromLogits>>> = {
  binaryCrossentropyFromLogits: { activation: 'sigmoid', loss: 'binaryCrossentropy' },
  categoricalCrossentropyFromLogits: { activation: 'softmax', loss: 'categoricalCrossentropy' },
  sparseCategoricalCrossentropyFromLogits: { activation: 'softmax', loss: 'sparseCategoricalCrossentropy' },
};

/** The parts of a loss from logits that is known by name. */
export const fromLogits = (given: LossName | Loss): FromLogits | undefined =>
  typeof given === 'string' ? FROM_LOGITS[given] : undefined;

/** The loss that sees probabilities: the one inside a loss from logits, or the loss itself. */
export const ofProbabilities = (given: LossName | Loss): LossName | Loss => fromLogits(given)?.loss ?? given;

/** What such a loss makes of predictions before it compares them. */
export const squashed = ({ activation }: FromLogits, predictions: TF.Tensor): TF.Tensor =>
  activation === 'softmax' ? tf.softmax(predictions) : tf.sigmoid(predictions);

/**
 * Whether a loss squashes its predictions before it compares them: told by its name, or by its value falling on beyond the
 * predictions that equal the targets, towards a bound, as only a squashed number's does.
 */
export function squashesPredictions(given: LossName | Loss, columns: number): boolean {
  if (typeof given === 'string') return FROM_LOGITS[given] !== undefined;
  if (columns !== 1) return false;
  return tf.tidy(() => {
    const loss = lossOf(given, 'diagnose');
    const at = (target: number, prediction: number) =>
      tf.mean(loss(tf.fill([8, 1], target), tf.fill([8, 1], prediction))).dataSync()[0]!;
    const falls = (target: number, near: number, far: number) => at(target, far) < 0.9 * at(target, near) - 1e-9;
    // From the target on: for 1 from 1 to 6, for 0 from 0 to -6.
    const isBounded = Math.abs(at(1, 12) - at(1, 24)) < 1e-3 * Math.abs(at(1, 1) - at(1, 12)) + 1e-6;
    return falls(1, 1, 6) && falls(0, 0, -6) && isBounded;
  });
}
