import { Readable } from 'node:stream';
import type { Session } from './session';

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
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get: () => {
      if (!input || input.destroyed)
        input = inputOf((): Promise<string> => questions.ask(activity.run, 'process.stdin', ''));
      return input;
    },
  });
}

/** A stream of the lines that the user types; each is asked for when somebody reads. */
function inputOf(ask: () => Promise<string>): Readable {
  return new Readable({
    read() {
      try {
        ask().then(
          (line) => this.push(`${line}\n`),
          (error: Error) => this.destroy(error),
        );
      } catch (error) {
        this.destroy(error as Error);
      }
    },
  });
}
