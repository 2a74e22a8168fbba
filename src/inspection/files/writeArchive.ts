import { crc32 } from 'node:zlib';
import { writeAtomically } from '../../core';

/** The first moment that the format can name, 1 January 1980: the same model gives the same bytes. */
const DATE = 0x0021;
/** Without compression: weights do not get smaller. */
const VERSION = 20;

/**
 * Writes a zip archive of these files, whole or not at all (PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). For archives
 * below 4 GB.
 */
export function writeArchive(file: string, entries: Readonly<Record<string, Uint8Array>>): void {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(entries)) {
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
  end.writeUInt16LE(Object.keys(entries).length, 8);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  writeAtomically(file, Buffer.concat([...parts, ...directory, end]));
}

/** What both headers say of a file, from its time on. */
function writeFacts(header: Buffer, at: number, bytes: Uint8Array, nameLength: number): void {
  header.writeUInt16LE(DATE, at + 2);
  header.writeUInt32LE(crc32(bytes), at + 4);
  header.writeUInt32LE(bytes.length, at + 8);
  header.writeUInt32LE(bytes.length, at + 12);
  header.writeUInt16LE(nameLength, at + 16);
}
