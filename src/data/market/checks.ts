import { checkInteger, ReluctantError } from '../../core';
import { pearson } from '../../evaluation';
import { Table } from '../../tables';
import { isMissing, MILLISECONDS_PER_DAY } from '../read/column';
import type { Dataset } from '../read/dataset';
import { type MarketColumn, panelOrder, toMarket } from './panel';

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

/** How {@link check} looks. */
export interface CheckOptions {
  /** Market column -> its name in the data, where it is not recognised. */
  columns?: Partial<Record<MarketColumn, string>>;
  /** Days without a row after which a gap is reported. Default 10. */
  longestGap?: number;
  /** The last day that can be in the data, days since 1970-01-01. Default today. */
  today?: number;
}

/** What {@link check} found. */
export class DataReport {
  /** @param faulty row numbers, from 0, that a repair drops. */
  constructor(
    readonly dataset: Dataset,
    readonly findings: readonly DataFinding[],
    private readonly faulty: ReadonlySet<number>,
  ) {}

  /** Whether nothing is an error. */
  get passed(): boolean {
    return this.findings.every(({ severity }) => severity !== 'error');
  }

  /** One line per kind of finding. */
  table(): Table<DataFinding> {
    const title = `${this.dataset.name}: ${this.findings.length === 0 ? 'nothing found' : `${this.faulty.size} faulty rows`}`;
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
      fix: 'correct the rows, or drop them with repair()',
    });
  }

  /** The data without the faulty rows, and how many were dropped. */
  repair(): { dataset: Dataset; dropped: number } {
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

/**
 * Looks market data over before anything is trained on them: missing and future dates, duplicates, order, gaps, prices that
 * cannot be, symbols that end early (survivorship), and columns that already know the next return.
 *
 * @throws ReluctantError as `toMarket` does.
 * @example
 * const report = check(rl.synthetic.market({ symbols: 2, days: 50 }));
 * report.passed; // true
 */
export function check(dataset: Dataset, options: CheckOptions = {}): DataReport {
  const longestGap = checkInteger('data.check', 'longestGap', options.longestGap ?? 10, 1);
  const market = toMarket(dataset, options.columns);
  const findings: DataFinding[] = [];
  const faulty = new Set<number>();
  const report = (check: string, severity: DataFinding['severity'], rows: readonly number[], meaning: string) => {
    if (rows.length === 0) return;
    if (severity === 'error') for (const row of rows) faulty.add(row);
    const first = rows.slice(0, 10).map((row) => row + 1);
    findings.push({ check, severity, count: rows.length, rows: first.join(', '), meaning });
  };
  const rowsWhere = (test: (row: number) => boolean) => {
    const rows: number[] = [];
    for (let row = 0; row < market.rows; row++) if (test(row)) rows.push(row);
    return rows;
  };
  const date = market.column('date');
  const symbol = market.column('symbol');
  const perDay = date.kind === 'time' ? MILLISECONDS_PER_DAY : 1;
  const today = options.today ?? Math.floor(Date.now() / MILLISECONDS_PER_DAY);
  report(
    'missing date',
    'error',
    rowsWhere((row) => isMissing(date, row)),
    'a row without a date has no place in time',
  );
  report(
    'missing symbol',
    'error',
    rowsWhere((row) => isMissing(symbol, row)),
    'a row belongs to no series',
  );
  report(
    'future date',
    'error',
    rowsWhere((row) => date.values[row]! >= (today + 1) * perDay),
    'the date has not come yet',
  );
  const numbers = market.names.filter((name) => market.column(name).kind === 'number');
  for (const name of numbers) {
    const values = market.numbers(name);
    report(
      `infinite ${name}`,
      'error',
      rowsWhere((row) => Math.abs(values[row]!) === Infinity),
      'the value is infinite',
    );
  }
  for (const name of ['open', 'high', 'low', 'close'].filter((name) => market.has(name))) {
    const values = market.numbers(name);
    report(
      `non-positive ${name}`,
      'error',
      rowsWhere((row) => values[row]! <= 0),
      'a price is above zero',
    );
  }
  if (market.has('volume')) {
    const volume = market.numbers('volume');
    report(
      'negative volume',
      'error',
      rowsWhere((row) => volume[row]! < 0),
      'a volume is at least zero',
    );
  }
  if (market.has('high') && market.has('low')) {
    const [high, low] = [market.numbers('high'), market.numbers('low')];
    report(
      'high < low',
      'error',
      rowsWhere((row) => high[row]! < low[row]!),
      'the columns may be swapped',
    );
    for (const name of ['open', 'close'].filter((name) => market.has(name))) {
      const values = market.numbers(name);
      const outside = rowsWhere((row) => values[row]! > high[row]! || values[row]! < low[row]!);
      report(`${name} outside range`, 'warning', outside, `${name} lies outside low to high`);
    }
  }
  const { order, starts } = panelOrder(market);
  const duplicates: number[] = [];
  const gaps: number[] = [];
  const endings: number[] = [];
  let last = -Infinity;
  for (const value of date.values) if (value > last) last = value;
  for (let group = 0; group + 1 < starts.length; group++) {
    const rows = order.subarray(starts[group], starts[group + 1]);
    for (let k = 1; k < rows.length; k++) {
      const step = date.values[rows[k]!]! - date.values[rows[k - 1]!]!;
      if (step === 0) duplicates.push(rows[k]!);
      if (step > longestGap * perDay) gaps.push(rows[k]!);
    }
    if (last - date.values[rows.at(-1)!]! > longestGap * perDay) endings.push(rows.at(-1)!);
  }
  report('duplicate date', 'error', duplicates, 'the symbol has a row of this date already');
  report('gap', 'warning', gaps, `no row of the symbol for more than ${longestGap} days before this one`);
  report(
    'ends early',
    'warning',
    endings,
    'the symbol ends before the others: keep such symbols, or survivors look better',
  );
  if (starts.length > 2 && endings.length === 0 && market.rows / (starts.length - 1) > 500) {
    report(
      'no symbol ends',
      'warning',
      [order[0]!],
      'every symbol lasts to the end: were those that failed left out (survivorship)?',
    );
  }
  report(
    'unsorted',
    'warning',
    order.some((row, k) => row !== k) ? [order.findIndex((row, k) => row !== k)] : [],
    'rows are not in order of symbol and date; they are sorted before use',
  );
  for (const name of leaks(market, numbers, order, starts)) {
    report(
      `${name} knows the future`,
      'warning',
      [order[0]!],
      'the column moves with the next return as no honest one does',
    );
  }
  return new DataReport(dataset, findings, faulty);
}

/** Correlation with the next return above which a column is taken to have been made from it. */
const LEAK = 0.95;

/** The columns that correlate with the next return almost perfectly. */
function leaks(market: Dataset, names: readonly string[], order: Int32Array, starts: Int32Array): string[] {
  const close = market.numbers('close');
  return names.filter((name) => {
    const values = market.numbers(name);
    const [known, following]: [number[], number[]] = [[], []];
    for (let group = 0; group + 1 < starts.length; group++) {
      for (let k = starts[group]!; k + 1 < starts[group + 1]!; k++) {
        const next = Math.log(close[order[k + 1]!]! / close[order[k]!]!);
        const value = values[order[k]!]!;
        if (!Number.isFinite(next) || !Number.isFinite(value)) continue;
        known.push(value);
        following.push(next);
      }
    }
    return known.length > 30 && Math.abs(pearson(following, known)) > LEAK;
  });
}
