import type { Census } from '../evaluation';

/** Bits of a 32-bit float that say its exponent: all set for NaN and infinity. */
const EXPONENT = 0x7f800000;
/** Values of the upper and of the lower half of a key. */
const HALF = 2 ** 16;
/** Counts by the upper half of the key, and by the lower half among the keys of one upper half. */
const upper = new Uint32Array(HALF);
const lower = new Uint32Array(HALF);

/**
 * Quantiles (type 7) of the finite values, exactly and without a sorted copy: 32-bit floats are counted by the upper half of
 * their bits, then those of a wanted order statistic by the lower half (radix selection). It takes no memory of its own but the
 * two tables of counts, half a megabyte that all calls share. Values of other types are sorted in a copy.
 */
export function selectQuantiles(
  values: ArrayLike<number>,
  { min, max, nan, infinite }: Census,
  probabilities: readonly number[],
): number[] {
  const n = values.length - nan - infinite;
  if (n === 0) return probabilities.map(() => Number.NaN);
  if (min === max) return probabilities.map(() => min);
  const at = values instanceof Float32Array ? radixSelection(values) : sortedSelection(values);
  return probabilities.map((probability) => {
    const place = (n - 1) * probability;
    const [low, high] = [at(Math.floor(place)), at(Math.ceil(place))];
    return low + (high - low) * (place - Math.floor(place));
  });
}

function sortedSelection(values: ArrayLike<number>): (rank: number) => number {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  return (rank) => sorted[rank]!;
}

/** The value of a rank (from 0) among the finite ones. */
function radixSelection(values: Float32Array): (rank: number) => number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  upper.fill(0);
  for (let k = 0; k < bits.length; k++) {
    const pattern = bits[k]!;
    if ((pattern & EXPONENT) !== EXPONENT) upper[keyOf(pattern) >>> 16]!++;
  }
  let counted = -1;
  const countLower = (prefix: number): void => {
    lower.fill(0);
    for (let k = 0; k < bits.length; k++) {
      const pattern = bits[k]!;
      if ((pattern & EXPONENT) === EXPONENT) continue;
      const key = keyOf(pattern);
      if (key >>> 16 === prefix) lower[key & 0xffff]!++;
    }
    counted = prefix;
  };
  const decode = decoder();
  return (rank) => {
    const [prefix, before] = cellOf(upper, rank);
    if (counted !== prefix) countLower(prefix);
    const [rest] = cellOf(lower, rank - before);
    return decode(((prefix << 16) | rest) >>> 0);
  };
}

/** Bits of a float as an unsigned number in the order of the floats: negative ones turned over, positive ones put above them. */
const keyOf = (bits: number): number => (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;

function decoder(): (key: number) => number {
  const pattern = new Uint32Array(1);
  const value = new Float32Array(pattern.buffer);
  return (key) => {
    pattern[0] = key & 0x80000000 ? key & 0x7fffffff : ~key;
    // The two zeros are neighbours in the order and one number.
    return value[0]! + 0;
  };
}

/** The cell that holds a rank, and how many values lie before it. */
function cellOf(counts: Uint32Array, rank: number): [cell: number, before: number] {
  let before = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const after = before + counts[cell]!;
    if (rank < after) return [cell, before];
    before = after;
  }
  return [counts.length - 1, before];
}
