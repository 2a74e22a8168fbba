import * as fs from 'node:fs';
import { fileError } from './fileError';

/** Number types of tensor files: size in bytes, and how `count` values are read from little-endian bytes. */
const TYPES: Readonly<Record<string, { size: number; read(view: DataView, at: number): number }>> = {
  float64: { size: 8, read: (view, at) => view.getFloat64(at, true) },
  float32: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  float16: { size: 2, read: (view, at) => half(view.getUint16(at, true)) },
  bfloat16: { size: 2, read: (view, at) => bfloat(view.getUint16(at, true)) },
  int64: { size: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  uint64: { size: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  int32: { size: 4, read: (view, at) => view.getInt32(at, true) },
  uint32: { size: 4, read: (view, at) => view.getUint32(at, true) },
  int16: { size: 2, read: (view, at) => view.getInt16(at, true) },
  uint16: { size: 2, read: (view, at) => view.getUint16(at, true) },
  int8: { size: 1, read: (view, at) => view.getInt8(at) },
  uint8: { size: 1, read: (view, at) => view.getUint8(at) },
  bool: { size: 1, read: (view, at) => (view.getUint8(at) ? 1 : 0) },
};

/** Bytes that are read at once. */
const PIECE = 2 ** 30;

/** Bytes of an open file. @throws ReluctantError `too-large`, `truncated` */
export function readAt(
  descriptor: number,
  count: number,
  from: number,
  where: Record<string, string | number>,
): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(count);
  } catch (cause) {
    throw fileError('too-large', 'there is no memory for the values', where, { received: `${count} bytes`, cause });
  }
  for (let at = 0; at < count; ) {
    const read = fs.readSync(descriptor, bytes, at, Math.min(PIECE, count - at), from + at);
    if (read === 0) throw fileError('truncated', 'the file ends before the values do', where);
    at += read;
  }
  return bytes;
}

/** Bytes of one value; undefined for types that are not numbers. */
export const sizeOf = (dtype: string): number | undefined => TYPES[dtype]?.size;

/** The values of little-endian bytes, as 32-bit floats where these hold them and 64-bit ones elsewhere. */
export function readNumbers(
  bytes: Uint8Array,
  dtype: string,
  where: Record<string, string | number>,
): Float32Array | Float64Array {
  const type = TYPES[dtype];
  if (!type) throw fileError('unsupported', `values of type ${dtype} are not numbers that can be inspected`, where);
  const count = Math.floor(bytes.byteLength / type.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'float32' && bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const wide = ['float64', 'int64', 'uint64', 'int32', 'uint32'].includes(dtype);
  const values = wide ? new Float64Array(count) : new Float32Array(count);
  for (let k = 0; k < count; k++) values[k] = type.read(view, k * type.size);
  return values;
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of an IEEE 754 binary32. */
function bfloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
