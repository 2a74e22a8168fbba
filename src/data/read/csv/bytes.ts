import * as fs from 'node:fs';
import * as zlib from 'node:zlib';
import { lazy, ReluctantError, readPlainFile } from '../../../core';
import type { Encoding } from '../../table/form';

export const zstandard = lazy(() => require('fzstd') as typeof import('fzstd'));

/** What a TextDecoder calls it; UTF-16 comes in two orders of bytes. */
export type Charset = Exclude<Encoding, 'utf-16' | 'latin-1'> | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Bytes of a file that are looked at before it is read. */
export const SAMPLE_BYTES = 1 << 18;

/** The start of a file, unpacked; nothing of a damaged archive, which whoever reads the whole will name. */
export function firstBytes(file: string, size = SAMPLE_BYTES): Buffer {
  const handle = fs.openSync(file, 'r');
  const bytes = Buffer.alloc(size);
  try {
    const raw = bytes.subarray(0, fs.readSync(handle, bytes, 0, size, 0));
    if (isGzip(raw)) return startOfGzip(raw, size);
    if (isZstandardFile(raw)) return startOfZstandard(raw, size);
    return raw;
  } catch {
    return Buffer.alloc(0);
  } finally {
    fs.closeSync(handle);
  }
}

/** The last line of a plain file, as far as it is short; nothing that means anything of a packed one. */
export function lastLine(file: string): string {
  const handle = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(handle);
    const tail = Buffer.alloc(Math.min(size, 1 << 10));
    fs.readSync(handle, tail, 0, tail.length, size - tail.length);
    return tail
      .toString('latin1')
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1)!;
  } finally {
    fs.closeSync(handle);
  }
}

