import * as fs from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { ReluctantError } from '../../core';
import { isZstandardFile, mostUnpacked, unpacksTooFar, zstandard } from './csv/bytes';

/** What is to be known of a text file before DuckDB reads it. */
export interface TextEnds {
  /** Bytes after the last line's end. DuckDB drops such a rest without a word where it is longer than its buffer. */
  lastLine: number;
}

/** Bytes of the rest after the last line's end that DuckDB reads for certain. */
export const SAFE_LAST_LINE = 1 << 18;

/**
 * Throws `file-damaged` unless a packed file is whole, and `file-too-large` where it unpacks to more than a table rightly does.
 * DuckDB unpacks what is there and asks no checksum, so a file cut short would load with rows missing and no word about it.
 */
export async function checkText(operation: string, file: string): Promise<TextEnds> {
  const kind = kindOf(file);
  if (kind === 'plain') return { lastLine: lastLineOf(file) };
  const { size } = fs.statSync(file);
  let unpacked = 0;
  let lastLine = 0;
  const counter = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      unpacked += chunk.length;
      const end = chunk.lastIndexOf(10);
      lastLine = end < 0 ? lastLine + chunk.length : chunk.length - end - 1;
      done(unpacked > mostUnpacked(size) ? unpacksTooFar(operation, file, size) : null);
    },
  });
  try {
    const packed = fs.createReadStream(file, { highWaterMark: 1 << 20 });
    if (kind === 'gzip') await pipeline(packed, zlib.createGunzip({ chunkSize: 1 << 20 }), counter);
    else await pipeline(packed, unzstandard, counter);
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw new ReluctantError({
      code: 'file-damaged',
      operation,
      problem: `the ${kind === 'gzip' ? 'gzip' : 'zstd'} file is damaged or cut short`,
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'fetch or pack it again',
      cause,
    });
  }
  return { lastLine };
}

/** Unpacks in small steps, so that whoever counts can stop before much of it is there. */
async function* unzstandard(source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  const stream = new zstandard.Decompress((part) => parts.push(part.slice()));
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += 1 << 12) {
      stream.push(chunk.subarray(at, at + (1 << 12)));
      yield* parts.splice(0);
    }
  }
  stream.push(new Uint8Array(0), true);
  yield* parts;
}

function kindOf(file: string): 'gzip' | 'zstd' | 'plain' {
  const handle = fs.openSync(file, 'r');
  try {
    const start = Buffer.alloc(4);
    const read = fs.readSync(handle, start, 0, 4, 0);
    if (read >= 2 && start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
    return isZstandardFile(start) ? 'zstd' : 'plain';
  } finally {
    fs.closeSync(handle);
  }
}

/** Bytes after the last line's end, as far as they matter. */
function lastLineOf(file: string): number {
  const handle = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(handle);
    const tail = Buffer.alloc(Math.min(size, SAFE_LAST_LINE + 1));
    fs.readSync(handle, tail, 0, tail.length, size - tail.length);
    return tail.length - 1 - tail.lastIndexOf(10);
  } finally {
    fs.closeSync(handle);
  }
}

/** For readers that have no other way than DuckDB. @throws ReluctantError `row-not-readable`, and those of {@link checkText}. */
export async function checkForDuckDB(operation: string, file: string): Promise<void> {
  const { lastLine } = await checkText(operation, file);
  if (lastLine <= SAFE_LAST_LINE) return;
  throw new ReluctantError({
    code: 'row-not-readable',
    operation,
    problem: 'the last line is longer than can be read piece by piece',
    where: { file },
    expected: `at most ${SAFE_LAST_LINE} bytes after the last end of line`,
    fix: 'look at the end of the file, or load it whole: data.load(file)',
  });
}
