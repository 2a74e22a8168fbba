import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { h5 } from './hdf5';

/** A tensor and where it goes in the file: groups on the way are made. */
export interface WrittenTensor {
  path: string;
  shape: readonly number[];
  values: Float32Array;
}

/** The bytes of an HDF5 file that holds tensors of single precision. */
export async function writeHDF5(tensors: readonly WrittenTensor[]): Promise<Uint8Array> {
  const { activate_throwing_error_handler: throwing } = await h5.ready;
  throwing();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-'));
  const file = path.join(folder, 'weights.h5');
  try {
    const root = new h5.File(file, 'w');
    const made = new Set<string>();
    for (const { path: place, shape, values } of tensors) {
      const parts = place.split('/');
      for (let k = 1; k < parts.length; k++) {
        const group = parts.slice(0, k).join('/');
        if (!made.has(group)) root.create_group(group);
        made.add(group);
      }
      root.create_dataset({ name: place, data: values, shape: [...shape], dtype: '<f4' });
    }
    root.flush();
    root.close();
    return fs.readFileSync(file);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
