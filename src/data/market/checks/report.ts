import { ReluctantError } from '../../../core';
import { Table } from '../../../tables';
import type { Dataset } from '../../table/dataset';

/** One kind of finding: how many rows it concerns, and the first of them. */
export type DataFinding = {
  check: string;
  /** Repairs drop the rows of an `error`; a `warning` is for the reader to judge. */
  severity: 'error' | 'warning';
  count: number;
  /** Row numbers in the data, from 1, the first ten. */
  rows: string;
  meaning: string;
};

/** What a report knows beside its findings. */
interface Verdict {
  /** Row numbers, from 0, that a repair drops. */
  faulty: ReadonlySet<number>;
  /** Errors that dropping rows does not mend. */
  unmended: ReadonlySet<string>;
  /** What was looked at. */
  looked: readonly string[];
}

/** What {@link check} found. */
export class DataReport {
  /** What was looked at, whether or not something was found. */
  readonly looked: readonly string[];
  private readonly faulty: ReadonlySet<number>;
  private readonly unmended: ReadonlySet<string>;

  /** @param verdict rows to drop, errors beyond repair, and what was looked at. */
  constructor(
    readonly dataset: Dataset,
    readonly findings: readonly DataFinding[],
    verdict: Verdict,
  ) {
    this.faulty = verdict.faulty;
    this.unmended = verdict.unmended;
    this.looked = verdict.looked;
  }

  /** Whether nothing is an error. */
  get passed(): boolean {
    return this.findings.every(({ severity }) => severity !== 'error');
  }

  /** One line per kind of finding; where there is none, what was looked at. */
  table(): Table<DataFinding> {
    const nothing = `nothing found, in ${this.dataset.rows.toLocaleString('en-US')} rows, of: ${this.looked.join('; ')}`;
    const title = `${this.dataset.name}: ${this.findings.length === 0 ? nothing : `${this.faulty.size} faulty rows`}`;
    return new Table(this.findings, { title });
  }

  /**
   * Throws unless there is no error.
   * @throws ReluctantError `data-faulty`, with the first finding.
   */
  strict(): void {
    const worst = this.findings.find(({ severity }) => severity === 'error');
    if (!worst) return;
    throw new ReluctantError({
      code: 'data-faulty',
      operation: 'data.check',
      problem: `${worst.check}: ${worst.meaning}`,
      where: { 'data set': this.dataset.name, row: worst.rows },
      received: `${this.faulty.size} faulty rows of ${this.dataset.rows}`,
      fix: this.unmended.has(worst.check)
        ? (say) => `name the column of symbols: ${say('columns', { symbol: 'NAME' })}`
        : 'correct the rows, or drop them with repair()',
    });
  }

  /**
   * The data without the faulty rows, and how many were dropped.
   * @throws ReluctantError `data-beyond-repair` where dropping rows would drop a symbol: dates that repeat because nothing says
   * which symbol a row is of.
   */
  repair(): { dataset: Dataset; dropped: number } {
    const [first] = this.unmended;
    if (first !== undefined) {
      throw new ReluctantError({
        code: 'data-beyond-repair',
        operation: 'data.repair',
        problem: `${first}: dropping rows does not mend it`,
        where: { 'data set': this.dataset.name, row: this.findings.find(({ check }) => check === first)!.rows },
        fix: (say) =>
          `name the column of symbols: ${say('columns', { symbol: 'NAME' })}, or keep a file per symbol and load them together`,
      });
    }
    return { dataset: this.dataset.filter((row) => !this.faulty.has(row)), dropped: this.faulty.size };
  }

  toString(): string {
    return this.table().toString();
  }

  /** The MIME bundle of a notebook cell. */
  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return (this.table() as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!();
  }
}
