import { checkNames, ReluctantError, type TF, tf } from '../../core';
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
  if (sampleWeights !== undefined) checkGiven(face, sampleWeights);
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

function checkGiven(face: ModelFace, given: NonNullable<Samples['sampleWeights']>): void {
  if (given instanceof tf.Tensor) return;
  const entries = given !== null && typeof given === 'object' && !Array.isArray(given) ? Object.entries(given) : [];
  if (entries.length > 0 && entries.every(([, weights]) => weights instanceof tf.Tensor)) {
    checkNames('fit', given, face.heads, { code: 'unknown-head', kind: 'head', where: { in: 'sampleWeights' } });
    return;
  }
  throw new ReluctantError({
    code: 'weights-not-usable',
    operation: 'fit',
    problem: 'sampleWeights are neither a tensor nor tensors by head',
    received: given,
    expected: 'a tensor of shape [rows], or one for some of the heads by name',
  });
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
  checkClasses(targets, head);
  const weights = Array.from({ length: count }, (_, k) => classes[k] ?? 1);
  const wrong = weights.find((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong !== undefined) {
    throw new ReluctantError({
      code: 'weights-not-usable',
      operation: 'fit',
      problem: 'a class weight is not usable',
      where: { head },
      received: wrong,
      expected: 'finite numbers of at least 0',
    });
  }
  return tf.tidy(() => {
    if (width === 1) {
      const flat = targets.reshape([-1]);
      return tf.add(weights[0]!, tf.mul(flat, weights[1]! - weights[0]!));
    }
    return tf.sum(tf.mul(targets, tf.tensor1d(weights)), -1);
  });
}

/** Refuses class weights where the targets are no classes: a number of a regression has no class. */
function checkClasses(targets: TF.Tensor, head: string): void {
  const values = targets.dataSync();
  const at = values.findIndex((value) => value !== 0 && value !== 1);
  if (at < 0 && targets.rank === 2) return;
  const row = Math.floor(at / (values.length / targets.shape[0]!));
  throw new ReluctantError({
    code: 'classes-missing',
    operation: 'fit',
    problem: 'class weights are for targets that are classes, one-hot or 0 and 1',
    where: { head, ...(at >= 0 && { row }) },
    received: at < 0 ? `targets of shape [${targets.shape.join(', ')}]` : values[at],
    expected: '0 and 1 only, shape [rows, classes]',
    fix: 'leave classWeights out for a regression, or weigh its rows by sampleWeights',
  });
}
