import { crc32 } from 'node:zlib';
import type * as Yauzl from 'yauzl';
import { lazy } from './lazy';

const yauzl = lazy(() => require('yauzl') as typeof Yauzl);

/** One file in an archive; read when asked for. */
export interface ArchiveEntry {
  name: string;
  size: number;
  read(): Promise<Uint8Array>;
}

/** What a kind of archive may unpack to, and how it is refused. */
export interface ArchiveRules {
  /** Bytes that it may hold. */
  most: number;
  /** The error for an archive that holds more, or is none. */
  refuse(kind: 'too-large' | 'malformed', problem: string, entry?: string, received?: string): Error;
}

const MOST_ENTRIES = 2 ** 15;

/**
 * The files of a zip archive. One that would unpack to more than it may is refused before anything is unpacked, and one whose entries lie
 * about their size while it is.
 */
export async function openZip(file: string, rules: ArchiveRules): Promise<{ entries: ArchiveEntry[]; close(): void }> {
  const notReadable = (error: Error) => rules.refuse('malformed', `not a readable zip archive: ${error.message}`);
  const zip = await new Promise<Yauzl.ZipFile>((resolve, reject) => {
    yauzl.open(
      file,
      { lazyEntries: true, autoClose: false, validateEntrySizes: true } as Yauzl.Options,
      (error, opened) => (error ? reject(notReadable(error)) : resolve(opened)),
    );
  });
  try {
    const entries: ArchiveEntry[] = [];
    let [total, packed] = [0, 0];
    await new Promise<void>((resolve, reject) => {
      zip.on('error', (error: Error) => reject(notReadable(error)));
      zip.on('end', resolve);
      zip.on('entry', (entry: Yauzl.Entry) => {
        total += entry.uncompressedSize;
        if (total > rules.most || entries.length >= MOST_ENTRIES) {
          const problem = 'the archive would unpack to far more than it can rightly hold';
          reject(rules.refuse('too-large', problem, entry.fileName, `${total} bytes in ${entries.length + 1} entries`));
          return;
        }
        packed += entry.compressedSize;
        if (packed > zip.fileSize) {
          reject(rules.refuse('malformed', 'entries of the archive share their bytes', entry.fileName));
          return;
        }
        if (!entry.fileName.endsWith('/'))
          entries.push({ name: entry.fileName, size: entry.uncompressedSize, read: () => unpack(zip, entry, rules) });
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

function unpack(zip: Yauzl.ZipFile, entry: Yauzl.Entry, rules: ArchiveRules): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(rules.refuse('malformed', `an entry of the archive is damaged: ${error.message}`, entry.fileName));
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

/** The first moment that the format can name, 1 January 1980: the same model gives the same bytes. */
const DATE = 0x0021;
/** Without compression: weights do not get smaller. */
const VERSION = 20;

/**
 * A zip archive of these files, not packed (PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). For archives below 4 GB.
 */
export function zipOf(entries: Iterable<readonly [name: string, bytes: Uint8Array]>): Buffer {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, bytes] of entries) {
    const path = Buffer.from(name, 'utf8');
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(VERSION, 4);
    writeFacts(header, 10, bytes, path.length);
    const listed = Buffer.alloc(46);
    listed.writeUInt32LE(0x02014b50, 0);
    listed.writeUInt16LE(VERSION, 4);
    listed.writeUInt16LE(VERSION, 6);
    writeFacts(listed, 12, bytes, path.length);
    listed.writeUInt32LE(offset, 42);
    parts.push(header, path, bytes);
    directory.push(listed, path);
    offset += header.length + path.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 8);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** What both headers say of a file, from its time on. */
function writeFacts(header: Buffer, at: number, bytes: Uint8Array, nameLength: number): void {
  header.writeUInt16LE(DATE, at + 2);
  header.writeUInt32LE(crc32(bytes), at + 4);
  header.writeUInt32LE(bytes.length, at + 8);
  header.writeUInt32LE(bytes.length, at + 12);
  header.writeUInt16LE(nameLength, at + 16);
}
