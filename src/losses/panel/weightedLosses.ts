import { checkNames, checkNumber, ReluctantError, type TF, tf } from '../../core';
import { type Loss, type LossName, lossOf } from '../loss';

/** One term of {@link weightedLosses}. */
export interface LossTerm {
  loss: Loss | LossName;
  /** What it counts; 0 leaves it out. Default 1. */
  weight?: number;
}

/**
 * Several losses of one head as one: the sum of each term's weight times its value. Terms that have one number per row are averaged over the rows first.
 *
 * @throws ReluctantError `terms-missing` without a term that counts, and those of `lossOf`.
 * @example
 * const loss = weightedLosses([{ loss: listNet() }, { loss: rankNet(), weight: 0.5 }]);
 * loss(tf.tensor2d([[1, 0]]), tf.tensor2d([[0, 0]])).dataSync()[0]; // 1.039721
 */
export function weightedLosses(terms: readonly LossTerm[]): Loss {
  const operation = 'losses.weightedLosses';
  const read = (Array.isArray(terms) ? terms : []).map((term: LossTerm) => {
    checkNames(operation, term ?? {}, ['loss', 'weight']);
    return {
      loss: lossOf(term?.loss, operation),
      weight: checkNumber(operation, 'a weight', term.weight ?? 1, 0),
    };
  });
  const counted = read.filter(({ weight }) => weight > 0);
  if (counted.length === 0) {
    throw new ReluctantError({
      code: 'terms-missing',
      operation,
      problem: 'no term counts',
      received: terms,
      expected: 'a list of { loss, weight } with a weight above 0',
    });
  }
  return (targets, predictions) =>
    tf.addN(counted.map(({ loss, weight }) => tf.mul(tf.mean(loss(targets, predictions)), weight) as TF.Scalar));
}
