import * as fs from 'node:fs';
import * as zlib from 'node:zlib';
import { ReluctantError } from '../core';

/** What of a CSV file is settled before DuckDB reads it. */
export interface Dialect {
  delimiter: string;
  header: boolean;
  encoding: 'utf-8' | 'utf-16' | 'latin-1';
  /** Names of the columns; empty where there is no header. */
  names: string[];
  /** Nothing but white space in the file. */
  empty: boolean;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SAMPLE_BYTES = 1 << 18;

/**
 * Settles delimiter, encoding and header of a CSV file from its first record. DuckDB's own detection would rather skip a
 * header that does not fit a ragged file than complain, which loses rows silently; with these settled it complains.
 *
 * @param given what the caller knows already.
 * @throws ReluctantError `header-missing`, `column-names-repeated`.
 */
export function detectDialect(
  operation: string,
  file: string,
  given: { delimiter?: string; header?: boolean; encoding?: Dialect['encoding'] } = {},
): Dialect {
  const bytes = firstBytes(file);
  const encoding = given.encoding ?? (bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16' : 'utf-8');
  const text = new TextDecoder(encoding === 'latin-1' ? 'latin1' : encoding === 'utf-16' ? 'utf-16le' : 'utf-8').decode(
    bytes,
  );
  const empty = text.trim() === '';
  const delimiter = given.delimiter ?? likelyDelimiter(text);
  const first = firstRecord(text, delimiter);
  const numeric = first.some((cell) => cell.trim() !== '' && Number.isFinite(Number(cell)));
  if (given.header === undefined && numeric) {
    throw new ReluctantError({
      code: 'header-missing',
      operation,
      problem: 'the first line holds numbers where column names belong',
      where: { file, row: 1 },
      received: first.slice(0, 8),
      fix: 'pass header: false for a file without names (columns become column0, column1 ...), or header: true',
    });
  }
  const header = given.header ?? true;
  if (header) {
    const seen = new Set<string>();
    first.forEach((name, k) => {
      const key = name.toLowerCase();
      if (seen.has(key) && name !== '') {
        throw new ReluctantError({
          code: 'column-names-repeated',
          operation,
          problem: 'two columns have the same name (apart from case)',
          where: { file, row: 1, column: k + 1 },
          received: name,
          fix: 'rename one of them',
        });
      }
      seen.add(key);
    });
  }
  return { delimiter, header, encoding, names: header ? first : [], empty };
}

/** The start of the file, unpacked. */
function firstBytes(file: string): Buffer {
  const handle = fs.openSync(file, 'r');
  const bytes = Buffer.alloc(SAMPLE_BYTES);
  try {
    const raw = bytes.subarray(0, fs.readSync(handle, bytes, 0, SAMPLE_BYTES, 0));
    if (raw[0] === 0x1f && raw[1] === 0x8b) {
      return zlib.gunzipSync(raw, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    }
    return raw;
  } catch {
    // A damaged archive: DuckDB names what is wrong when it reads the whole.
    return Buffer.alloc(0);
  } finally {
    fs.closeSync(handle);
  }
}

/** The delimiter that the first line holds most often, outside quotes. */
function likelyDelimiter(text: string): string {
  const counts = DELIMITERS.map((delimiter) => firstRecord(text, delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

/** The cells of the first record (RFC 4180). */
function firstRecord(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let k = text.charCodeAt(0) === 0xfeff ? 1 : 0; k < text.length; k++) {
    const character = text[k]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[k + 1] === '"') {
        cell += '"';
        k += 1;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n' || character === '\r') {
      if (cells.length > 0 || cell.trim() !== '') break;
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}
