import * as fs from 'node:fs';
import * as zlib from 'node:zlib';
import { lazy, ReluctantError } from '../../core';

const zstandard = lazy(() => require('fzstd') as typeof import('fzstd'));

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
  const text = decode(bytes, encoding);
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

/** Where and how a CSV file breaks the rules of RFC 4180. */
export interface Fault {
  /** Line of the file on which the record begins, from 1. */
  row: number;
  problem: string;
}

/**
 * The first record that does not fit the header or is not quoted right, within the first 16 MB. For when DuckDB has
 * given the file up as a whole without saying where it goes wrong.
 */
export function findFault(
  file: string,
  { delimiter, encoding }: Pick<Dialect, 'delimiter' | 'encoding'>,
): Fault | undefined {
  const text = decode(firstBytes(file, 1 << 24), encoding);
  let expected: number | undefined;
  let line = 1;
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length; ) {
    const record = readRecord(text, at, delimiter);
    if (record.unclosed) return { row: line, problem: 'a quotation mark is opened and never closed' };
    if (record.afterQuote) return { row: line, problem: 'there is text after a closing quotation mark' };
    const blank = record.cells.length === 1 && record.cells[0] === '';
    expected ??= blank ? undefined : record.cells.length;
    if (!blank && expected !== undefined && record.cells.length !== expected && record.end < text.length) {
      return { row: line, problem: `the row has ${record.cells.length} cells and the header ${expected}` };
    }
    line += text.slice(at, record.end).split('\n').length - 1;
    at = record.end;
  }
  return undefined;
}

const decode = (bytes: Uint8Array, encoding: Dialect['encoding']): string =>
  new TextDecoder(encoding === 'latin-1' ? 'latin1' : encoding === 'utf-16' ? 'utf-16le' : 'utf-8').decode(bytes);

/** The start of the file, unpacked. */
function firstBytes(file: string, size = SAMPLE_BYTES): Buffer {
  const handle = fs.openSync(file, 'r');
  const bytes = Buffer.alloc(size);
  try {
    const raw = bytes.subarray(0, fs.readSync(handle, bytes, 0, size, 0));
    if (raw[0] === 0x1f && raw[1] === 0x8b) {
      return zlib.gunzipSync(raw, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    }
    if (raw.length >= 4 && raw.readUInt32LE(0) === 0xfd2fb528) {
      const parts: Uint8Array[] = [];
      new zstandard.Decompress((part) => parts.push(part)).push(raw, false);
      return Buffer.concat(parts);
    }
    return raw;
  } catch {
    // A damaged archive: DuckDB names what is wrong when it reads the whole.
    return Buffer.alloc(0);
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * The delimiter that cuts the first records into the same number of cells, the most where several do; that of the most
 * cells in the header where none does.
 */
function likelyDelimiter(text: string): string {
  const scores = DELIMITERS.map((delimiter) => {
    const counts: number[] = [];
    for (let at = 0; at < text.length && counts.length < 20; ) {
      const { cells, end, afterQuote, stray } = readRecord(text, at, delimiter);
      // A quotation mark in the middle of a cell says that the cell does not begin there.
      if (cells.length > 1 || cells[0] !== '') counts.push(afterQuote || stray ? -1 : cells.length);
      at = end;
    }
    const even = counts[0]! > 1 && counts.every((count) => count === counts[0]);
    return (even ? 1e6 : 0) + (counts[0] ?? 0);
  });
  return DELIMITERS[scores.indexOf(Math.max(...scores))]!;
}

/** The cells of the first record that is not blank. */
function firstRecord(text: string, delimiter: string): string[] {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    const { cells, end } = readRecord(text, at, delimiter);
    if (cells.length > 1 || cells[0]!.trim() !== '' || end >= text.length) return cells;
    at = end;
  }
}

interface CSVRecord {
  cells: string[];
  /** Where the next record begins. */
  end: number;
  unclosed: boolean;
  /** There is text after a closing quotation mark. */
  afterQuote: boolean;
  /** There is a quotation mark in a cell that does not begin with one. */
  stray: boolean;
}

/** One record from `start` on (RFC 4180). */
function readRecord(text: string, start: number, delimiter: string): CSVRecord {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  let closed = false;
  let afterQuote = false;
  let stray = false;
  let k = start;
  for (; k < text.length; k++) {
    const character = text[k]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[k + 1] === '"') {
        cell += '"';
        k += 1;
      } else {
        quoted = false;
        closed = true;
      }
    } else if (character === '"' && cell === '' && !closed) quoted = true;
    else if (character === delimiter) {
      cells.push(cell);
      cell = '';
      closed = false;
    } else if (character === '\n' || character === '\r') {
      k += character === '\r' && text[k + 1] === '\n' ? 2 : 1;
      return { cells: [...cells, cell], end: k, unclosed: false, afterQuote, stray };
    } else {
      afterQuote ||= closed;
      stray ||= character === '"';
      cell += character;
    }
  }
  return { cells: [...cells, cell], end: k, unclosed: quoted, afterQuote, stray };
}
