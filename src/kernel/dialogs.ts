import { Readable } from 'node:stream';
import type { Session } from './session';

const nextTurn = setImmediate;

/** Raised in a cell that is interrupted while it asks. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Gives cells the ways to ask that they know from the web and from Node: `prompt`, `confirm` and `alert`, which wait for the
 * answer, and `process.stdin`, which `readline` reads. All of them ask in the front end.
 */
export function bindDialogs({ activity, questions }: Session): void {
  const ask = (operation: string, text: string): string => {
    const line = questions.askAndWait(activity.run, operation, text);
    if (line === undefined) throw new Interrupted('the cell was interrupted while it asked');
    return line;
  };
  const dialogs = {
    prompt(message = '', preset = ''): string | null {
      const line = ask('prompt', `${message}${preset === '' ? '' : ` [${preset}]`} `.trimStart());
      return line === '' ? preset : line;
    },
    confirm(message = ''): boolean {
      return /^\s*y(es)?\s*$/i.test(ask('confirm', `${message} [y/N] `.trimStart()));
    },
    alert(message = ''): void {
      ask('alert', `${message} [Enter] `.trimStart());
    },
  };
  for (const [name, value] of Object.entries(dialogs)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
  }
  let input: Readable | undefined;
  let owner: unknown;
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get: () => {
      // What a cell has paused for good when it was done is none of the next one's business.
      const isLeftOver = owner !== activity.run && input?.listenerCount('data') === 0;
      if (!input || input.destroyed || isLeftOver) {
        owner = activity.run;
        input = inputOf(
          () => activity.run !== undefined,
          () => questions.askForLine(activity.run, 'process.stdin'),
        );
      }
      return input;
    },
  });
}

/**
 * A stream of the lines that the user types. A stream reads ahead, and goes on when nobody listens any more: a line is asked for only when
 * somebody waits for it, in a cell that runs, and again when somebody else begins to.
 */
function inputOf(isRunning: () => boolean, ask: () => Promise<string | undefined>): Readable {
  let isPut = false;
  const stream = new Readable({ highWaterMark: 0, read: () => void attempt() });
  const isAwaited = () =>
    stream.listenerCount('readable') > 0 || (stream.readableFlowing === true && stream.listenerCount('data') > 0);
  let isAsking = false;
  const attempt = () => {
    isPut = true;
    // Whoever got the line before may be about to say that it was the last.
    nextTurn(async () => {
      if (isAsking || !isPut || stream.destroyed || !isRunning() || !isAwaited()) return;
      isAsking = true;
      try {
        const line = await ask();
        if (line === undefined) return;
        isPut = false;
        stream.push(`${line}\n`);
      } catch (error) {
        stream.destroy(error as Error);
      } finally {
        isAsking = false;
      }
    });
  };
  stream.on('newListener', (name) => (name === 'data' || name === 'readable') && isPut && attempt());
  stream.on('resume', () => isPut && attempt());
  return stream;
}
