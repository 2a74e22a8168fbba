import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { MOST_TEXT, parseJSON, ReluctantError, readPlainFile, readPlainText, writeAtomically } from '../core';

/**
 * SHA-256 of the files of a run, by name: a flipped bit in a weight or a history is still a number, and would be believed. A file
 * that is being replaced has two, that of before and that of after, so that a process that is killed between leaves a run that
 * can be read.
 */
const DIGESTS = 'digests.json';

const digestOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Writes a file of a run, whole or not at all, and its digest. */
export function writeGuarded(place: string, name: string, content: string | Uint8Array): void {
  const digests = digestsIn(place) ?? {};
  const before = digests[name]?.at(-1);
  const now = digestOf(content);
  const both = before === undefined || before === now ? [now] : [before, now];
  writeAtomically(path.join(place, DIGESTS), `${JSON.stringify({ ...digests, [name]: both }, null, 1)}\n`);
  writeAtomically(path.join(place, name), content);
}

/** Takes a file of a run away, and what is known of it; the list of digests as well where it was the last. */
export function removeGuarded(place: string, name: string): void {
  fs.rmSync(path.join(place, name), { force: true });
  const { [name]: _, ...others } = digestsIn(place) ?? {};
  const list = path.join(place, DIGESTS);
  if (Object.keys(others).length === 0) fs.rmSync(list, { force: true });
  else writeAtomically(list, `${JSON.stringify(others, null, 1)}\n`);
}

/**
 * Reads a file of a run, of so many bytes at most. Runs of before there were digests, and files put beside those of a run, are read as they are.
 *
 * @throws ReluctantError `run-not-readable` if it is not what was written, or cannot be read.
 */
export function readGuarded(place: string, name: string, most?: number): Buffer {
  let content: Buffer;
  try {
    content = readPlainFile('runs.read', path.join(place, name), most);
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw notReadable(place, name, 'the file cannot be opened', cause);
  }
  const digests = digestsIn(place)?.[name];
  if (digests === undefined || digests.includes(digestOf(content))) return content;
  throw notReadable(
    place,
    name,
    'it is not what was written',
    undefined,
    `put it back, or, if it was changed on purpose, take its line out of ${DIGESTS}`,
  );
}

/** The text of a file of a run. @throws ReluctantError `run-not-readable` */
export const readGuardedText = (place: string, name: string): string =>
  readGuarded(place, name, MOST_TEXT).toString('utf8');

function digestsIn(place: string): Record<string, string[]> | undefined {
  const file = path.join(place, DIGESTS);
  if (!fs.existsSync(file)) return undefined;
  try {
    const digests: unknown = parseJSON(readPlainText('runs.read', file));
    if (Object.values(Object(digests)).every((list) => Array.isArray(list))) return digests as Record<string, string[]>;
  } catch {} // said below
  throw notReadable(place, DIGESTS, 'it is damaged', undefined, 'put it back, or remove it to read the run unchecked');
}

/** A file of a run that cannot be read, and why. */
export function notReadable(
  folder: string,
  file: string,
  reason: string,
  cause?: unknown,
  fix = 'remove the folder, or put the file back',
): ReluctantError {
  return new ReluctantError({
    code: 'run-not-readable',
    operation: 'runs',
    problem: `the record of a run cannot be read: ${reason}`,
    where: { folder, file },
    fix,
    ...(cause !== undefined && { cause }),
  });
}
