import * as fs from 'node:fs';
import { ReluctantError } from './errors';

/** What is at a path; nothing also where it leads in a circle, through a file, or where this user may not look. */
export function statusOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * Throws where a path names a pipe, a socket or a device: reading from one may wait for ever, or never end. What is missing or a
 * folder passes, for whoever reads it to say so.
 *
 * @param operation what is being done, for the error.
 * @throws ReluctantError `not-a-file`.
 * @example
 * checkPlainFile('read', 'data/market.csv');
 */
export function checkPlainFile(operation: string, file: string): void {
  const place = statusOf(file);
  if (!place || place.isFile() || place.isDirectory()) return;
  throw new ReluctantError({
    code: 'not-a-file',
    operation,
    problem: 'the path is a pipe, a socket or a device',
    where: { file },
    expected: 'a plain file',
    fix: 'write what it gives to a file first',
  });
}
