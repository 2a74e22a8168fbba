import { Random, type TF, tf } from '../../../core';
import type { Matrix } from './matrix';

/** Random filters, and how many steps, or rows and columns of a picture, each spans. */
const FILTERS = 64;
const SPANS = [3, 5];
const PICTURE_SPAN = 3;
/** Values of one row up to which its filters are cheap. */
const MOST_VALUES = 4096;

/**
 * What random filters find in windows and pictures: of each the largest value, the mean of what is above zero, and the share of
 * places above its threshold (after Dempster, Petitjean and Webb 2020). A ridge line through them knows patterns wherever they
 * stand. Seeded: the same shape gives the same filters.
 *
 * @returns one table for all inputs that are windows of six steps or more, or pictures; nothing where there is none.
 */
export function patternColumns(inputs: readonly TF.Tensor[]): Matrix | undefined {
  const parts = inputs.flatMap((input) => {
    const [rows, ...shape] = input.shape as number[];
    const size = shape.reduce((a, b) => a * b, 1);
    const isWindow = input.rank === 3 && shape[0]! >= 6;
    const isPicture = input.rank === 4 && shape[0]! >= 4 && shape[1]! >= 4;
    return rows! > 0 && size <= MOST_VALUES && (isWindow || isPicture) ? [found(input, isPicture)] : [];
  });
  if (parts.length === 0) return undefined;
  const rows = inputs[0]!.shape[0]!;
  const table = tf.tidy(() => tf.concat(parts, 1));
  const values = Float64Array.from(table.dataSync());
  const columns = table.shape[1]!;
  tf.dispose([table, ...parts]);
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k]!)) values[k] = 0;
  return { values, rows, columns };
}

function found(input: TF.Tensor, isPicture: boolean): TF.Tensor2D {
  return tf.tidy(() => {
    const numbers = tf.cast(input, 'float32');
    const picture = (isPicture ? numbers : tf.expandDims(numbers, 1)) as TF.Tensor4D;
    const random = new Random(3).fork(`patterns ${picture.shape.slice(1).join()}`);
    const spans = isPicture ? [PICTURE_SPAN] : SPANS;
    return tf.concat(
      spans.flatMap((span) =>
        filtered(picture, isPicture ? span : 1, span, Math.floor(FILTERS / spans.length), random),
      ),
      1,
    ) as TF.Tensor2D;
  });
}

function filtered(picture: TF.Tensor4D, height: number, width: number, count: number, random: Random): TF.Tensor[] {
  const channels = picture.shape[3];
  const size = height * width * channels;
  const weights = Array.from({ length: size * count }, () => random.normal() / Math.sqrt(size));
  // Filters without a mean see shapes; every fourth keeps it and sees levels.
  for (let filter = 0; filter < count; filter++) {
    if (filter % 4 === 0) continue;
    let mean = 0;
    for (let k = 0; k < size; k++) mean += weights[k * count + filter]! / size;
    for (let k = 0; k < size; k++) weights[k * count + filter]! -= mean;
  }
  const kernel = tf.tensor4d(weights, [height, width, channels, count]);
  const spread = tf.maximum(tf.sqrt(tf.moments(picture).variance), 1e-6);
  const seen = tf.div(tf.conv2d(picture, kernel, 1, 'valid'), spread);
  const thresholds = tf.tensor1d(Array.from({ length: count }, () => 0.5 * random.normal()));
  const above = tf.sub(seen, thresholds);
  return [
    tf.max(seen, [1, 2]),
    tf.mean(tf.relu(above), [1, 2]),
    tf.mean(tf.cast(tf.greater(above, 0), 'float32'), [1, 2]),
  ];
}
