import { gatherRows } from '../compile';
import { type Random, ReluctantError, type TF, tf } from '../core';
import type { RowOrder } from '../data/samples/rowShards';
import type { FitOptions } from './options';
import { randomOrder } from './order';
import type { RowSource, Samples, TrainingData } from './samples';
import { inputColumn, targetColumn, weightColumn } from './step';
import type { ModelFace, Named } from './trainable';

/** Samples as the columns of a training loop, all with the same number of rows. */
export interface Columns {
  rows: number;
  /** Empty where the rows come out of a source. */
  tensors: Named<TF.Tensor>;
  /** Tensors made here, which the run disposes of. */
  own: TF.Tensor[];
  /** Where the rows are, if not in tensors. */
  source?: RowSource;
}

/** The training rows of a run as columns: tensors, or a source whose rows are fetched chunk by chunk. */
export function trainingColumns(
  face: ModelFace,
  data: TrainingData,
  classWeights: FitOptions['classWeights'],
): Columns {
  const { source } = data;
  if (!source) return columnsOf(face, data, 'training', classWeights);
  if (source.rows < 1 || face.heads.length !== 1 || (face.inputs && face.inputs.length !== 1) || classWeights) {
    throw new ReluctantError({
      code: 'source-unusable',
      operation: 'fit',
      problem: 'rows out of a source are for a model of one input and one head, without class weights',
      received: { rows: source.rows, inputs: face.inputs, heads: face.heads },
    });
  }
  return { rows: source.rows, tensors: {}, own: [], source };
}

/** Bytes that one row takes. */
export function rowBytes({ rows, tensors, source }: Columns): number {
  if (source) return source.rowBytes;
  return Object.values(tensors).reduce((sum, tensor) => sum + (4 * tensor.size) / rows, 0);
}

/** A new order of the rows. */
export const shuffled = ({ rows, source }: Columns, random: Random): RowOrder =>
  source ? source.order(random) : randomOrder(random, rows);

/**
 * `count` rows from place `first` of an order on, as new tensors. Places past the last row hold another row; the steps
 * that would read them are not run.
 */
export function rowsAt(
  { rows, tensors, source }: Columns,
  face: ModelFace,
  first: number,
  count: number,
  order: RowOrder | undefined,
): Named<TF.Tensor> {
  const last = Math.min(rows, first + count);
  if (!source && order === undefined && first + count <= rows) {
    return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.slice(first, count)]));
  }
  const numbers = new Int32Array(count);
  if (order) numbers.set(order.subarray(first, last));
  else for (let k = 0; first + k < last; k++) numbers[k] = first + k;
  if (source) {
    // Of the same place on disk as the row before, not of the beginning.
    numbers.fill(numbers[last - first - 1] ?? 0, last - first);
    const { inputs, targets } = source.gather(numbers);
    return { [inputColumn(face.inputs?.[0] ?? 'input')]: inputs, [targetColumn(face.heads[0]!)]: targets };
  }
  const indices = tf.tensor1d(numbers, 'int32');
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, gatherRows(tensor, indices)]));
}

/** Checks samples against the model and names their tensors. `where` says in errors which samples they are. */
export function columnsOf(
  face: ModelFace,
  samples: Samples,
  where: 'training' | 'validation',
  classWeights: FitOptions['classWeights'] = {},
): Columns {
  const inputs = named(samples.inputs, face.inputs, 'inputs', where);
  const targets = named(samples.targets, face.heads, 'targets', where);
  const own: TF.Tensor[] = [];
  const tensors: Named<TF.Tensor> = {};
  for (const [name, tensor] of Object.entries(inputs)) tensors[inputColumn(name)] = tensor;
  for (const head of face.heads) tensors[targetColumn(head)] = asColumn(targets[head]!, own);
  for (const head of face.heads) {
    const weight = rowWeights(samples.sampleWeights, head);
    const classes = classWeights[head];
    if (weight) tensors[weightColumn(head)] = weight;
    if (!classes) continue;
    const byClass = weightsByClass(tensors[targetColumn(head)]!, classes, head);
    tensors[weightColumn(head)] = weight ? tf.tidy(() => tf.mul(byClass, weight)) : byClass;
    own.push(byClass, ...(weight ? [tensors[weightColumn(head)]!] : []));
  }
  const rows = checkRows(tensors, where);
  return { rows, tensors, own };
}

/** Targets of shape [rows] stand beside predictions of shape [rows, 1]; left as they are they would broadcast. */
function asColumn(targets: TF.Tensor, own: TF.Tensor[]): TF.Tensor {
  if (targets.rank !== 1 && targets.dtype === 'float32') return targets;
  const column = tf.tidy(() => {
    const numbers = targets.dtype === 'float32' ? targets : targets.cast('float32');
    return numbers.rank === 1 ? numbers.expandDims(1) : numbers;
  });
  own.push(column);
  return column;
}

function named(
  given: TF.Tensor | Named<TF.Tensor> | undefined,
  names: readonly string[] | undefined,
  what: string,
  where: string,
): Named<TF.Tensor> {
  if (given instanceof tf.Tensor) {
    if (names === undefined) return { input: given };
    if (names.length === 1) return { [names[0]!]: given };
  } else if (given !== null && typeof given === 'object') {
    const missing = (names ?? []).filter((name) => !(given[name] instanceof tf.Tensor));
    if (missing.length === 0) return names ? Object.fromEntries(names.map((name) => [name, given[name]!])) : given;
  }
  throw new ReluctantError({
    code: 'tensors-missing',
    operation: 'fit',
    problem: `the ${what} do not fit the model`,
    where: { samples: where },
    received: given instanceof tf.Tensor ? `one tensor of shape [${given.shape}]` : Object.keys(given ?? {}),
    expected: `tensors named ${(names ?? ['...']).map((name) => `"${name}"`).join(', ')}`,
  });
}

function rowWeights(given: Samples['sampleWeights'], head: string): TF.Tensor | undefined {
  if (given === undefined || given instanceof tf.Tensor) return given as TF.Tensor | undefined;
  return (given as Named<TF.Tensor1D>)[head];
}

function weightsByClass(targets: TF.Tensor, classes: Record<number, number>, head: string): TF.Tensor {
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

function checkRows(tensors: Named<TF.Tensor>, where: string): number {
  const counts = Object.entries(tensors).map(([name, tensor]) => ({ name, rows: tensor.shape[0] ?? 0 }));
  const rows = counts[0]?.rows ?? 0;
  if (rows > 0 && counts.every((each) => each.rows === rows)) return rows;
  throw new ReluctantError({
    code: rows === 0 ? 'no-rows' : 'row-counts-differ',
    operation: 'fit',
    problem: rows === 0 ? 'there is nothing to train on' : 'the tensors have different numbers of rows',
    where: { samples: where },
    received: Object.fromEntries(counts.map((each) => [each.name, each.rows])),
    expected: rows === 0 ? 'at least 1 row' : 'the same number of rows everywhere',
  });
}
