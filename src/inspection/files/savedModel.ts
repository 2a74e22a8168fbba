import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkPlainFile, readPlainFile } from '../../core';
import type { NamedTensor } from '../weights';
import { countOf, fileError } from './fileError';
import { readAt, readNumbers, sizeOf } from './numbers';

/** TensorFlow's numbers for its types (types.proto) that are plain numbers. */
const KINDS: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'float64',
  3: 'int32',
  4: 'uint8',
  5: 'int16',
  6: 'int8',
  9: 'int64',
  10: 'bool',
  14: 'bfloat16',
  17: 'uint16',
  19: 'float16',
  22: 'uint32',
  23: 'uint64',
};

/** Where a checkpoint keeps the names of its objects. */
const GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';

/** Entries that are not weights. Weights an optimiser refers to first are stored under its `_trainable_variables`. */
const OTHER = /^(optimizer\/(?!_trainable_variables)|save_counter|_CHECKPOINTABLE)/;

/** Last eight bytes of a table file (LevelDB's format, in which TensorFlow keeps the index of a checkpoint). */
const MAGIC = 0xdb4775248b80fb57n;

/** The variables of a SavedModel folder, or of a checkpoint by its `.index` file; optimiser slots are left out. */
export function readSavedModel(folder: string): NamedTensor[] {
  const prefix = folder.endsWith('.index') ? folder.slice(0, -6) : path.join(folder, 'variables', 'variables');
  const file = `${prefix}.index`;
  if (!fs.existsSync(file))
    throw fileError(
      'not-this-format',
      'the folder has no variables/variables.index',
      { folder },
      { expected: 'a SavedModel folder' },
    );
  const bytes = readPlainFile('inspect.file', file);
  try {
    const table = entries(bytes, file);
    const graph = table.find(([key]) => key === GRAPH);
    const names = graph ? fullNames(prefix, file, graph[1]) : new Map<string, string>();
    return table.flatMap(([key, value]) => (key === '' ? [] : variable(prefix, file, key, value, names)));
  } catch (cause) {
    if (cause instanceof RangeError)
      throw fileError('truncated', 'the index of the variables ends early or is damaged', { file }, { cause });
    throw cause;
  }
}

function variable(
  prefix: string,
  file: string,
  key: string,
  bytes: Buffer,
  names: ReadonlyMap<string, string>,
): NamedTensor[] {
  const where = { file, variable: key };
  const fields = message(bytes);
  const dtype = KINDS[Number(fields.get(1)?.[0] ?? 0)];
  // Strings (the object graph) and optimiser slots are no weights of the model.
  if (!dtype || key.includes('.OPTIMIZER_SLOT') || OTHER.test(key)) return [];
  const shapeBytes = fields.get(2)?.[0];
  const shape =
    shapeBytes instanceof Buffer
      ? (message(shapeBytes).get(2) ?? []).map((dim) => Number(message(dim as Buffer).get(1)?.[0] ?? 0))
      : [];
  const [shard, offset, size] = [3, 4, 5].map((field) => Number(fields.get(field)?.[0] ?? 0));
  if (countOf(shape, where) * sizeOf(dtype)! !== size)
    throw fileError('malformed', 'a variable’s size does not fit its shape', where, { received: { shape, size } });
  const data = shardOf(prefix, shard!, where);
  checkPlainFile('inspect.file', data);
  if (offset! + size! > fs.statSync(data).size)
    throw fileError('truncated', 'the data file ends before the variable does', { ...where, data });
  const values = () => {
    const descriptor = fs.openSync(data, 'r');
    try {
      return readNumbers(readAt(descriptor, size!, offset!, where), dtype, where);
    } finally {
      fs.closeSync(descriptor);
    }
  };
  const name = names.get(key) ?? key.replace(/\/\.ATTRIBUTES\/VARIABLE_VALUE$/, '');
  return [{ name, shape, dtype, values }];
}

