import * as fs from 'node:fs';
import * as path from 'node:path';
import type * as H5 from 'h5wasm';
import { lazy } from '../../core';
import type { NamedTensor } from '../weights';
import { countOf, fileError } from './fileError';

/**
 * The package's build for browsers, which knows no other file than those it is handed: the one for Node follows links, external
 * storage and virtual data sets into any file of the machine. CommonJS takes the file itself, which Node can require.
 */
export const h5 = lazy(() => {
  for (const folder of require.resolve.paths('h5wasm') ?? []) {
    const file = path.join(folder, 'h5wasm', 'dist', 'esm', 'hdf5_hl.js');
    if (fs.existsSync(file)) return require(file) as typeof H5;
  }
  throw fileError('not-readable', 'the package h5wasm is not installed', {}, { fix: 'run "npm run setup"' });
});

/** Values all data sets together may have: compressed zeros and names for one and the same data set make any number of them. */
const ALWAYS_ALLOWED = 64 * 2 ** 20;
const MOST_EXPANSION = 20;
/** Groups within groups, and things with a name: finding one by its path takes time with the square of its depth. */
const MOST_DEPTH = 32;
const MOST_NAMES = 20_000;

type Place = Record<string, string | number>;

/**
 * The numeric data sets of an HDF5 file, Keras's `.h5` and `.weights.h5` among them; values are read at once. Data that the
 * file says lie in another file are refused.
 *
 * @param place what errors call the file.
 * @param nameOf what a data set is called, by its path; default by the layer it belongs to, as far as the layout says.
 * @param look called with the open file.
 */
export async function readHDF5(
  file: string,
  bytesOnDisk: number,
  place: Record<string, string> = { file },
  nameOf: (root: H5.File, path: string) => string = weightName,
  look: (root: H5.File) => void = () => {},
): Promise<NamedTensor[]> {
  const module = await h5.ready;
  module.activate_throwing_error_handler();
  const descriptor = fs.openSync(file, 'r');
  const inside = handIn(module.FS, descriptor, bytesOnDisk);
  let root: H5.File | undefined;
  try {
    root = new h5.File(inside, 'r');
    const tensors = readDataSets(root, bytesOnDisk, place, nameOf);
    look(root);
    return tensors;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ReluctantError') throw cause;
    throw fileError('malformed', 'not a readable HDF5 file', place, { cause, fix: 'save or download the file again' });
  } finally {
    root?.close();
    module.FS.unlink(inside);
    fs.closeSync(descriptor);
  }
}

/** What of Emscripten's file system is used. */
interface FileSystem {
  createFile(
    parent: string,
    name: string,
    properties: object,
    canRead: boolean,
    canWrite: boolean,
  ): { usedBytes: number; stream_ops: object };
  unlink(file: string): void;
}

let handedIn = 0;

/** A file inside the reader's own file system, whose bytes come from an open descriptor when they are asked for. */
function handIn(fileSystem: unknown, descriptor: number, size: number): string {
  const name = `${handedIn++}.h5`;
  const node = (fileSystem as FileSystem).createFile('/', name, {}, true, false);
  node.usedBytes = size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number) =>
      fs.readSync(descriptor, buffer, offset, Math.max(0, Math.min(length, size - position)), position),
  };
  return `/${name}`;
}

