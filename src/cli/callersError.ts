import * as path from 'node:path';
import { isOfLibrary } from '../core';

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
    frame.includes(path.sep) && !frame.includes(`node_modules${path.sep}`) && !isOfLibrary(frame);
  if (!frames[0] || !isCallers(frames[0])) return undefined;
  return [`${error.name}: ${error.message}`, ...frames.filter(isCallers)].join('\n');
}
