import * as fs from 'node:fs';
import { ReluctantError } from './errors';

/** Characters that a text may have: what JavaScript can hold in one string. */
const MOST_CHARACTERS = 2 ** 29 - 24;

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
  if (place && !place.isFile() && !place.isDirectory()) throw notPlain(operation, file);
}

/**
 * The bytes of a plain file. What is at the path is looked at after it was opened, and opening does not wait: a pipe that takes the place
 * of a file meanwhile is refused as well.
 *
 * @param operation what is being done, for the error.
 * @throws ReluctantError `not-a-file`, for a folder as well; errors of the system, such as `ENOENT`, as they are.
 * @example
 * readPlainFile('read', 'data/market.csv').length > 0; // true
 */
export function readPlainFile(operation: string, file: string): Buffer {
  // A socket cannot be opened at all, and the system's word for that says nothing.
  checkPlainFile(operation, file);
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  try {
    const status = fs.fstatSync(descriptor);
    if (status.isDirectory()) throw notPlain(operation, file, 'the path is a folder');
    if (!status.isFile()) throw notPlain(operation, file);
    return fs.readFileSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * The text of a plain file in UTF-8.
 *
 * @param operation what is being done, for the error.
 * @throws ReluctantError `not-a-file`, `file-too-large`; errors of the system as they are.
 * @example
 * readPlainText('read', 'data/market.csv').startsWith('date'); // false
 */
export function readPlainText(operation: string, file: string): string {
  const bytes = readPlainFile(operation, file);
  if (bytes.length <= MOST_CHARACTERS) return bytes.toString('utf8');
  throw new ReluctantError({
    code: 'file-too-large',
    operation,
    problem: 'the file is larger than a text can be',
    where: { file },
    received: `${bytes.length} bytes`,
    expected: `at most ${MOST_CHARACTERS}`,
  });
}

function notPlain(
  operation: string,
  file: string,
  problem = 'the path is a pipe, a socket or a device',
): ReluctantError {
  return new ReluctantError({
    code: 'not-a-file',
    operation,
    problem,
    where: { file },
    expected: 'a plain file',
    ...(problem.endsWith('device') && { fix: 'write what it gives to a file first' }),
  });
}
