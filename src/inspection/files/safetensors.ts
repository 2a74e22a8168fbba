import * as fs from 'node:fs';
import { parseJSON } from '../../core';
import type { NamedTensor } from '../weights';
import { checkCount, countOf, fileError } from './fileError';
import { readAt, readNumbers, sizeOf } from './numbers';

const KINDS: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  U64: 'uint64',
  I32: 'int32',
  U32: 'uint32',
  I16: 'int16',
  U16: 'uint16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};

/** The format's own limit. */
const LONGEST_HEADER = 100_000_000;

/** The tensors of a `.safetensors` file; their bytes are read when asked for. */
export function readSafetensors(file: string, bytesOnDisk: number): NamedTensor[] {
  const descriptor = fs.openSync(file, 'r');
  try {
    const read = (length: number, at: number) => {
      const bytes = Buffer.alloc(length);
      const got = fs.readSync(descriptor, bytes, 0, length, at);
      if (got < length)
        throw fileError(
          'truncated',
          'the file ends early',
          { file, byte: at + got },
          { expected: `${length} bytes more` },
        );
      return bytes;
    };
    const length = Number(read(8, 0).readBigUInt64LE());
    if (length > LONGEST_HEADER || length < 2)
      throw fileError(
        'not-this-format',
        'the header’s length is impossible',
        { file },
        { received: length, expected: 'from 2 to 100000000 bytes' },
      );
    if (8 + length > bytesOnDisk) throw fileError('truncated', 'the file ends within its header', { file });
    const header = parse(read(length, 8).toString('utf8'), file);
    const end = bytesOnDisk - 8 - length;
    checkCount(Object.keys(header).length, { file });
    const tensors = Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => tensorOf(file, name, entry, 8 + length, end));
    // The format gives every byte to one tensor; names for the same bytes would make any number of values of a few.
    const claimed = tensors.reduce((sum, { shape, dtype }) => sum + countOf(shape, { file }) * sizeOf(dtype)!, 0);
    if (claimed > end)
      throw fileError(
        'malformed',
        'tensors share their bytes',
        { file },
        { received: claimed, expected: `${end} bytes` },
      );
    return tensors;
  } finally {
    fs.closeSync(descriptor);
  }
}

function parse(text: string, file: string): Record<string, unknown> {
  try {
    const header: unknown = parseJSON(text);
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch (cause) {
    throw fileError('malformed', 'the header is not JSON', { file }, { cause });
  }
  throw fileError('malformed', 'the header is not an object', { file });
}

function tensorOf(file: string, name: string, entry: unknown, start: number, end: number): NamedTensor {
  const where = { file, tensor: name };
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = Object(entry) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const kind = typeof dtype === 'string' ? KINDS[dtype] : undefined;
  if (!kind)
    throw fileError('unsupported', 'the tensor is of an unknown type', where, {
      received: dtype,
      expected: Object.keys(KINDS).join(', '),
    });
  if (!Array.isArray(shape)) throw fileError('malformed', 'the tensor has no shape', where);
  const bytes = countOf(shape, where) * sizeOf(kind)!;
  const [from, to] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  if (
    !Number.isSafeInteger(from) ||
    !Number.isSafeInteger(to) ||
    (from as number) < 0 ||
    (to as number) - (from as number) !== bytes
  )
    throw fileError('malformed', 'the tensor’s place does not fit its shape', where, {
      received: offsets,
      expected: `${bytes} bytes`,
    });
  if ((to as number) > end)
    throw fileError('truncated', 'the file ends before the tensor does', where, {
      received: end,
      expected: `${to} bytes of data`,
    });
  const values = () => {
    const descriptor = fs.openSync(file, 'r');
    try {
      return readNumbers(readAt(descriptor, bytes, start + (from as number), where), kind, where);
    } finally {
      fs.closeSync(descriptor);
    }
  };
  return { name, shape: shape as number[], dtype: kind, values };
}
