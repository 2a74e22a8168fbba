import type { ColumnTable } from 'arquero';
import type { DataFrame } from 'danfojs-node';
import { brief, checkInteger, lazy, ReluctantError, type TF, tf } from '../../core';
import { mean as meanOf, variance } from '../../evaluation';
import { type Row, Table } from '../../tables';
import { type Column, cellOf, MILLISECONDS_PER_DAY, MISSING_DAY, takeRows } from './column';

const arquero = lazy(() => require('arquero') as typeof import('arquero'));
const danfo = lazy(() => require('danfojs-node') as typeof import('danfojs-node'));

/** What a synthetic data set knows about itself and a real one never does. */
export interface Truth {
  /** The function that made the data, e.g. `synthetic.market`. */
  generator: string;
  /** Every parameter, defaults included: calling the generator with them makes the same data again. */
  parameters: Readonly<Record<string, unknown>>;
  /** True values row by row, e.g. `conditionalVolatility`; empty when read back from a file that keeps the parameters only. */
  columns: Readonly<Record<string, Float64Array>>;
}

/**
 * A table of named typed arrays. Everything that reads data makes one, and everything that uses data takes one, real or
 * synthetic alike; it is never changed in place: each method that changes something gives a new one that shares the
 * arrays that stayed the same.
 *
 * @example
 * const prices = new Dataset({ close: { kind: 'number', values: Float64Array.of(10, 11) } }, { name: 'two days' });
 * prices.rows; // 2
 */
export class Dataset {
  /** Number of rows. */
  readonly rows: number;
  /** Where it came from, for titles and messages: a file's name, or the generator's. */
  readonly name: string;
  /** What was decided while it was read, in sentences for people: dates read day first, a total left out ... */
  readonly notes: readonly string[];
  /** The known truth of a synthetic data set. */
  readonly truth: Truth | undefined;
  private readonly columns: ReadonlyMap<string, Column>;

  /**
   * @param columns name -> column, all of the same length.
   * @param about `name` for titles; `truth` for synthetic data; `notes` of reading.
   * @throws ReluctantError `column-lengths-differ`.
   */
  constructor(
    columns: Readonly<Record<string, Column>> | ReadonlyMap<string, Column>,
    about: { name?: string; truth?: Truth | undefined; notes?: readonly string[] } = {},
  ) {
    // A Map, not an object: a file may well have a column named "constructor" or "__proto__".
    this.columns = columns instanceof Map ? columns : new Map(Object.entries(columns));
    this.name = about.name ?? 'data';
    this.truth = about.truth;
    this.notes = about.notes ?? [];
    const lengths = [...this.columns].map(([name, column]) => [name, column.values.length] as const);
    this.rows = lengths[0]?.[1] ?? 0;
    const odd = lengths.find(([, length]) => length !== this.rows);
    if (odd) {
      throw new ReluctantError({
        code: 'column-lengths-differ',
        operation: 'Dataset',
        problem: `column "${odd[0]}" has another length than "${lengths[0]![0]}"`,
        received: odd[1],
        expected: `${this.rows} values`,
      });
    }
  }

  /** The names of the columns, in order. */
  get names(): string[] {
    return [...this.columns.keys()];
  }

  /** Whether there is a column of that name. */
  has(name: string): boolean {
    return this.columns.has(name);
  }

  /**
   * One column: its kind and its typed array (not a copy).
   * @throws ReluctantError `column-not-found`, with the names there are.
   */
  column(name: string): Column {
    const column = this.columns.get(name);
    if (column) return column;
    const close = this.names.find((other) => other.toLowerCase() === String(name).toLowerCase());
    throw new ReluctantError({
      code: 'column-not-found',
      operation: 'Dataset.column',
      problem: `column ${brief(name, 60)} not found`,
      where: { 'data set': this.name },
      expected: `one of ${brief(this.names, 300)}`,
      ...(close === undefined ? {} : { fix: `did you mean ${brief(close, 60)}?` }),
    });
  }

  /**
   * The numbers of a column (not a copy): prices, or the day numbers of a date.
   * @throws ReluctantError `column-not-numeric` for a column of texts.
   */
  numbers(name: string): Float64Array | Float32Array | Int32Array {
    const column = this.column(name);
    if (column.kind !== 'symbol') return column.values;
    throw new ReluctantError({
      code: 'column-not-numeric',
      operation: 'Dataset.numbers',
      problem: `column ${brief(name, 60)} holds texts`,
      where: { 'data set': this.name },
      received: column.dictionary[0],
      expected: 'a column of numbers, dates or instants',
    });
  }

