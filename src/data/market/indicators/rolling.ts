/** Value by value, NaN where the function says so. */
export const each = (length: number, value: (row: number) => number): Float64Array =>
  Float64Array.from({ length }, (_, row) => value(row));

/** What a function says of the last `size` values of every row, NaN while there are fewer or one of them is NaN. */
export function rolling(
  values: Float64Array,
  size: number,
  statistic: (window: Float64Array, row: number) => number,
): Float64Array {
  let whole = 0;
  return each(values.length, (row) => {
    whole = Number.isNaN(values[row]!) ? 0 : whole + 1;
    return whole < size ? Number.NaN : statistic(values.subarray(row - size + 1, row + 1), row);
  });
}

export function sumOf(window: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < window.length; k++) sum += window[k]!;
  return sum;
}

export const meanOf = (window: Float64Array): number => sumOf(window) / window.length;

/** Mean of the k-th powers of the deviations from the mean. */
export function momentOf(window: Float64Array, power: number): number {
  const center = meanOf(window);
  let sum = 0;
  for (let k = 0; k < window.length; k++) sum += (window[k]! - center) ** power;
  return sum / window.length;
}

/** Sample variance, over n - 1. */
export const varianceOf = (window: Float64Array): number => (momentOf(window, 2) * window.length) / (window.length - 1);

export const deviationOf = (window: Float64Array): number => Math.sqrt(varianceOf(window));

export function maxOf(window: Float64Array): number {
  let most = -Infinity;
  for (let k = 0; k < window.length; k++) if (window[k]! > most) most = window[k]!;
  return most;
}

export function minOf(window: Float64Array): number {
  let least = Infinity;
  for (let k = 0; k < window.length; k++) if (window[k]! < least) least = window[k]!;
  return least;
}

/** Sample covariance of two windows of one length. */
export function covarianceOf(a: Float64Array, b: Float64Array): number {
  const [x, y] = [meanOf(a), meanOf(b)];
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k]! - x) * (b[k]! - y);
  return sum / (a.length - 1);
}

/** Quantile of a window by linear interpolation between its sorted values. */
export function quantileOf(window: Float64Array, share: number): number {
  const sorted = Float64Array.from(window).sort();
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

/** Rank of the last value among all of a window, ties sharing their mean rank, over the number of values: in (0, 1]. */
export function lastRankOf(window: Float64Array): number {
  const last = window[window.length - 1]!;
  let [below, equal] = [0, 0];
  for (let k = 0; k < window.length; k++) {
    if (window[k]! < last) below++;
    else if (window[k] === last) equal++;
  }
  return (below + (equal + 1) / 2) / window.length;
}

/** The values some rows ago, NaN before there are any. */
export const lag = (values: Float64Array, rows: number): Float64Array =>
  each(values.length, (row) => (row < rows ? Number.NaN : values[row - rows]!));

/** Simple returns over some rows. */
export const returnsOf = (close: Float64Array, rows = 1): Float64Array =>
  each(close.length, (row) => (row < rows ? Number.NaN : close[row]! / close[row - rows]! - 1));

/** Log returns over some rows. */
export const logReturnsOf = (close: Float64Array, rows = 1): Float64Array =>
  each(close.length, (row) => (row < rows ? Number.NaN : Math.log(close[row]! / close[row - rows]!)));

/**
 * Moving average with the weight `alpha` on the newest value, which begins with the plain mean of the first `size` values from
 * `first` on, as TA-Lib has it.
 */
export function smoothed(values: Float64Array, size: number, alpha: number, first = 0): Float64Array {
  const result = new Float64Array(values.length).fill(Number.NaN);
  if (values.length < first + size) return result;
  let mean = meanOf(values.subarray(first, first + size));
  result[first + size - 1] = mean;
  for (let row = first + size; row < values.length; row++) {
    mean += alpha * (values[row]! - mean);
    result[row] = mean;
  }
  return result;
}

/** Exponential moving average of a length, alpha = 2 / (size + 1). */
export const exponential = (values: Float64Array, size: number, first = 0): Float64Array =>
  smoothed(values, size, 2 / (size + 1), first);
