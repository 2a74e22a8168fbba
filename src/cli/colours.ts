import { styleText } from 'node:util';

/** Where text is shown. */
interface Screen {
  isTTY?: boolean;
}

/**
 * Whether a stream is shown in colours: a terminal that has them, unless NO_COLOR (https://no-color.org) says no, and anything where
 * FORCE_COLOR says so.
 */
export function hasColours(stream: Screen, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none, TERM: terminal } = env;
  if (none) return false;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && terminal !== 'dumb';
}

/** Text in a colour, where the stream that it is printed to has colours. */
export function coloured(
  style: 'green' | 'red' | 'yellow' | 'bold',
  text: string,
  stream: Screen = process.stdout,
): string {
  return hasColours(stream) ? styleText(style, text, { validateStream: false }) : text;
}
