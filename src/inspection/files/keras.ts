import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { NamedTensor } from '../weights';
import { openArchive } from './archive';
import { fileError } from './fileError';
import { readHDF5 } from './hdf5';

/** The weights in a Keras 3 `.keras` archive, without those of the optimiser. */
export async function readKeras(file: string, bytesOnDisk: number): Promise<NamedTensor[]> {
  const archive = await openArchive(file, bytesOnDisk);
  // HDF5 is read from a file; the folder is this process's own and goes away with it.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-'));
  try {
    const entry = archive.entries.find(({ name }) => name === 'model.weights.h5');
    if (!entry) {
      const received = archive.entries.map(({ name }) => name);
      throw fileError(
        'malformed',
        'the archive has no model.weights.h5',
        { file },
        { received, expected: 'an archive that model.save("x.keras") wrote' },
      );
    }
    const weights = path.join(folder, 'model.weights.h5');
    fs.writeFileSync(weights, await entry.read());
    return await readHDF5(weights, entry.size, { file, entry: entry.name });
  } finally {
    archive.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
