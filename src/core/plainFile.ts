import * as fs from 'node:fs';
import { ReluctantError } from './errors';

/** Bytes of a file that is read whole, at most: what Node reads at once. */
const MOST_BYTES = 2 ** 31 - 1;
/** Bytes of a text, at most: records, settings and notebooks are far from it, and what reads them holds them several times. */
export const MOST_TEXT = 2 ** 28;

/** What is at a path; nothing also where it leads in a circle, through a file, or where this user may not look. */
export function statusOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * Throws where a path names a pipe, a socket or a device: reading from one may wait for ever, or never end. So does a file that is nearly
 * all holes. What is missing or a folder passes, for whoever reads it to say so.
 *
 * @param operation what is being done, for the error.
 * @throws ReluctantError `not-a-file`.
 * @example
 * checkPlainFile('read', 'data/market.csv');
 */
export function checkPlainFile(operation: string, file: string): void {
  const place = statusOf(file);
  if (place && !place.isFile() && !place.isDirectory()) throw notPlain(operation, file);
  if (place?.isFile() && isHollow(place))
    throw notPlain(operation, file, 'nearly all of the file are holes: zeros that take no room');
}

/** Bytes from which a file is looked at for holes, how many times its room it may claim, and bytes of a block. */
const [LARGE, MOST_TIMES, BLOCK] = [2 ** 28, 100, 512];

/**
 * Whether a file claims to be far larger than the room that it takes: gigabytes of zeros come in an archive of some bytes. File systems
 * that do not tell the room say 0.
 */
const isHollow = ({ size, blocks }: fs.Stats): boolean =>
  size > LARGE && blocks > 0 && size > MOST_TIMES * BLOCK * blocks;

/**
 * The bytes of a plain file. What is at the path is looked at after it was opened, and opening does not wait: a pipe that takes the place
 * of a file meanwhile is refused as well.
 *
 * @param operation what is being done, for the error. @param most bytes that it may have.
 * @throws ReluctantError `not-a-file`, for a folder as well, `file-too-large`; errors of the system, such as `ENOENT`, as they are.
 * @example
 * readPlainFile('read', 'data/market.csv').length > 0; // true
 */
export function readPlainFile(operation: string, file: string, most = MOST_BYTES): Buffer {
  // A socket cannot be opened at all, and the system's word for that says nothing.
  checkPlainFile(operation, file);
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  try {
    const status = fs.fstatSync(descriptor);
    if (status.isDirectory()) throw notPlain(operation, file, 'the path is a folder');
    if (!status.isFile()) throw notPlain(operation, file);
    if (status.size > most) throw tooLarge(operation, file, status.size, most);
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
export function readPlainText(operation: string, file: string, most = MOST_TEXT): string {
  return readPlainFile(operation, file, most).toString('utf8');
}

const tooLarge = (operation: string, file: string, size: number, most: number) =>
  new ReluctantError({
    code: 'file-too-large',
    operation,
    problem: 'the file is larger than one of its kind is read',
    where: { file },
    received: `${size} bytes`,
    expected: `at most ${most}`,
  });

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