/** Unpacked from ever more of the bytes, since each of them may unpack to a thousand. */
function startOfGzip(raw: Buffer, size: number): Buffer {
  for (let taken = 1 << 10; ; taken *= 4) {
    const unpacked = zlib.gunzipSync(raw.subarray(0, taken), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    if (unpacked.length >= size || taken >= raw.length) return unpacked.subarray(0, size);
  }
}

function startOfZstandard(raw: Buffer, size: number): Buffer {
  const parts: Uint8Array[] = [];
  let total = 0;
  const enough = new Error('enough');
  const stream = new zstandard.Decompress((part) => {
    parts.push(part.slice());
    total += part.length;
    if (total >= size) throw enough;
  });
  try {
    stream.push(raw, false);
  } catch (error) {
    if (error !== enough) throw error;
  }
  return Buffer.concat(parts).subarray(0, size);
}

/** How much of a file is read at once. */
export interface WholeLimits {
  /** Bytes at most, unpacked. Default: what Node reads at once. */
  most?: number;
  /** Bytes that a packed file may unpack to whatever its size. */
  alwaysUnpacked?: number;
}

/** A whole file, unpacked. @throws ReluctantError `file-damaged`, `file-too-large`. */
export function wholeBytes(
  operation: string,
  file: string,
  { most = 2 ** 31 - 2, alwaysUnpacked = ALWAYS_UNPACKED }: WholeLimits = {},
): Buffer {
  const { size } = fs.statSync(file);
  if (size > most) {
    throw new ReluctantError({
      code: 'file-too-large',
      operation,
      problem: `a file of this form is read whole, and it is larger than ${(most / 1e9).toFixed(1)} GB`,
      where: { file },
      received: `${(size / 1e9).toFixed(1)} GB`,
      fix: 'cut it in several files, or write it as Parquet',
    });
  }
  const raw = readPlainFile(operation, file);
  const limit = Math.min(mostUnpacked(raw.length, alwaysUnpacked), most);
  try {
    if (isGzip(raw)) return zlib.gunzipSync(raw, { maxOutputLength: limit });
    if (isZstandardFile(raw)) return unpackZstandard(raw, limit);
    return raw;
  } catch (cause) {
    if (cause instanceof RangeError) throw unpacksTooFar(operation, file, raw.length, alwaysUnpacked);
    throw new ReluctantError({
      code: 'file-damaged',
      operation,
      problem: 'the file is packed, and is damaged or cut short',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'fetch or pack it again',
      cause,
    });
  }
}

/** Bytes that a packed file may unpack to, whatever its size; beyond that, how many times its size. */
const ALWAYS_UNPACKED = 2 ** 28;
const MOST_EXPANSION = 50;

/** Bytes that a packed file of a size may unpack to. */
export const mostUnpacked = (packed: number, always = ALWAYS_UNPACKED): number =>
  Math.max(always, MOST_EXPANSION * packed);

/** Bytes unpacked from Zstandard. @throws RangeError where they are more than the limit */
export function unpackZstandard(raw: Uint8Array, limit: number): Buffer {
  const parts: Uint8Array[] = [];
  let total = 0;
  const stream = new zstandard.Decompress((part) => {
    total += part.length;
    if (total > limit) throw new RangeError('beyond the limit');
    parts.push(part.slice());
  });
  // In steps, so that the limit is met before all of it is unpacked.
  for (let at = 0; at < raw.length; at += 1 << 16)
    stream.push(raw.subarray(at, at + (1 << 16)), at + (1 << 16) >= raw.length);
  return Buffer.concat(parts);
}

/** A packed file unpacks to more than it may. */
export function unpacksTooFar(
  operation: string,
  file: string,
  packed: number,
  always = ALWAYS_UNPACKED,
): ReluctantError {
  return new ReluctantError({
    code: 'file-too-large',
    operation,
    problem: 'the file unpacks to far more than a table of its size rightly does',
    where: { file },
    received: `over ${mostUnpacked(packed, always)} bytes, from ${packed} packed`,
    expected: `at most ${MOST_EXPANSION} times its size, or ${always} bytes`,
    fix: 'if it can be trusted, unpack it first and load what comes of it',
  });
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
export const isZstandardFile = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528;

/** The charset of a text: by its mark, by the zeros of UTF-16, or as the caller says. */
export function charsetOf(bytes: Uint8Array, given?: Encoding): Charset {
  if (given === 'latin-1') return 'windows-1252';
  if (given !== undefined && given !== 'utf-8' && given !== 'utf-16') return given;
  if (given !== 'utf-8') {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
    const length = Math.min(bytes.length, 1000);
    let [even, odd] = [0, 0];
    for (let k = 0; k < length; k++) if (bytes[k] === 0) k % 2 === 0 ? even++ : odd++;
    // Digits, commas and Latin letters have a zero in every other byte.
    if (odd > 0.3 * length && even === 0) return 'utf-16le';
    if (even > 0.3 * length && odd === 0) return 'utf-16be';
    if (given === 'utf-16') return 'utf-16le';
  }
  return 'utf-8';
}

const PIECE_BYTES = 1 << 24;

/**
 * The text of a file piece by piece, since one string can hold half a gigabyte at most.
 * @throws ReluctantError `row-not-readable` where bytes are no characters of the charset.
 */
export function* pieces(operation: string, file: string, bytes: Buffer, charset: Charset): Generator<string> {
  const decoder = new TextDecoder(charset, { fatal: true });
  for (let at = 0; at < bytes.length || at === 0; at += PIECE_BYTES) {
    const part = bytes.subarray(at, at + PIECE_BYTES);
    try {
      yield decoder.decode(part, { stream: at + PIECE_BYTES < bytes.length });
    } catch (cause) {
      throw notOfCharset(operation, file, bytes, charset, cause);
    }
  }
}

/**
 * The text of the start of a file.
 *
 * @throws ReluctantError `row-not-readable` where bytes are no characters of the charset: also in the names, which DuckDB does not look at.
 */
export function readStart(operation: string, file: string, bytes: Buffer, charset: Charset): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: true });
  } catch (cause) {
    throw notOfCharset(operation, file, bytes, charset, cause);
  }
}

function notOfCharset(
  operation: string,
  file: string,
  bytes: Buffer,
  charset: Charset,
  cause: unknown,
): ReluctantError {
  const text = new TextDecoder(charset).decode(bytes.subarray(0, 1 << 28));
  const at = text.indexOf('\ufffd');
  const before = at < 0 ? text : text.slice(0, at);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return new ReluctantError({
    code: 'row-not-readable',
    operation,
    problem: `the file is not written in ${charset.toUpperCase()}`,
    where: { file, row: before.split('\n').length },
    received: line.slice(-60),
    fix: (say) => {
      const list = ['latin-1', 'windows-1251', 'shift-jis', 'gb18030', 'euc-kr'] as const;
      return `say how it is written: ${list.map((name) => say('encoding', name)).join(' or ')}`;
    },
    cause,
  });
}