/** The variables' own names by their keys, from the graph of objects (trackable_object_graph.proto). */
function fullNames(prefix: string, file: string, entry: Buffer): Map<string, string> {
  const fields = message(entry);
  const [shard, offset, size] = [3, 4, 5].map((field) => Number(fields.get(field)?.[0] ?? 0));
  const data = readPlainFile('inspect.file', shardOf(prefix, shard!, { file })).subarray(offset!, offset! + size!);
  const at = { place: 0 };
  const length = Number(varint(data, at));
  // The length is followed by its checksum.
  const graph = data.subarray(at.place + 4, at.place + 4 + length);
  const names = new Map<string, string>();
  for (const node of message(graph).get(1) ?? [])
    for (const attribute of message(node as Buffer).get(2) ?? []) {
      const fields = message(attribute as Buffer);
      const [name, key] = [fields.get(2)?.[0], fields.get(3)?.[0]];
      if (name instanceof Buffer && key instanceof Buffer && name.length)
        names.set(key.toString('utf8'), name.toString('utf8'));
    }
  return names;
}

function shardOf(prefix: string, shard: number, where: Record<string, string>): string {
  const folder = path.dirname(prefix);
  const start = `${path.basename(prefix)}.data-${String(shard).padStart(5, '0')}-of-`;
  const name = fs.readdirSync(folder).find((name) => name.startsWith(start));
  if (!name) throw fileError('truncated', 'the data file of a variable is missing', where, { expected: `${start}…` });
  return path.join(folder, name);
}

/** Keys and values of a table: the footer names the index block, which names the data blocks. */
function entries(bytes: Buffer, file: string): [string, Buffer][] {
  if (bytes.length < 48 || bytes.readBigUInt64LE(bytes.length - 8) !== MAGIC)
    throw fileError('malformed', 'the index of the variables is not one, or is cut off', { file });
  const footer = bytes.subarray(bytes.length - 48);
  const at = { place: 0 };
  varint(footer, at);
  varint(footer, at);
  const index = block(bytes, Number(varint(footer, at)), Number(varint(footer, at)), file);
  return index.flatMap(([, handle]) => {
    const place = { place: 0 };
    return block(bytes, Number(varint(handle, place)), Number(varint(handle, place)), file);
  });
}

function block(bytes: Buffer, offset: number, size: number, file: string): [string, Buffer][] {
  if (offset + size + 5 > bytes.length)
    throw fileError('truncated', 'the index of the variables is cut off', { file, byte: offset });
  if (bytes[offset + size] !== 0) throw fileError('unsupported', 'the index of the variables is compressed', { file });
  const block = bytes.subarray(offset, offset + size);
  const end = size - 4 - 4 * block.readUInt32LE(size - 4);
  const at = { place: 0 };
  const entries: [string, Buffer][] = [];
  let key = Buffer.alloc(0);
  while (at.place < end) {
    const [shared, fresh, length] = [Number(varint(block, at)), Number(varint(block, at)), Number(varint(block, at))];
    if (shared > key.length || at.place + fresh + length > end) throw new RangeError('entry out of its block');
    key = Buffer.concat([key.subarray(0, shared), block.subarray(at.place, at.place + fresh)]);
    at.place += fresh;
    entries.push([key.toString('utf8'), block.subarray(at.place, at.place + length)]);
    at.place += length;
  }
  return entries;
}

/** Fields of a protocol buffer message by number: whole numbers, or bytes. */
function message(bytes: Buffer): Map<number, (bigint | Buffer)[]> {
  const fields = new Map<number, (bigint | Buffer)[]>();
  const at = { place: 0 };
  while (at.place < bytes.length) {
    const tag = Number(varint(bytes, at));
    const kind = tag & 7;
    let value: bigint | Buffer;
    if (kind === 0) value = varint(bytes, at);
    else {
      const length = kind === 2 ? Number(varint(bytes, at)) : kind === 5 ? 4 : kind === 1 ? 8 : Number.NaN;
      if (!(at.place + length <= bytes.length)) throw new RangeError('field out of its message');
      value = bytes.subarray(at.place, at.place + length);
      at.place += length;
    }
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

function varint(bytes: Buffer, at: { place: number }): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[at.place++];
    if (byte === undefined) throw new RangeError('the bytes end within a number');
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return value;
  }
  throw new RangeError('a number is longer than 64 bits');
}
