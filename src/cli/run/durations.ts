import * as path from 'node:path';
import { parseJSON, readPlainText, writeAtomically } from '../../core';

/** How long the cells of a notebook took when it last ran, so that the next run can say how much is left. */
export class Durations {
  private readonly file: string;
  private readonly last: number[];
  private readonly now: number[] = [];

  /** @param executed the executed notebook; the durations stand beside it @param cells how many cells are run */
  constructor(
    executed: string,
    private readonly cells: number,
  ) {
    this.file = path.join(path.dirname(executed), `.${path.basename(executed)}.seconds.json`);
    this.last = read(this.file, cells);
  }

  /** Notes what a cell took. @returns seconds until the last cell ends; NaN where that cannot be told */
  finished(seconds: number): number {
    this.now.push(seconds);
    const done = this.now.length;
    if (done === this.cells) return 0;
    if (this.last.length === 0) return NaN;
    const share = sum(this.now) / sum(this.last.slice(0, done));
    // The first cells say little about the speed of this machine: the ratio is kept within a factor of two.
    return sum(this.last.slice(done)) * Math.min(2, Math.max(0.5, Number.isFinite(share) ? share : 1));
  }

  /** Keeps the durations of a run that went to its end. */
  save(): void {
    if (this.now.length === this.cells) writeAtomically(this.file, JSON.stringify(this.now));
  }
}

function read(file: string, cells: number): number[] {
  try {
    const content: unknown = parseJSON(readPlainText('run', file));
    const usable =
      Array.isArray(content) && content.length === cells && content.every((n) => Number.isFinite(n) && n >= 0);
    return usable ? content : [];
  } catch {
    return []; // the first run, or a file that is not ours: there is no estimate then
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
