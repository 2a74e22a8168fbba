import * as path from 'node:path';
import { INSTALLATION } from './places';

/** Folders whose frames are not the caller's: this library's, its packages', and other installed packages'. */
const OURS = ['dist', 'src', 'node_modules'].map((folder) => path.join(INSTALLATION, folder) + path.sep);

/**
 * An error that code of the caller threw, such as a program that is trained, as it is shown: its message and the lines in the
 * caller's files.
 *
 * @returns undefined where the first line of the stack is not the caller's: then the fault may be ours.
 */
export function callersError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('node:'));
  const isCallers = (frame: string): boolean =>
    frame.includes(path.sep) &&
    !frame.includes(`node_modules${path.sep}`) &&
    !OURS.some((place) => frame.includes(place));
  if (!frames[0] || !isCallers(frames[0])) return undefined;
  return [`${error.name}: ${error.message}`, ...frames.filter(isCallers)].join('\n');
}
