import { ReluctantError, type TF, tf } from '../../core';
import type { FitOptions } from '../options';
import type { Samples } from '../samples';
import type { ModelFace, Named } from '../trainable';

/**
 * Weights of the rows by head: those given, times those of their classes.
 *
 * @param made takes the tensors that are made here.
 * @throws ReluctantError `unknown-class`.
 */
export function rowWeightsOf(
  face: ModelFace,
  { sampleWeights }: Samples,
  targets: Named<TF.Tensor>,
  classWeights: NonNullable<FitOptions['classWeights']>,
  made: TF.Tensor[],
): Named<TF.Tensor> {
  const weights: Named<TF.Tensor> = {};
  for (const head of face.heads) {
    const ofRows = sampleWeights instanceof tf.Tensor ? (sampleWeights as TF.Tensor) : sampleWeights?.[head];
    const classes = classWeights[head];
    if (ofRows) weights[head] = ofRows;
    if (!classes) continue;
    const ofClasses = weightsByClass(targets[head]!, classes, head);
    made.push(ofClasses);
    weights[head] = ofRows ? tf.tidy(() => tf.mul(ofClasses, ofRows)) : ofClasses;
    if (ofRows) made.push(weights[head]);
  }
  return weights;
}

function weightsByClass(targets: TF.Tensor, classes: Readonly<Record<number, number>>, head: string): TF.Tensor {
  const width = targets.shape.at(-1)!;
  const count = width === 1 ? 2 : width;
  const unknown = Object.keys(classes).filter((name) => !(Number(name) >= 0 && Number(name) < count));
  if (unknown.length > 0) {
    throw new ReluctantError({
      code: 'unknown-class',
      operation: 'fit',
      problem: 'classWeights names a class the target does not have',
      where: { head },
      received: unknown,
      expected: `class numbers from 0 to ${count - 1}`,
    });
  }
  const weights = Array.from({ length: count }, (_, k) => classes[k] ?? 1);
  return tf.tidy(() => {
    if (width === 1) {
      const flat = targets.reshape([-1]);
      return tf.add(weights[0]!, tf.mul(flat, weights[1]! - weights[0]!));
    }
    return tf.sum(tf.mul(targets, tf.tensor1d(weights)), -1);
  });
}
