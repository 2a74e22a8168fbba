import type { Numbers } from '../evaluation';

// Numbers as every figure takes them: NaN marks a gap.
export type { Numbers };

/** A typed array as plotly.js reads it from JSON: its element type and its bytes in base64 (exact, NaN included). */
export interface EncodedNumbers {
  dtype: string;
  bdata: string;
}

const ELEMENT_TYPES: Record<string, string> = {
  Int8Array: 'i1',
  Uint8Array: 'u1',
  Uint8ClampedArray: 'u1c',
  Int16Array: 'i2',
  Uint16Array: 'u2',
  Int32Array: 'i4',
  Uint32Array: 'u4',
  Float32Array: 'f4',
  Float64Array: 'f8',
};
/** Below this, digits that a person can read in the notebook file are worth more than the bytes saved. */
const SHORTEST_ENCODED = 24;

/** `JSON.stringify` replacer: long typed arrays as {@link EncodedNumbers}, short ones as lists. */
export function encodeNumbers(_key: string, value: unknown): unknown {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return value;
  const array = value as Float64Array;
  const dtype = ELEMENT_TYPES[array.constructor.name];
  if (dtype === undefined || array.length < SHORTEST_ENCODED) return Array.from(array, Number);
  const encoded: EncodedNumbers = {
    dtype,
    bdata: Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'),
  };
  return encoded;
}

/** What a summary says of a list of numbers; the moments are those of the finite values alone. */
export interface Spread {
  count: number;
  /** NaN and infinities: counted, never silently dropped. */
  notFinite: number;
  zeros: number;
  minimum: number;
  mean: number;
  /** With n in the denominator. */
  standardDeviation: number;
  maximum: number;
}

/** Count, extremes and moments in two passes; everything NaN when no value is finite. */
export function spread(values: Numbers): Spread {
  let [finite, sum, zeros, minimum, maximum] = [0, 0, 0, Infinity, -Infinity];
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (!Number.isFinite(value)) continue;
    finite += 1;
    sum += value;
    if (value === 0) zeros += 1;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  const count = values.length;
  if (finite === 0) {
    return {
      count,
      notFinite: count,
      zeros,
      minimum: Number.NaN,
      mean: Number.NaN,
      standardDeviation: Number.NaN,
      maximum: Number.NaN,
    };
  }
  const mean = sum / finite;
  let squares = 0;
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k]!)) squares += (values[k]! - mean) ** 2;
  }
  return {
    count,
    notFinite: count - finite,
    zeros,
    minimum,
    mean,
    standardDeviation: Math.sqrt(squares / finite),
    maximum,
  };
}

/** The finite values in ascending order. */
export function sortedFinite(values: Numbers): Float64Array {
  return Float64Array.from(values).filter(Number.isFinite).sort();
}
