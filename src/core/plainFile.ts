import * as fs from 'node:fs';
import { ReluctantError } from './errors';

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
  const place = fs.statSync(file, { throwIfNoEntry: false });
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
