import * as fs from 'node:fs';
import * as os from 'node:os';
import { type ErrorDetails, ReluctantError } from '../../core';

/** Cells that a table may have whatever its file's size; beyond that, how many for each byte of it on disk. */
const ALWAYS = 2 ** 24;
const PER_BYTE = 16;
/** Characters of texts that weigh as much as a cell. */
const CHARACTERS = 8;
const BYTES = 8;

/** Bytes of some files together; those that are gone have none. */
export const bytesOf = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);

/** Columns at most: each takes time and memory of its own, however few rows there are. */
const MOST_COLUMNS = 100_000;

/** @throws ReluctantError `too-many-columns` */
export function checkWidth(operation: string, file: string, columns: number, most = MOST_COLUMNS): void {
  if (columns <= most) return;
  throw new ReluctantError({
    code: 'too-many-columns',
    operation,
    problem: 'the table has more columns than can be read',
    where: { file },
    received: columns,
    expected: `at most ${most}`,
    fix: 'a row for each date and symbol, with a column for each quantity, holds the same',
  });
}

/**
 * How large a table may become. A file can claim more than it holds: a billion zeros take a few kilobytes of Parquet, and one cell
 * at the edge of a sheet makes seventeen billion of them.
 */
export class Bound {
  private characters = 0;

  private constructor(
    /** Cells at most. */
    readonly most: number,
    private readonly refusal: (received: string) => ErrorDetails,
  ) {}

  /** Of a table that files hold. */
  static ofFiles(operation: string, files: readonly string[]): Bound {
    const bytes = bytesOf(files);
    const most = Math.max(ALWAYS, PER_BYTE * bytes);
    return new Bound(most, (received) => ({
      code: 'file-too-large',
      operation,
      problem: 'the table is far larger than a file of its size rightly holds',
      where: { file: files[0]! },
      received: `${received}, from ${bytes} bytes`,
      expected: `at most ${most} cells: ${PER_BYTE} for each byte, or ${ALWAYS}; ${CHARACTERS} characters of a text count as one`,
      fix: (say) =>
        `if it can be trusted, read some columns (${say('columns', ['date', 'close'])}), or read it piece by piece with data.loadBatches`,
    }));
  }

  /** Of the answer to a query, which may be larger than what it asks: half of the memory there is. */
  static ofAnswer(operation: string, sql: string): Bound {
    const memory = Math.min(os.totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);
    return new Bound(memory / 2 / BYTES, (received) => ({
      code: 'answer-too-large',
      operation,
      problem: 'the answer to the query is larger than half of the memory',
      received,
      expected: `at most ${(memory / 2e9).toFixed(1)} GB`,
      fix: `let SQL add it up, or ask for fewer rows: ${sql.trim().slice(0, 60)} LIMIT 1000`,
    }));
  }

  /** @throws ReluctantError `file-too-large`, `answer-too-large` where a table has become too large. */
  check(rows: number, columns: number): void {
    if (rows * columns + this.characters / CHARACTERS <= this.most) return;
    this.refuse(rows, columns);
  }

  /** Refuses the table. */
  refuse(rows: number, columns: number): never {
    const texts = this.characters === 0 ? '' : ` and ${this.characters} characters`;
    throw new ReluctantError(this.refusal(`${rows} rows of ${columns} columns${texts}`));
  }

  /** Characters of texts that have been read, or are about to be. @throws as {@link check} does. */
  read(characters: number): void {
    this.characters += characters;
    if (this.characters > CHARACTERS * this.most) this.check(0, 0);
  }
}
