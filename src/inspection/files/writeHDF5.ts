import { h5 } from './hdf5';

/** A tensor and where it goes in the file: groups on the way are made. */
export interface WrittenTensor {
  path: string;
  shape: readonly number[];
  values: Float32Array;
}

let written = 0;

/** The bytes of an HDF5 file that holds tensors of single precision. */
export async function writeHDF5(tensors: readonly WrittenTensor[]): Promise<Uint8Array> {
  const { activate_throwing_error_handler: throwing, FS } = await h5.ready;
  throwing();
  // In the file system of the reader, which is memory.
  const { readFile, unlink } = FS as unknown as { readFile(file: string): Uint8Array; unlink(file: string): void };
  const file = `/written-${written++}.h5`;
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
    return readFile(file);
  } finally {
    unlink(file);
  }
}
