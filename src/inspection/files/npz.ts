import type { NamedTensor } from '../weights';
import { openArchive } from './archive';
import { countOf, fileError } from './fileError';
import { readNumbers, sizeOf } from './numbers';

const KINDS: Readonly<Record<string, string>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
};

/** The arrays of a NumPy `.npz` archive. */
export async function readNpz(file: string, bytesOnDisk: number): Promise<NamedTensor[]> {
  const archive = await openArchive(file, bytesOnDisk);
  try {
    const tensors: NamedTensor[] = [];
    for (const entry of archive.entries.filter(({ name }) => name.endsWith('.npy'))) {
      tensors.push(parseNpy(entry.name.slice(0, -4), await entry.read(), { file, array: entry.name }));
    }
    return tensors;
  } finally {
    archive.close();
  }
}

/** One array in NumPy's format, versions 1 to 3. Objects are refused: their bytes are a program (pickle). */
export function parseNpy(name: string, bytes: Uint8Array, where: Record<string, string | number>): NamedTensor {
  if (bytes.length < 10 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== '\x93NUMPY')
    throw fileError('not-this-format', 'an entry is not a NumPy array', where, {
      expected: 'bytes that begin with \\x93NUMPY',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  if (wide && bytes.length < 12) throw fileError('truncated', 'the array ends within its header', where);
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (start + length > bytes.length) throw fileError('truncated', 'the array ends within its header', where);
  const header = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
  const descr = /'descr':\s*'([<>|=])([a-zA-Z]\d+)'/.exec(header);
  const isFortran = /'fortran_order':\s*True/.test(header);
  const shapeText = /'shape':\s*\(([\d\s,L]*)\)/.exec(header);
  if (!descr || !shapeText) {
    const problem = header.includes('|O')
      ? 'the array holds Python objects, which are programs and are not run'
      : 'the array’s header is not one of numbers';
    throw fileError('unsupported', problem, where, { received: header.trim() });
  }
  const dtype = KINDS[descr[2]!];
  const shape = shapeText[1]!
    .split(',')
    .filter((part) => part.trim())
    .map((part) => Number.parseInt(part, 10));
  if (!dtype) throw fileError('unsupported', 'the array holds no plain numbers', where, { received: descr[0] });
  const count = countOf(shape, where);
  const size = sizeOf(dtype)!;
  let data = bytes.subarray(start + length);
  if (data.length < count * size)
    throw fileError('truncated', 'the array ends early', where, {
      received: data.length,
      expected: `${count * size} bytes`,
    });
  data = data.slice(0, count * size);
  if (descr[1] === '>') swap(data, size);
  const values = () => readNumbers(data, dtype, where);
  return { name, shape, dtype, values: isFortran ? () => rowMajor(values(), shape) : values };
}

/** Values in the order of C, the last index fastest, of an array in Fortran's, the first index fastest. */
function rowMajor<V extends Float32Array | Float64Array>(columnMajor: V, shape: readonly number[]): V {
  const values = columnMajor.slice() as V;
  const index = shape.map(() => 0);
  const strides = shape.map((_, k) => shape.slice(0, k).reduce((product, size) => product * size, 1));
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    values[to] = columnMajor[from]!;
    for (let k = shape.length - 1; k >= 0; k--) {
      from += strides[k]!;
      index[k]! += 1;
      if (index[k]! < shape[k]!) break;
      from -= strides[k]! * shape[k]!;
      index[k] = 0;
    }
  }
  return values;
}

function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
