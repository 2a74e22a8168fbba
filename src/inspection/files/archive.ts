import { type ArchiveEntry, openZip } from '../../core';
import { fileError } from './fileError';

/** Small archives may hold this much whatever they claim; zeros compress a thousandfold, weights never do. */
const ALWAYS_ALLOWED = 2 ** 26;
const MOST_EXPANSION = 100;

/** The files of an archive of weights; see {@link openZip}. */
export function openArchive(file: string, bytesOnDisk: number): Promise<{ entries: ArchiveEntry[]; close(): void }> {
  return openZip(file, {
    most: Math.max(ALWAYS_ALLOWED, MOST_EXPANSION * bytesOnDisk),
    refuse: (kind, problem, entry, received) =>
      fileError(
        kind,
        problem,
        { file, ...(entry !== undefined && { entry }) },
        kind === 'too-large'
          ? {
              received: `${received}, from ${bytesOnDisk}`,
              expected: `at most ${MOST_EXPANSION} times the size of the file`,
            }
          : { fix: 'save or download the file again' },
      ),
  });
}
