import * as fs from 'node:fs';
import { checkPlainFile } from '../../core';
import { type NamedTensor, type WeightOptions, type WeightTable, weights } from '../weights';
import { fileError } from './fileError';
import { readHDF5 } from './hdf5';
import { readKeras } from './keras';
import { readNpz } from './npz';
import { readSafetensors } from './safetensors';
import { readSavedModel } from './savedModel';

/**
 * The weights in a model file from elsewhere: Keras `.keras` and `.h5`, a TensorFlow SavedModel folder, PyTorch
 * `.safetensors`, NumPy `.npz`. What a file is, is read off its first bytes, not its name. No code in a file is run.
 *
 * @param file path of the file or folder.
 * @throws ReluctantError `not-readable`, `not-this-format`, `truncated`, `malformed`, `too-large`, `unsupported` or
 *   `no-tensors`, naming the file and the place in it.
 * @example
 * const header = '{"head/bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'; // a small safetensors file
 * const size = Buffer.alloc(8, 0);
 * size.writeUInt8(header.length);
 * const parts = [size, Buffer.from(header), Buffer.from(Float32Array.of(1, 3).buffer)];
 * require('node:fs').writeFileSync('one.safetensors', Buffer.concat(parts));
 * (await inspect.file('one.safetensors')).rows[0].mean; // 2
 */
export async function file(path: string, options: WeightOptions = {}): Promise<WeightTable> {
  return weights(await tensors(path), options);
}

/**
 * The tensors in a model file, by name; see {@link file}.
 *
 * @example
 * const header = '{"head/bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'; // a small safetensors file
 * const size = Buffer.alloc(8, 0);
 * size.writeUInt8(header.length);
 * const parts = [size, Buffer.from(header), Buffer.from(Float32Array.of(1, 3).buffer)];
 * require('node:fs').writeFileSync('two.safetensors', Buffer.concat(parts));
 * (await inspect.tensors('two.safetensors')).map(({ name }) => name); // ['head/bias']
 */
export async function tensors(path: string): Promise<NamedTensor[]> {
  const namedTensors = await read(path);
  if (namedTensors.length === 0) throw fileError('no-tensors', 'there are no weights in it', { file: path });
  return namedTensors;
}

async function read(path: string): Promise<NamedTensor[]> {
  let status: fs.Stats;
  try {
    status = fs.statSync(path);
  } catch (cause) {
    throw fileError('not-readable', 'there is no such file', { file: path }, { cause });
  }
  checkPlainFile('inspect.file', path);
  if (status.isDirectory() || path.endsWith('.index')) return readSavedModel(path);
  if (status.size === 0) throw fileError('truncated', 'the file is empty', { file: path });
  const start = firstBytes(path);
  const text = start.toString('latin1');
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06'))
    return path.endsWith('.npz') ? readNpz(path, status.size) : archive(path, status.size);
  if (text.startsWith('\x89HDF\r\n\x1a\n')) return readHDF5(path, status.size);
  if (path.endsWith('.safetensors') || text[8] === '{') return readSafetensors(path, status.size);
  throw fileError(
    'not-this-format',
    'the file is none of the known kinds',
    { file: path },
    {
      received: `bytes that begin with ${start.subarray(0, 8).toString('hex')}`,
      expected: 'a .keras, .h5, .npz or .safetensors file, or a SavedModel folder',
      fix: text.startsWith('\x80')
        ? 'a pickle is a program and is not run: save it as .safetensors'
        : 'check that it is the right file, downloaded whole',
    },
  );
}

/** A zip archive by what is in it: Keras's has its weights in one entry, NumPy's an entry per array. */
async function archive(path: string, size: number): Promise<NamedTensor[]> {
  const arrays = path.endsWith('.keras') ? [] : await readNpz(path, size);
  return arrays.length ? arrays : readKeras(path, size);
}

function firstBytes(path: string): Buffer {
  const descriptor = fs.openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(16);
    return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, 16, 0));
  } finally {
    fs.closeSync(descriptor);
  }
}
