import * as fs from 'node:fs';
import { appendLine, type LedgerLine, readLines } from './lines';

/** The lines of a ledger: what a machine without access to the project's own noted. */
export const linesOf = (file: string): LedgerLine[] => readLines(file);

/** What makes a line another one: of a begin its trial alone, as one that began again was tried once. */
const keyOf = (line: LedgerLine): string => (line.event === 'begun' ? `begun ${line.trial}` : JSON.stringify(line));

/**
 * Takes over what trainers noted in ledgers of their own, on machines that do not share one: each line once, in the order in which it
 * came, chained to what stands in the ledger already.
 */
export class LedgerCopy {
  private readonly known: Set<string>;

  constructor(private readonly file: string) {
    this.known = new Set(fs.existsSync(file) ? readLines(file).map(keyOf) : []);
  }

  /** Adds what is not in the ledger yet. */
  add(lines: readonly LedgerLine[]): void {
    for (const line of lines) {
      const key = keyOf(line);
      if (this.known.has(key)) continue;
      appendLine(this.file, line);
      this.known.add(key);
    }
  }
}
