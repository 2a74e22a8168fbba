import { type TF, tf } from '../core';
import { census } from '../evaluation';
import { type Figure, type QuantileRange, quantileRanges } from '../plots';
import { formatShare } from '../tables';
import { weightName } from '../training/trainable';
import { DrawnTable } from './drawnTable';
import { initialStd } from './initializers';
import { leafLayers } from './layers';
import { selectQuantiles } from './selection';

/** Statistics of one weight tensor. Everything but the counts is over the finite values; NaN where a notion does not apply. */
export interface WeightRow {
  /** Name of the tensor, e.g. `volatility/kernel`. */
  name: string;
  shape: string;
  dtype: string;
  /** Number of values. */
  count: number;
  mean: number;
  std: number;
  min: number;
  p05: number;
  p25: number;
  p50: number;
  p75: number;
  p95: number;
  max: number;
  /** Exact zeros. */
  zeros: number;
  nan: number;
  infinite: number;
  /** Euclidean norm. */
  norm: number;
  /**
   * Effective rank of the tensor as a matrix [everything else, last axis]: (sum of squared singular values)^2 over the sum of
   * their fourth powers (Bartlett, Long, Lugosi and Tsigler 2020, R(Sigma)). 1 for a rank-one matrix, n for an orthogonal one.
   */
  effectiveRank: number;
  /** Norm of the difference from the initial value, when one was given. */
  moved: number;
  /** `moved` over the norm of the initial value. */
  movedShare: number;
  /** Standard deviation the layer's initialiser draws from, when it is known. */
  initialStd: number;
}

/** A tensor of numbers with a name, from a model or from a file. */
export interface NamedTensor {
  name: string;
  shape: readonly number[];
  dtype: string;
  /** Row-major values. Read when asked for, so that a large model is held one tensor at a time. */
  values(): Float32Array | Float64Array | Int32Array | Uint8Array;
  /** The same on the device, where it is there already; not to be disposed of by who reads it. */
  tensor?(): TF.Tensor;
  /** See {@link WeightRow.initialStd}. */
  initialStd?: number;
}

/** Values of the weights at some moment, by name. */
export type Snapshot = ReadonlyMap<string, Float32Array>;

/** Options of {@link weights}. */
export interface WeightOptions {
  /** What {@link snapshot} returned before training; fills `moved` and `movedShare`. */
  initial?: Snapshot;
  /** False leaves out the effective rank, which takes a matrix product per tensor. Default true. */
  effectiveRank?: boolean;
}

/** A row per weight tensor: what {@link weights} gives. */
export class WeightTable extends DrawnTable<WeightRow> {
  constructor(rows: WeightRow[]) {
    const movedShare = (value: unknown) => (Number.isNaN(value) ? '' : formatShare(Number(value)));
    super(rows, { title: 'Weights', formats: { movedShare } });
  }

  /** The spread of every tensor, with what is wrong with it or how far it moved. */
  figures(): Figure[] {
    return [quantileRanges(this.rows.map(rangeOf), { title: 'Weights by tensor', axis: 'weight' })];
  }
}

function rangeOf(row: WeightRow): QuantileRange {
  const { name, count, nan, infinite, zeros, movedShare, min, p05, p50, p95, max } = row;
  const notFinite = nan + infinite;
  // A bias that never moved from 0 is usual in a fresh model; a matrix of zeros has no direction.
  const trouble = notFinite > 0 ? `${notFinite} not finite` : zeros === count && count > 1 ? 'all 0' : '';
  const moved = Number.isFinite(movedShare) ? `moved ${formatShare(movedShare)}` : '';
  return { name, min, p05, p50, p95, max, note: trouble || moved, isBad: notFinite > 0 };
}

/**
 * The weights of a model, tensor by tensor: moments, percentiles, zeros, NaN and Inf counted and never dropped, effective
 * rank, and how far they moved.
 *
 * @param model any layers model, or tensors from a file (see `inspect.file`).
 * Takes little memory beside the model: one tensor is copied at a time, and nothing is sorted.
 *
 * @returns a row per tensor, in the model's order; `.figures()` draws them.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'head' })] });
 * inspect.weights(model).find({ name: 'head/bias' }).zeros; // 2
 */