function readDataSets(
  root: H5.File,
  bytesOnDisk: number,
  place: Place,
  nameOf: (root: H5.File, path: string) => string,
): NamedTensor[] {
  const tensors: NamedTensor[] = [];
  let total = 0;
  for (const name of boundedPaths(root, place)) {
    // Optimiser state lies beside the weights in both of Keras's layouts.
    if (/^\/?(optimizer|optimizer_weights)\//.test(name)) continue;
    const where = { ...place, dataset: name };
    const item = root.get(name);
    if (item instanceof h5.ExternalLink) throw elsewhere('a link into another file', where, item.filename);
    if (!(item instanceof h5.Dataset)) continue;
    const { shape, dtype, metadata } = item;
    // Text, references and compounds are no weights; type 0 is integers, 1 floats.
    if (shape === null || typeof dtype !== 'string' || metadata.type > 1) continue;
    const [virtual] = metadata.virtual_sources ?? [];
    if (virtual) throw elsewhere('a data set made of others (virtual)', where, virtual.file_name);
    const count = countOf(shape, where);
    total += count * (metadata.type === 1 ? metadata.size : 8);
    if (total > Math.max(ALWAYS_ALLOWED, bytesOnDisk * MOST_EXPANSION))
      throw fileError('too-large', 'the data sets claim more values than a file of this size rightly holds', where, {
        received: `${total} bytes, from ${bytesOnDisk} on disk`,
        expected: `at most ${MOST_EXPANSION} times the size of the file, or ${ALWAYS_ALLOWED} bytes`,
        fix: 'if the file can be trusted, write it again without compression and with each data set once',
      });
    const chunk = (metadata.chunks ?? []).reduce((product, length) => product * length, metadata.size);
    if (chunk > Math.max(ALWAYS_ALLOWED, bytesOnDisk * MOST_EXPANSION))
      throw fileError(
        'too-large',
        'a data set is kept in pieces larger than a file of this size rightly holds',
        where,
        {
          received: `${chunk} bytes each`,
        },
      );
    const values = numbers(valuesOf(item, where), count, where);
    const type = metadata.type === 1 ? 'float' : 'int';
    tensors.push({ name: nameOf(root, name), shape, dtype: `${type}${metadata.size * 8}`, values: () => values });
  }
  return tensors;
}

/** The paths of all that lies in the file. */
function boundedPaths(root: H5.File, place: Place): string[] {
  const paths = root.paths();
  if (paths.length > MOST_NAMES)
    throw fileError('too-large', 'there are more groups and data sets than any model has', place, {
      received: paths.length,
      expected: `at most ${MOST_NAMES}`,
      fix: 'save the weights as .safetensors or .npz',
    });
  const deep = paths.find((name) => name.split('/').length > MOST_DEPTH);
  if (deep !== undefined)
    throw fileError('too-large', 'groups are nested deeper than in any model', place, {
      received: deep.split('/').length,
      expected: `at most ${MOST_DEPTH} levels`,
      fix: 'save the weights as .safetensors or .npz',
    });
  return paths;
}

function valuesOf(item: H5.Dataset, where: Place): unknown {
  try {
    return item.value;
  } catch (cause) {
    throw fileError('malformed', 'the values of a data set are damaged, or lie in another file', where, {
      cause,
      fix: 'save it again, with its values in the file itself: other files are never followed',
    });
  }
}

function elsewhere(what: string, where: Place, file: string) {
  return fileError('unsupported', `there is ${what}, and other files are never followed`, where, {
    received: file,
    fix: 'save the model again with all of its values in one file',
  });
}

/** `layer/kernel` where Keras's layouts say which layer a data set belongs to, else its path. */
function weightName(root: H5.File, name: string): string {
  const old = /^\/?model_weights\/([^/]+)\/(?:.*\/)?([^/]+?)(?::0)?$/.exec(name);
  if (old) return `${old[1]}/${old[2]}`;
  const vars = /^(.*\/vars)\/(\d+)$/.exec(name);
  const owner = vars && root.get(vars[1]!);
  const attribute = owner instanceof h5.Group ? owner.attrs['name']?.value : undefined;
  return typeof attribute === 'string' ? `${attribute}/${vars![2]}` : name;
}

function numbers(value: unknown, count: number, where: Place): Float32Array | Float64Array {
  if (value instanceof Float32Array || value instanceof Float64Array) return value;
  if (ArrayBuffer.isView(value)) return Float64Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  if (typeof value === 'number' || typeof value === 'bigint') return Float64Array.of(Number(value));
  throw fileError('unsupported', `a data set of ${count} values could not be read as numbers`, where);
}

/** The text or the texts of an attribute of a group of an open file; nothing where there is none. */
export function textsOf(root: H5.File, path: string, attribute: string): string[] {
  const group = path === '/' ? root : root.get(path);
  if (!(group instanceof h5.Group)) return [];
  const value = group.attrs[attribute]?.value as unknown;
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
}
