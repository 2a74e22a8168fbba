import type { Bars } from './indicator';

const STEP = 0.02;
const LARGEST = 0.2;

/**
 * Parabolic stop and reverse (Wilder 1978), begun as TA-Lib begins it: long unless the second row went further down than up. A
 * stop never lies within the ranges of the last two rows, and turns where a row reaches it.
 */
export function parabolicStop({ high, low }: Pick<Bars, 'high' | 'low'>): Float64Array {
  const stops = new Float64Array(high.length).fill(Number.NaN);
  if (high.length < 2) return stops;
  const [rise, fall] = [high[1]! - high[0]!, low[0]! - low[1]!];
  let isLong = !(fall > 0 && rise < fall);
  let extreme = isLong ? high[1]! : low[1]!;
  let stop = isLong ? low[0]! : high[0]!;
  let step = STEP;
  // A stop lies outside the last two ranges, on the side it comes from.
  const outside = (value: number, row: number) => {
    const before = Math.max(row - 1, 1);
    return isLong ? Math.min(value, low[before]!, low[row]!) : Math.max(value, high[before]!, high[row]!);
  };
  for (let row = 1; row < high.length; row++) {
    const isReached = isLong ? low[row]! <= stop : high[row]! >= stop;
    if (isReached) {
      isLong = !isLong;
      stop = outside(extreme, row);
      stops[row] = stop;
      step = STEP;
      extreme = isLong ? high[row]! : low[row]!;
    } else {
      stops[row] = stop;
      if (isLong ? high[row]! > extreme : low[row]! < extreme) {
        extreme = isLong ? high[row]! : low[row]!;
        step = Math.min(LARGEST, step + STEP);
      }
    }
    stop = outside(stop + step * (extreme - stop), row);
  }
  return stops;
}
