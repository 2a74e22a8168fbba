import { type TF, tf } from '../../../core';
import type { Matrix } from './matrix';

/** Most columns that the references read. */
const WIDEST = 192;
/** Words of an embedding that are counted. */
const WORDS = 160;

/**
 * Inputs of a model as one table of numbers for the references: flat rows as they are, windows with their lags (of long ones the
 * last steps, mean and spread over time), pictures coarsened, word numbers as counts of the most frequent words.
 *
 * @param inputs one tensor per input, rows first. @param words which of them are word numbers.
 * @param like the words counted before, so that validation rows have the columns of the training rows.
 */
export function inputColumns(
  inputs: readonly TF.Tensor[],
  words: readonly boolean[],
  like: (readonly number[])[] = [],
): { table: Matrix; vocabulary: (readonly number[])[] } {
  const vocabulary: (readonly number[])[] = [];
  const parts = inputs.map((input, k) => {
    if (!words[k]) return numbersOf(input);
    vocabulary[k] = like[k] ?? frequentWords(input);
    return wordCounts(input, vocabulary[k]!);
  });
  const rows = inputs[0]!.shape[0]!;
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const values = new Float64Array(rows * columns);
  let first = 0;
  for (const part of parts) {
    for (let row = 0; row < rows; row++)
      values.set(part.values.subarray(row * part.columns, (row + 1) * part.columns), row * columns + first);
    first += part.columns;
  }
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k]!)) values[k] = 0;
  return { table: { values, rows, columns }, vocabulary };
}

function numbersOf(input: TF.Tensor): Matrix {
  const rows = input.shape[0]!;
  const flat = tf.tidy(() => {
    const numbers = tf.cast(input, 'float32');
    const width = numbers.size / rows;
    if (width <= WIDEST && numbers.rank !== 3) return tf.reshape(numbers, [rows, width]).dataSync();
    if (numbers.rank === 3 && width <= WIDEST)
      return tf.concat([tf.reshape(numbers, [rows, width]), ...overTime(numbers as TF.Tensor3D)], 1).dataSync();
    if (numbers.rank === 3) return tf.reshape(longWindow(numbers as TF.Tensor3D), [rows, -1]).dataSync();
    if (numbers.rank === 4) return tf.reshape(coarsened(numbers as TF.Tensor4D), [rows, -1]).dataSync();
    return chosenColumns(tf.reshape(numbers, [rows, width]) as TF.Tensor2D).dataSync();
  });
  return { values: Float64Array.from(flat), rows, columns: flat.length / rows };
}

/** Sums over time of every feature, of the products of two, and the extremes: what a recurrence or a filter gathers. */
function overTime(input: TF.Tensor3D): TF.Tensor2D[] {
  const [rows, , features] = input.shape;
  const some = tf.slice(input, [0, 0, 0], [rows, input.shape[1], Math.min(features, 6)]);
  const products = tf.reshape(tf.matMul(some, some, true), [rows, -1]);
  return [tf.mean(input, 1), tf.max(input, 1), tf.min(input, 1), tf.div(products, input.shape[1])] as TF.Tensor2D[];
}

/** Of a window too long to read whole: its last steps, and mean and spread over all of them. */
function longWindow(input: TF.Tensor3D): TF.Tensor {
  const [rows, steps, features] = input.shape;
  const late = Math.max(1, Math.min(steps, Math.floor(WIDEST / features) - 2));
  const { mean, variance } = tf.moments(input, 1);
  const last = tf.slice(input, [0, steps - late, 0], [rows, late, features]);
  const table = tf.concat(
    [tf.reshape(last, [rows, late * features]), mean as TF.Tensor2D, tf.sqrt(variance) as TF.Tensor2D],
    1,
  );
  return table.shape[1]! > 2 * WIDEST ? chosenColumns(table as TF.Tensor2D) : table;
}

/** A picture at the finest grid that is narrow enough. */
function coarsened(input: TF.Tensor4D): TF.Tensor {
  const [, height, width, channels] = input.shape;
  let factor = 2;
  while (Math.floor(height / factor) * Math.floor(width / factor) * channels > WIDEST && factor < height) factor++;
  return tf.avgPool(input, [Math.min(factor, height), Math.min(factor, width)], [factor, factor], 'valid');
}

/** Evenly spaced columns of a table that is too wide. */
function chosenColumns(table: TF.Tensor2D): TF.Tensor {
  const width = table.shape[1];
  const chosen = Int32Array.from({ length: WIDEST }, (_, k) => Math.floor((k * width) / WIDEST));
  return tf.gather(table, tf.tensor1d(chosen, 'int32'), 1);
}

function frequentWords(input: TF.Tensor): number[] {
  const counts = new Map<number, number>();
  for (const word of input.dataSync()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, WORDS)
    .map(([word]) => word);
}

function wordCounts(input: TF.Tensor, words: readonly number[]): Matrix {
  const rows = input.shape[0]!;
  const places = new Map(words.map((word, k) => [word, k]));
  const values = new Float64Array(rows * words.length);
  const length = input.size / rows;
  input.dataSync().forEach((word, k) => {
    const place = places.get(word);
    if (place !== undefined) values[Math.floor(k / length) * words.length + place]! += 1;
  });
  return { values, rows, columns: words.length };
}
