import { checkNames, ReluctantError, type TF, tf } from '../../core';
import type { ClassWeights, FitOptions } from '../options';
import type { Samples } from '../samples';
import type { ModelFace, Named } from '../trainable';

/**
 * Weights of the rows by head: those given, times those of their classes.
 *
 * @param labels classes of the heads whose targets are class numbers. @param made takes the tensors that are made here.
 * @throws ReluctantError `unknown-class`.
 */
export function rowWeightsOf(
  face: ModelFace,
  { sampleWeights }: Samples,
  targets: Named<TF.Tensor>,
  classWeights: NonNullable<FitOptions['classWeights']>,
  labels: Named<number>,
  made: TF.Tensor[],
): Named<TF.Tensor> {
  const weights: Named<TF.Tensor> = {};
  if (sampleWeights !== undefined) checkGiven(face, sampleWeights);
  for (const head of face.heads) {
    const ofRows = sampleWeights instanceof tf.Tensor ? (sampleWeights as TF.Tensor) : sampleWeights?.[head];
    const classes = classWeights[head];
    if (ofRows) weights[head] = ofRows;
    if (!classes) continue;
    const ofClasses = weightsByClass(targets[head]!, classes, head, labels[head]);
    made.push(ofClasses);
    weights[head] = ofRows ? tf.tidy(() => tf.mul(ofClasses, ofRows)) : ofClasses;
    if (ofRows) made.push(weights[head]);
  }
  return weights;
}

/** Weights by which every class counts as if all occurred equally often. @throws ReluctantError `class-absent`. */
function balanced(
  targets: TF.Tensor,
  head: string,
  count: number,
  areLabels: boolean,
): Readonly<Record<number, number>> {
  const width = targets.shape.at(-1)!;
  const values = targets.dataSync();
  const rows = values.length / width;
  const counts = new Array<number>(count).fill(0);
  for (let k = 0; k < values.length; k++) {
    if (areLabels || width === 1) counts[values[k]!]! += 1;
    else counts[k % width]! += values[k]!;
  }
  const absent = counts.indexOf(0);
  if (absent < 0) return Object.fromEntries(counts.map((ofClass, c) => [c, rows / (count * ofClass)]));
  throw new ReluctantError({
    code: 'class-absent',
    operation: 'fit',
    problem: 'classes cannot be balanced where one never occurs',
    where: { head, class: absent },
    expected: `rows of every class from 0 to ${count - 1}`,
    fix: 'give the weights by class number',
  });
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

function weightsByClass(targets: TF.Tensor, given: ClassWeights, head: string, labels: number | undefined): TF.Tensor {
  const width = targets.shape.at(-1)!;
  checkClasses(targets, head, labels);
  const count = labels ?? (width === 1 ? 2 : width);
  const classes = given === 'balanced' ? balanced(targets, head, count, labels !== undefined) : given;
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
    if (labels !== undefined) return tf.gather(tf.tensor1d(weights), tf.cast(targets, 'int32').reshape([-1]));
    if (width === 1) {
      const flat = targets.reshape([-1]);
      return tf.add(weights[0]!, tf.mul(flat, weights[1]! - weights[0]!));
    }
    return tf.sum(tf.mul(targets, tf.tensor1d(weights)), -1);
  });
}

/** Refuses class weights where the targets are no classes: a number of a regression has no class. */
function checkClasses(targets: TF.Tensor, head: string, labels: number | undefined): void {
  const values = targets.dataSync();
  const isClass = (value: number) => Number.isInteger(value) && value >= 0 && value < (labels ?? 2);
  const at = values.findIndex((value) => !isClass(value));
  if (at < 0 && targets.rank === 2) return;
  const row = Math.floor(at / (values.length / targets.shape[0]!));
  throw new ReluctantError({
    code: 'classes-missing',
    operation: 'fit',
    problem: 'class weights are for targets that are classes, one-hot or 0 and 1',
    where: { head, ...(at >= 0 && { row }) },
    received: at < 0 ? `targets of shape [${targets.shape.join(', ')}]` : values[at],
    expected: labels === undefined ? '0 and 1 only, shape [rows, classes]' : `class numbers from 0 to ${labels - 1}`,
    fix: 'leave classWeights out for a regression, or weigh its rows by sampleWeights',
  });
}
