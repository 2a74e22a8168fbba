import type { Census } from '../evaluation';

/**
 * Quantiles (type 7) of the finite values without sorting them: a counting pass over a fine grid between min and max, then an
 * exact sort of only the cells that hold the order statistics. Millions of weights take tens of milliseconds.
 */
export function selectQuantiles(
  values: ArrayLike<number>,
  { min, max, nan, infinite }: Census,
  probabilities: readonly number[],
): number[] {
  const n = values.length - nan - infinite;
  if (n === 0) return probabilities.map(() => Number.NaN);
  if (min === max) return probabilities.map(() => min);
  const cells = Math.min(65536, Math.max(16, n));
  const scale = (cells - 1) / (max - min);
  const cellOf = (value: number) => Math.floor((value - min) * scale);
  const counts = new Uint32Array(cells);
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (Number.isFinite(value)) counts[cellOf(value)]!++;
  }
  const starts = new Uint32Array(cells + 1);
  for (let c = 0; c < cells; c++) starts[c + 1] = starts[c]! + counts[c]!;

  const places = probabilities.map((p) => (n - 1) * p);
  const wanted = new Map<number, number[]>();
  const cellAt = (rank: number) => upperBound(starts, rank) - 1;
  for (const place of places) for (const rank of [Math.floor(place), Math.ceil(place)]) wanted.set(cellAt(rank), []);
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (Number.isFinite(value)) wanted.get(cellOf(value))?.push(value);
  }
  for (const held of wanted.values()) held.sort((a, b) => a - b);
  const at = (rank: number) => {
    const cell = cellAt(rank);
    return wanted.get(cell)![rank - starts[cell]!]!;
  };
  return places.map((place) => {
    const [low, high] = [at(Math.floor(place)), at(Math.ceil(place))];
    return low + (high - low) * (place - Math.floor(place));
  });
}

/** The first index whose start is above `rank`. */
function upperBound(starts: Uint32Array, rank: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= rank) low = middle + 1;
    else high = middle;
  }
  return low;
}
