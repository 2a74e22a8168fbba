import * as fs from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { ReluctantError } from '../../core';

/**
 * Throws `file-damaged` unless a gzip file is whole. DuckDB unpacks what is there and asks no checksum, so a file cut
 * short would load with rows missing and no word about it. Other files pass untouched.
 */
export async function checkGzip(operation: string, file: string): Promise<void> {
  if (!startsLikeGzip(file)) return;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(
      fs.createReadStream(file, { highWaterMark: 1 << 20 }),
      zlib.createGunzip({ chunkSize: 1 << 20 }),
      nowhere,
    );
  } catch (cause) {
    throw new ReluctantError({
      code: 'file-damaged',
      operation,
      problem: 'the gzip file is damaged or cut short',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'fetch or pack it again',
      cause,
    });
  }
}

function startsLikeGzip(file: string): boolean {
  const handle = fs.openSync(file, 'r');
  try {
    const start = Buffer.alloc(2);
    return fs.readSync(handle, start, 0, 2, 0) === 2 && start[0] === 0x1f && start[1] === 0x8b;
  } finally {
    fs.closeSync(handle);
  }
}