  /** The values of a column as plain JavaScript values: numbers, texts, ISO dates; `undefined` where missing. */
  values(name: string): (number | string | undefined)[] {
    const column = this.column(name);
    return Array.from({ length: this.rows }, (_, row) => cellOf(column, row));
  }

  /** One row as an object; missing values are left out. */
  row(row: number): Row {
    checkInteger('Dataset.row', 'row', row, 0, this.rows - 1);
    return Object.fromEntries([...this.columns].map(([name, column]) => [name, cellOf(column, row)]));
  }

  /** The same rows with only these columns, in this order. */
  select(names: readonly string[]): Dataset {
    return this.with(new Map(names.map((name) => [name, this.column(name)])));
  }

  /** The same rows with columns added or replaced. */
  withColumns(columns: Readonly<Record<string, Column>> | ReadonlyMap<string, Column>): Dataset {
    const added = columns instanceof Map ? columns : new Map(Object.entries(columns));
    return this.with(new Map([...this.columns, ...added]));
  }

  /** The same columns with only these rows, in this order; the truth goes along. */
  take(rows: ArrayLike<number>): Dataset {
    const columns = new Map([...this.columns].map(([name, column]) => [name, takeRows(column, rows)]));
    const truth = this.truth && {
      ...this.truth,
      columns: Object.fromEntries(
        Object.entries(this.truth.columns).map(([name, values]) => [
          name,
          Float64Array.from({ length: rows.length }, (_, k) => values[rows[k]!]!),
        ]),
      ),
    };
    return new Dataset(columns, { name: this.name, truth, notes: this.notes });
  }

  /** The rows for which `keep` is true, by row number. */
  filter(keep: (row: number) => boolean): Dataset {
    const rows: number[] = [];
    for (let row = 0; row < this.rows; row++) if (keep(row)) rows.push(row);
    return this.take(rows);
  }

  /** The first rows, to look at. */
  head(count = 10): Table {
    const shown = Math.min(this.rows, checkInteger('Dataset.head', 'count', count, 0));
    return new Table(
      Array.from({ length: shown }, (_, row) => this.row(row)),
      { title: `${this.name}: ${this.rows.toLocaleString('en-US')} rows, first ${shown}`, maxRows: shown + 2 },
    );
  }

  /** One line per column: kind, missing values, range, mean, standard deviation and kurtosis (3 for a normal one). */
  describe(): Table<ColumnSummary> {
    const lines = [...this.columns].map(([name, column]) => summarize(name, column));
    return new Table(lines, { title: `${this.name}: ${this.rows.toLocaleString('en-US')} rows`, maxRows: 1000 });
  }

  /**
   * Columns of numbers side by side as one float32 tensor, [rows, columns]; the caller disposes of it.
   * @param names default: every column of numbers.
   * @throws ReluctantError `column-not-found`, `column-not-numeric`.
   */
  toTensor(names = this.names.filter((name) => this.column(name).kind === 'number')): TF.Tensor2D {
    const columns = names.map((name) => this.numbers(name));
    const width = columns.length;
    const values = new Float32Array(this.rows * width);
    // A few thousand rows at a time stay in the processor's cache while every column is put in its place.
    for (let start = 0; start < this.rows; start += 4096) {
      const end = Math.min(this.rows, start + 4096);
      columns.forEach((column, k) => {
        for (let row = start, at = start * width + k; row < end; row++, at += width) values[at] = column[row]!;
      });
    }
    return tf.tensor2d(values, [this.rows, width]);
  }

  /**
   * The data as an arquero table. Number columns share their memory with this data set; symbols and dates are read
   * through it one value at a time (dates as `Date`), so nothing is copied.
   */
  toArquero(): ColumnTable {
    return arquero.table([...this.columns].map(([name, column]) => [name, arqueroColumn(column)] as [string, never]));
  }

  /**
   * The data as a danfojs frame. danfojs keeps rows as JavaScript arrays, so this copies: for data that fits twice.
   * Dates come as ISO texts.
   */
  toDanfo(): DataFrame {
    const columns = Object.fromEntries(
      [...this.columns].map(([name, column]) => [
        name,
        Array.from({ length: this.rows }, (_, row) => cellOf(column, row) ?? (column.kind === 'number' ? NaN : null)),
      ]),
    );
    return new danfo.DataFrame(columns);
  }

