import { type Json, textField } from './message';

interface Entry {
  line: number;
  input: string;
  output: string | null;
}

const SESSION = 1;
/** Entries kept; a client that asks for more gets the latest. */
const LIMIT = 10_000;

/** What has been run in this kernel, for `history_request`. Nothing of it is written to disk. */
export class History {
  private readonly entries: Entry[] = [];

  add(line: number, input: string): void {
    this.entries.push({ line, input, output: null });
    if (this.entries.length > LIMIT) this.entries.shift();
  }

  /** Adds the text of a cell's value. */
  setOutput(line: number, text: string): void {
    const entry = this.entries.at(-1);
    if (entry?.line === line) entry.output = text.slice(0, 10_000);
  }

  /** The content of a `history_reply`. */
  answer(request: Json): Json {
    const withOutput = request['output'] === true;
    const entries = this.find(request).map(({ line, input, output }) => [
      SESSION,
      line,
      withOutput ? [input, output] : input,
    ]);
    return { status: 'ok', history: entries };
  }

  private find(request: Json): Entry[] {
    const count = typeof request['n'] === 'number' ? request['n'] : undefined;
    const last = (entries: Entry[]) => (count === undefined ? entries : count <= 0 ? [] : entries.slice(-count));
    switch (request['hist_access_type']) {
      case 'range': {
        // Session 0 is the running one, and negative numbers count back from it.
        const session = Number(request['session'] ?? 0);
        if (session !== 0 && session !== SESSION) return [];
        const start = Number(request['start'] ?? 0);
        const stop = typeof request['stop'] === 'number' ? request['stop'] : Infinity;
        return this.entries.filter(({ line }) => line >= start && line < stop);
      }
      case 'search': {
        const pattern = textField(request, 'pattern', '*');
        const matches = this.entries.filter(({ input }) => matchesGlob(input, pattern));
        if (request['unique'] !== true) return last(matches);
        return last([...new Map(matches.map((entry) => [entry.input, entry])).values()]);
      }
      default:
        return last(this.entries);
    }
  }
}

/**
 * Whether a text fits a pattern in which `*` stands for any characters and `?` for one, everything else for itself. In time of the
 * product of their lengths at most, which a regular expression does not promise: only the last `*` is ever tried again.
 */
export function matchesGlob(text: string, glob: string): boolean {
  let [at, inGlob] = [0, 0];
  let [star, resume] = [-1, 0];
  while (at < text.length) {
    if (glob[inGlob] === '*') {
      star = inGlob++;
      resume = at;
    } else if (inGlob < glob.length && (glob[inGlob] === '?' || glob[inGlob] === text[at])) {
      at += 1;
      inGlob += 1;
    } else if (star >= 0) {
      inGlob = star + 1;
      at = ++resume;
    } else return false;
  }
  while (glob[inGlob] === '*') inGlob += 1;
  return inGlob === glob.length;
}
