import type { Json } from './message';

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
        const pattern = globPattern(String(request['pattern'] ?? '*'));
        const matches = this.entries.filter(({ input }) => pattern.test(input));
        if (request['unique'] !== true) return last(matches);
        return last([...new Map(matches.map((entry) => [entry.input, entry])).values()]);
      }
      default:
        return last(this.entries);
    }
  }
}

/** `*` and `?` as in a shell; everything else stands for itself. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[\\s\\S]*').replaceAll('?', '[\\s\\S]')}$`);
}
