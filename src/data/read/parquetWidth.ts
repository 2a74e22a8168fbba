import * as fs from 'node:fs';
import { checkPlainFile } from '../../core';

/** What a footer begins with: a version, and a list of fields, in Thrift's compact protocol (Apache Parquet, parquet.thrift, FileMetaData). */
const VERSION = 0x15;
const FIELDS = 0x19;
/** Bytes of a footer that are looked at: two numbers of at most ten, and their marks. */
const START = 24;

/**
 * How many fields the footer of a Parquet file claims, the table itself counted as one: asked before DuckDB, which takes a time that grows
 * with the square of their number.
 *
 * @returns 0 where the footer is none, which whoever reads it will say.
 */
export function parquetWidth(operation: string, file: string): number {
  checkPlainFile(operation, file);
  const handle = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(handle);
    const end = Buffer.alloc(8);
    if (size < 12 || fs.readSync(handle, end, 0, 8, size - 8) < 8 || end.toString('latin1', 4) !== 'PAR1') return 0;
    const footer = size - 8 - end.readUInt32LE(0);
    if (footer < 4) return 0;
    const start = Buffer.alloc(START);
    fs.readSync(handle, start, 0, START, footer);
    return fieldsIn(start);
  } finally {
    fs.closeSync(handle);
  }
}

function fieldsIn(bytes: Buffer): number {
  if (bytes[0] !== VERSION) return 0;
  let at = 1;
  const next = () => {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  next();
  if (bytes[at++] !== FIELDS) return 0;
  const short = bytes[at++]! >> 4;
  return short === 15 ? next() : short;
}
