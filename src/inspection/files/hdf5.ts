import * as fs from 'node:fs';
import * as path from 'node:path';
import type * as H5 from 'h5wasm';
import { lazy } from '../../core';
import type { NamedTensor } from '../weights';
import { countOf, fileError } from './fileError';

/** The package offers its Node build to `import` alone; CommonJS takes the file itself, which Node can require. */
export const h5 = lazy(() => {
  for (const folder of require.resolve.paths('h5wasm') ?? []) {
    const file = path.join(folder, 'h5wasm', 'dist', 'node', 'hdf5_hl.js');
    if (fs.existsSync(file)) return require(file) as typeof H5;
  }
  throw fileError('not-readable', 'the package h5wasm is not installed', {}, { fix: 'run "npm run setup"' });
});

/** Values a data set may have for each byte on disk: compressed zeros reach a thousand, weights never do. */
const MOST_EXPANSION = 1000;

/**
 * The numeric data sets of an HDF5 file, Keras's `.h5` and `.weights.h5` among them; values are read at once.
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
  const { activate_throwing_error_handler: throwing } = await h5.ready;
  throwing();
  const refuse = (cause: unknown, where: Record<string, string | number> = {}) =>
    fileError(
      'malformed',
      'not a readable HDF5 file',
      { ...place, ...where },
      { cause, fix: 'save or download the file again' },
    );
  let root: H5.File;
  try {
    root = new h5.File(path.resolve(file), 'r');
  } catch (cause) {
    throw refuse(cause);
  }
  try {
    const names = root.paths();
    const tensors: NamedTensor[] = [];
    for (const name of names) {
      // Optimiser state lies beside the weights in both of Keras's layouts.
      if (/^\/?(optimizer|optimizer_weights)\//.test(name)) continue;
      const item = root.get(name);
      if (!(item instanceof h5.Dataset)) continue;
      const { shape, dtype, metadata } = item;
      // Text, references and compounds are no weights; type 0 is integers, 1 floats.
      if (shape === null || typeof dtype !== 'string' || metadata.type > 1) continue;
      const where = { ...place, dataset: name };
      const count = countOf(shape, where);
      if (count * metadata.size > Math.max(2 ** 20, bytesOnDisk * MOST_EXPANSION))
        throw fileError('too-large', 'a data set claims more values than the file can hold', where, {
          received: shape,
        });
      const values = numbers(item.value, count, where);
      tensors.push({
        name: nameOf(root, name),
        shape,
        dtype: `${metadata.type === 1 ? 'float' : 'int'}${metadata.size * 8}`,
        values: () => values,
      });
    }
    look(root);
    return tensors;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ReluctantError') throw cause;
    throw refuse(cause);
  } finally {
    root.close();
  }
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

function numbers(value: unknown, count: number, where: Record<string, string | number>): Float32Array | Float64Array {
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
