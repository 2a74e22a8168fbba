import { type TF, tf } from '../../core';
import type { Matrix } from './references';

/** Rows in the order of the data that are looked at. */
const ROWS = 4000;

/** The first rows of an input in their order: of windows, the last step. Nothing for pictures and words. */
export function lastSteps(input: TF.Tensor): Matrix | undefined {
  if (input.rank !== 2 && input.rank !== 3) return undefined;
  const rows = Math.min(ROWS, input.shape[0]!);
  const columns = input.shape.at(-1)!;
  const last = tf.tidy(() =>
    input.rank === 2
      ? tf.slice(input, 0, rows).dataSync()
      : tf.slice(input, [0, input.shape[1]! - 1, 0], [rows, 1, columns]).dataSync(),
  );
  return { values: Float64Array.from(last), rows, columns };
}

/** One column of a matrix. */
export const columnOf = ({ values, rows, columns }: Matrix, column: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!);

/** Squared correlation over the rows in which both are numbers; 0 with fewer than 30 of them, or where one does not vary. */
export function squaredCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < Math.min(a.length, b.length); row++) {
    const [p, q] = [a[row]!, b[row]!];
    if (!Number.isFinite(p) || !Number.isFinite(q)) continue;
    n++;
    x += p;
    y += q;
    xx += p * p;
    yy += q * q;
    xy += p * q;
  }
  const [left, right] = [xx - (x * x) / n, yy - (y * y) / n];
  const isStill = (spread: number, squares: number) => !(spread > 1e-9 * squares);
  if (n < 30 || isStill(left, xx) || isStill(right, yy)) return 0;
  return (xy - (x * y) / n) ** 2 / (left * right);
}

/** By symbol, the numbers of its rows in their order. */
export function rowsBySymbol(symbols: readonly string[], rows: number): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (let row = 0; row < Math.min(rows, symbols.length); row++) {
    const own = found.get(symbols[row]!);
    if (own) own.push(row);
    else found.set(symbols[row]!, [row]);
  }
  return found;
}
