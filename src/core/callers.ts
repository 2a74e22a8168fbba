import * as path from 'node:path';

/** The library's sources and what is compiled of them: with source maps switched on, a stack names the first for the second. */
const LIBRARY = ['src', 'dist'].map((folder) => path.join(path.resolve(__dirname, '..', '..'), folder) + path.sep);

/** Whether a line of a stack lies in this library. */
export const isOfLibrary = (frame: string): boolean => LIBRARY.some((folder) => frame.includes(folder));

const isForeign = (frame: string): boolean =>
  /node_modules|node:|tfjs-(core|layers|node)|<anonymous>/.test(frame) || isOfLibrary(frame);

const framesOf = (stack: string | undefined): string[] =>
  (stack ?? '')
    .split('\n')
    .filter((line) => /^\s*at /.test(line))
    .map((line) => line.trim().replace(/^at /, ''));

/** The innermost line of the caller's own code in a stack: neither this library's nor of a package. Undefined if there is none. */
export function callersLine(stack: string | undefined): string | undefined {
  return framesOf(stack)
    .find((frame) => !isForeign(frame))
    ?.replace('file://', '');
}

/** Whether an error was thrown inside TensorFlow.js or its add-on, whose messages speak of things the caller never wrote. */
export function isOfTensorFlow(error: unknown): error is Error {
  if (!(error instanceof Error) || error.name === 'ReluctantError') return false;
  if (/^Session fail|^Invalid TF_Status/.test(error.message)) return true;
  const frame = framesOf(error.stack).find((line) => !/node:|<anonymous>/.test(line));
  return frame !== undefined && /@tensorflow|tfjs-(core|layers|node)/.test(frame);
}