  /**
   * Comma-separated values (RFC 4180), numbers in full precision, dates in ISO form, missing values empty.
   * @param options how it is written; other marks than comma and point for programs of other countries.
   */
  toCSV({ delimiter = ',', decimal = '.', newLine = '\n' }: CSVOptions = {}): string {
    // Whatever may be taken for a delimiter is quoted, so that no reader has to guess.
    const odd = new RegExp(`[",;|\\t\\r\\n]|^\\s|\\s$|^$|^#|[${delimiter.replace(/[\\\]^-]/g, '\\$&')}]`);
    const quote = (text: string) => (odd.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const columns = [...this.columns.values()];
    // A line with nothing on it is no row.
    const missing = columns.length === 1 ? '""' : '';
    const cell = (column: Column, row: number): string => {
      const value = cellOf(column, row);
      if (value === undefined) return missing;
      return quote(typeof value === 'number' && decimal === ',' ? String(value).replace('.', ',') : String(value));
    };
    const lines = [this.names.map(quote).join(delimiter)];
    for (let row = 0; row < this.rows; row++) lines.push(columns.map((column) => cell(column, row)).join(delimiter));
    return lines.join(newLine) + newLine;
  }

  /** The MIME bundle of a notebook cell: the first rows. */
  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return (this.head() as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!();
  }

  /** What Node's REPL prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.head().toString();
  }

  private with(columns: Map<string, Column>): Dataset {
    return new Dataset(columns, { name: this.name, truth: this.truth, notes: this.notes });
  }
}

/** Options of {@link Dataset.toCSV}. */
export interface CSVOptions {
  /** Between cells. Default a comma. */
  delimiter?: string;
  /** Default a point. */
  decimal?: '.' | ',';
  /** Default a line feed. */
  newLine?: '\n' | '\r\n';
}

/** One line of {@link Dataset.describe}. */
export type ColumnSummary = {
  column: string;
  kind: Column['kind'];
  missing: number;
  distinct?: number;
  from?: number | string | undefined;
  to?: number | string | undefined;
  mean?: number;
  'standard deviation'?: number;
  kurtosis?: number;
};

function summarize(name: string, column: Column): ColumnSummary {
  const { values, kind } = column;
  let present = 0;
  let lowest = -1;
  let highest = -1;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value) || (kind === 'date' && value === MISSING_DAY) || (kind === 'symbol' && value < 0)) continue;
    present += 1;
    if (lowest < 0 || value < values[lowest]!) lowest = row;
    if (highest < 0 || value > values[highest]!) highest = row;
  }
  const missing = values.length - present;
  if (kind === 'symbol') return { column: name, kind, missing, distinct: column.dictionary.length };
  const range = { from: cellOf(column, lowest), to: cellOf(column, highest) };
  if (kind !== 'number') return { column: name, kind, missing, ...range };
  const finite = Float64Array.from(values).filter((value) => !Number.isNaN(value));
  const mean = finite.length === 0 ? Number.NaN : meanOf(finite);
  const second = finite.length === 0 ? Number.NaN : variance(finite);
  const fourth = finite.reduce((sum, value) => sum + (value - mean) ** 4, 0) / present;
  const deviation = Math.sqrt((second * present) / (present - 1));
  return {
    column: name,
    kind,
    missing,
    ...range,
    mean,
    'standard deviation': deviation,
    kurtosis: fourth / second ** 2,
  };
}

/** What arquero needs of a column is a length and `at`, so symbols and dates need no copy. */
function arqueroColumn(column: Column): unknown {
  const { values } = column;
  if (column.kind === 'number') return values;
  const at =
    column.kind === 'symbol'
      ? (row: number) => column.dictionary[values[row]!]
      : (row: number) => {
          const value = values[row]!;
          if (column.kind === 'time') return Number.isNaN(value) ? undefined : new Date(value);
          return value === MISSING_DAY ? undefined : new Date(value * MILLISECONDS_PER_DAY);
        };
  return {
    length: values.length,
    at,
    *[Symbol.iterator]() {
      for (let row = 0; row < values.length; row++) yield at(row);
    },
  };
}