export function weights(model: TF.LayersModel | readonly NamedTensor[], options: WeightOptions = {}): WeightTable {
  const tensors = isTensors(model) ? model : modelTensors(model);
  const { effectiveRank = true } = options;
  // The products first: the memory they needed then serves the copies of the values.
  const fourths = tensors.map((tensor) => (effectiveRank && tensor.tensor ? fourthPowers(tensor) : undefined));
  return new WeightTable(tensors.map((tensor, k) => weightRow(tensor, options, fourths[k])));
}

/** The values of all weights now, to measure later how far they moved. Copies; nothing stays on the device.
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], name: 'head' })] });
 * inspect.weights(model, { initial: inspect.snapshot(model) }).find({ name: 'head/kernel' }).moved; // 0
 */
export function snapshot(model: TF.LayersModel): Snapshot {
  return new Map(modelTensors(model).map((tensor) => [tensor.name, Float32Array.from(tensor.values())]));
}

const isTensors = (model: TF.LayersModel | readonly NamedTensor[]): model is readonly NamedTensor[] =>
  Array.isArray(model);

/** The weights of a layers model as named tensors, in order. */
export function modelTensors(model: TF.LayersModel): NamedTensor[] {
  const visited = new Set<unknown>();
  return leafLayers(model).flatMap((layer) =>
    layer.weights.flatMap((weight) => {
      if (visited.has(weight)) return [];
      visited.add(weight);
      const shape = weight.shape.map(Number);
      return {
        name: weightName(weight),
        shape,
        dtype: weight.dtype,
        values: () => weight.read().dataSync() as Float32Array,
        tensor: () => weight.read(),
        initialStd: initialStd(layer, weight.originalName, shape),
      };
    }),
  );
}

function weightRow(
  tensor: NamedTensor,
  { initial, effectiveRank: wanted = true }: WeightOptions,
  fourthPowerSum: number | undefined,
): WeightRow {
  const values = tensor.values();
  const stats = census(values);
  const [p05, p25, p50, p75, p95] = selectQuantiles(values, stats, [0.05, 0.25, 0.5, 0.75, 0.95]);
  const before = initial?.get(tensor.name);
  const fourths =
    wanted && stats.nan + stats.infinite === 0 ? (fourthPowerSum ?? fourthPowers(tensor, values)) : Number.NaN;
  const moved = before && before.length === values.length ? distance(values, before) : Number.NaN;
  return {
    name: tensor.name,
    shape: `[${tensor.shape.join(', ')}]`,
    dtype: tensor.dtype,
    count: stats.count,
    mean: stats.mean,
    std: stats.std,
    min: stats.min,
    p05: p05!,
    p25: p25!,
    p50: p50!,
    p75: p75!,
    p95: p95!,
    max: stats.max,
    zeros: stats.zeros,
    nan: stats.nan,
    infinite: stats.infinite,
    norm: stats.norm,
    // A matrix of zeros has no direction to count.
    effectiveRank: fourths > 0 ? stats.norm ** 4 / fourths : Number.NaN,
    moved,
    movedShare: before ? moved / census(before).norm : Number.NaN,
    initialStd: tensor.initialStd ?? Number.NaN,
  };
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2;
  return Math.sqrt(sum);
}

/** The sum of the fourth powers of the singular values; NaN for vectors, scalars and tensors of nothing. */
function fourthPowers({ shape, tensor }: NamedTensor, values: ArrayLike<number> = []): number {
  const columns = shape[shape.length - 1] ?? 1;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  if (shape.length < 2 || rows * columns === 0) return Number.NaN;
  return tf.tidy(() => {
    const given = tensor?.() ?? tf.tensor1d(values instanceof Float32Array ? values : Float32Array.from(values));
    const matrix = tf.cast(tf.reshape(given, [rows, columns]), 'float32') as TF.Tensor2D;
    // It is the squared norm of the smaller of M'M and MM', taken as a product with itself so that no squares are held.
    const isTall = rows > columns;
    const flat = tf.reshape(tf.matMul(matrix, matrix, isTall, !isTall), [1, -1]);
    return tf.matMul(flat, flat, false, true).dataSync()[0]!;
  });
}
