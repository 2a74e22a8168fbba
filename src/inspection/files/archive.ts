import { crc32 } from 'node:zlib';
import type * as Yauzl from 'yauzl';
import { lazy } from '../../core';
import { fileError } from './fileError';

const yauzl = lazy(() => require('yauzl') as typeof Yauzl);

/** One file in an archive; read when asked for. */
export interface ArchiveEntry {
  name: string;
  size: number;
  read(): Promise<Uint8Array>;
}

/** Small archives may hold this much whatever they claim; zeros compress a thousandfold, weights never do. */
const ALWAYS_ALLOWED = 256 * 2 ** 20;
const MOST_EXPANSION = 100;
const MOST_ENTRIES = 100_000;

/**
 * The files of a zip archive. An archive that would unpack to far more than weights can is refused before anything is
 * unpacked, and one whose entries lie about their size while it is.
 */
export async function openArchive(
  file: string,
  bytesOnDisk: number,
): Promise<{ entries: ArchiveEntry[]; close(): void }> {
  const zip = await new Promise<Yauzl.ZipFile>((resolve, reject) => {
    yauzl.open(
      file,
      { lazyEntries: true, autoClose: false, validateEntrySizes: true } as Yauzl.Options,
      (error, opened) => (error ? reject(refusal(file, error)) : resolve(opened)),
    );
  });
  try {
    const entries: ArchiveEntry[] = [];
    let total = 0;
    await new Promise<void>((resolve, reject) => {
      zip.on('error', (error: Error) => reject(refusal(file, error)));
      zip.on('end', resolve);
      zip.on('entry', (entry: Yauzl.Entry) => {
        total += entry.uncompressedSize;
        if (total > Math.max(ALWAYS_ALLOWED, MOST_EXPANSION * bytesOnDisk) || entries.length >= MOST_ENTRIES) {
          reject(
            fileError(
              'too-large',
              'the archive would unpack to far more than it can rightly hold',
              { file, entry: entry.fileName },
              {
                received: `${total} bytes from ${bytesOnDisk}`,
                expected: `at most ${MOST_EXPANSION} times the size of the file`,
              },
            ),
          );
          return;
        }
        if (!entry.fileName.endsWith('/'))
          entries.push({ name: entry.fileName, size: entry.uncompressedSize, read: () => unpack(zip, entry, file) });
        zip.readEntry();
      });
      zip.readEntry();
    });
    return { entries, close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function unpack(zip: Yauzl.ZipFile, entry: Yauzl.Entry, file: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const place = { file, entry: entry.fileName };
    const refuse = (error: Error) =>
      reject(fileError('malformed', `an entry of the archive is damaged: ${error.message}`, place));
    zip.openReadStream(entry, (error, stream) => {
      if (error) return refuse(error);
      const bytes = Buffer.alloc(entry.uncompressedSize);
      let at = 0;
      stream.on('data', (part: Buffer) => {
        if (at + part.length > bytes.length) stream.destroy(new Error('it is longer than it says'));
        else at += part.copy(bytes, at);
      });
      stream.on('error', refuse);
      stream.on('end', () => {
        if (at !== bytes.length) refuse(new Error('it is shorter than it says'));
        else if (crc32(bytes) !== entry.crc32) refuse(new Error('its checksum is wrong'));
        else resolve(bytes);
      });
    });
  });
}

const refusal = (file: string, error: Error) =>
  fileError(
    'malformed',
    `not a readable zip archive: ${error.message}`,
    { file },
    { fix: 'save or download the file again' },
  );
