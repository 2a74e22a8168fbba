import * as path from 'node:path';
import { parseJSON, ReluctantError } from '../core';
import { readGuarded, readGuardedText } from '../runs';
import { arraysOf, type NamedArray } from './samples';

/** The path of a file of a recording, once it was seen to be what was written. @throws ReluctantError `run-not-readable`. */
export function guardedFile(folder: string, name: string): string {
  readGuarded(folder, name);
  return path.join(folder, name);
}

/** A JSON file of a recording. @throws ReluctantError `run-not-readable`, `recording-damaged`. */
export function readRecordedJSON(folder: string, name: string): unknown {
  const text = readGuardedText(folder, name);
  try {
    return parseJSON(text);
  } catch (cause) {
    throw damaged(folder, name, (cause as Error).message);
  }
}

/** The arrays of an archive of a recording, by name. */
export const readRecordedArrays = (folder: string, name: string): Promise<Map<string, NamedArray>> =>
  arraysOf(guardedFile(folder, name));

/** A file of a recording that says something else than a recorder writes. */
export const damaged = (folder: string, file: string, problem: string) =>
  new ReluctantError({
    code: 'recording-damaged',
    operation: 'diagnose',
    problem: `the recording cannot be read: ${problem}`,
    where: { folder, file },
    expected: 'what reluctant.keras.Callback or reluctant.torch.Watcher wrote, whole',
  });
