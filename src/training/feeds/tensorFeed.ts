import { gatherRows, leavesOf, mapTree } from '../../compile';
import { checkNames, evenPlaces, type Random, ReluctantError, type TF, tf } from '../../core';
import type { RowOrder } from '../../data/samples/rowShards';
import type { FitOptions } from '../options';
import type { Samples } from '../samples';
import type { TrainingBatch } from '../step/batch';
import type { ModelFace, Named } from '../trainable';
import type { Feed } from './feed';
import { randomOrder } from './randomOrder';
import { rowWeightsOf } from './rowWeights';
import { checkInputShapes, checkShapes, type HeadSettings } from './shapes';

/** Rows that are in memory as tensors: all of them are held, so that any row is quick to take. */
export class TensorFeed implements Feed {
  readonly callBytes = 128 * 1024 * 1024;
  readonly validationRows = Number.POSITIVE_INFINITY;

  private constructor(
    readonly rows: number,
    readonly all: TrainingBatch,
    private readonly made: readonly TF.Tensor[],
  ) {}

  /**
   * Checks samples against the model. The tensors stay the caller's.
   *
   * @param where which samples they are, for errors.
   * @param settings what the heads' targets are compared with predictions by.
   * @throws ReluctantError `tensors-missing`, `row-counts-differ`, `no-rows`, `unknown-class`, and those of checkShapes.
   */
  static of(
    face: ModelFace,
    samples: Samples,
    where: string,
    { classWeights = {}, ...settings }: HeadSettings & Pick<FitOptions, 'classWeights'> = {},
  ): TensorFeed {
    const made: TF.Tensor[] = [];
    const inputs = named(samples.inputs, face.inputs, 'inputs', where);
    const given = named(samples.targets, face.heads, 'targets', where);
    const targets = Object.fromEntries(face.heads.map((head) => [head, asColumn(given[head]!, made)]));
    const weights = rowWeightsOf(face, samples, targets, classWeights, labelled(face, settings), made);
    const batch = { inputs, targets, weights };
    try {
      const rows = checkRows(batch, where);
      checkShapes(face, batch, where, settings);
      return new TensorFeed(rows, batch, made);
    } catch (error) {
      tf.dispose(made);
      throw error;
    }
  }

  get targets(): Named<TF.Tensor> {
    return this.all.targets;
  }

  get rowBytes(): number {
    return leavesOf(this.all).reduce((sum, tensor) => sum + (4 * tensor.size) / this.rows, 0);
  }

  shuffle(random: Random): RowOrder {
    return randomOrder(random, this.rows);
  }

  take(first: number, count: number, order: RowOrder | undefined): TrainingBatch {
    if (order === undefined && first + count <= this.rows) {
      return mapTree(this.all, (tensor) => tensor.slice(first, count));
    }
    const last = Math.min(this.rows, first + count);
    const numbers = new Int32Array(count);
    if (order) numbers.set(order.subarray(first, last));
    else for (let k = 0; first + k < last; k++) numbers[k] = first + k;
    const indices = tf.tensor1d(numbers, 'int32');
    const taken = mapTree(this.all, (tensor) => gatherRows(tensor, indices));
    indices.dispose();
    return taken;
  }

  /** A feed of at most `wanted` rows, evenly spaced; takes the place of this one. */
  evenly(wanted: number): TensorFeed {
    if (this.rows <= wanted) return this;
    const places = tf.tensor1d(evenPlaces(this.rows, wanted), 'int32');
    const fewer = mapTree(this.all, (tensor) => gatherRows(tensor, places));
    places.dispose();
    this.dispose();
    return new TensorFeed(wanted, fewer, leavesOf(fewer));
  }

  dispose(): void {
    tf.dispose([...this.made]);
  }
}

/**
 * Inputs of a model by name, compared with it. They stay the caller's.
 *
 * @throws ReluctantError `tensors-missing`, `input-shape`, `tensor-not-usable`, `row-counts-differ`, `no-rows`.
 */
export function checkInputs(face: ModelFace, given: Samples['inputs']): Named<TF.Tensor> {
  const inputs = named(given, face.inputs, 'inputs', 'prediction');
  checkRows({ inputs, targets: {}, weights: {} }, 'prediction');
  checkInputShapes(face, inputs, 'prediction');
  return inputs;
}

/** Targets of shape [rows] stand beside predictions of shape [rows, 1]; left as they are they would broadcast. */
function asColumn(targets: TF.Tensor, made: TF.Tensor[]): TF.Tensor {
  if (targets.rank !== 1 && targets.dtype === 'float32') return targets;
  const column = tf.tidy(() => {
    const numbers = targets.dtype === 'float32' ? targets : targets.cast('float32');
    return numbers.rank === 1 ? numbers.expandDims(1) : numbers;
  });
  made.push(column);
  return column;
}

/** How many classes the heads have whose targets are class numbers, by their losses. */
function labelled({ heads, outputShapes }: ModelFace, { losses = {} }: HeadSettings): Named<number> {
  return Object.fromEntries(
    heads.flatMap((head) => {
      const loss = losses[head];
      const classes = outputShapes?.[head]?.at(-1);
      return typeof loss === 'string' && loss.startsWith('sparse') && classes ? [[head, classes]] : [];
    }),
  );
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
  } else if (given !== null && typeof given === 'object' && !Array.isArray(given)) {
    const missing = (names ?? []).filter((name) => !(given[name] instanceof tf.Tensor));
    if (names)
      checkNames('fit', given, names, { code: 'unknown-head', kind: what.slice(0, -1), where: { samples: where } });
    if (missing.length === 0) return names ? Object.fromEntries(names.map((name) => [name, given[name]!])) : given;
  }
  throw new ReluctantError({
    code: 'tensors-missing',
    operation: 'fit',
    problem: `the ${what} do not fit the model`,
    where: { samples: where },
    received:
      given instanceof tf.Tensor
        ? `one tensor of shape [${given.shape}]`
        : Array.isArray(given)
          ? 'an array'
          : Object.keys(given ?? {}),
    expected: `tensors named ${(names ?? ['...']).map((name) => `"${name}"`).join(', ')}`,
  });
}

function checkRows(batch: TrainingBatch, where: string): number {
  const counts = Object.entries(batch).flatMap(([kind, tensors]) =>
    Object.entries(tensors).map(([name, tensor]) => ({ name: `${kind} ${name}`, rows: tensor.shape[0] ?? 0 })),
  );
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
