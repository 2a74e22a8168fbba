import { brief, ReluctantError, visible } from '../core';
import { formatValue } from './format';
import { laidOut } from './layout';

/** A cell: what a column of a {@link Table} may hold. */
export type Cell = string | number | boolean | null | undefined;

/** One row, by column name. */
export type Row = Record<string, Cell>;

let lineWidth = (): number => Infinity;

/**
 * Says how many characters a line of a table may have from now on, for an interface that is a terminal: the shell calls it once, before it
 * does anything.
 *
 * @param limit asked whenever a table is printed, since windows change; nothing for lines of any length.
 */
export function setLineWidth(limit: () => number = () => Infinity): void {
  lineWidth = limit;
}

/** How a table shows itself; none of it changes the values. */
export interface TableOptions {
  /** Printed above the table. */
  title?: string;
  /** Column -> heading, where the name alone is not clear (a unit, say). */
  headings?: Record<string, string>;
  /** Column -> text of a value, which may depend on its row; the default shows numbers with four significant digits. */
  formats?: Record<string, (value: Cell, row: object) => string>;
  /** Rows shown before the middle is left out (all are kept and exported). Default 60. */
  maxRows?: number;
}

/**
 * Rows that print themselves in a terminal, draw themselves in a notebook and export as they are.
 * Every inspection, check and comparison returns one, so a reader meets the same thing everywhere.
 *
 * @example
 * const table = new Table([{ layer: 'volatility', zeros: 1 }], { title: 'Heads' });
 * table.toString().includes('volatility'); // true
 */
export class Table<R extends object = Row> {
  readonly rows: readonly R[];
  readonly columns: readonly string[];
  readonly options: TableOptions;

  /** @param rows plain objects; columns are the union of their keys, in order of appearance. */
  constructor(rows: readonly R[], options: TableOptions = {}) {
    this.rows = rows;
    this.options = options;
    this.columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  }

  /** The values of one column. */
  column<K extends keyof R & string>(name: K): R[K][] {
    return this.rows.map((row) => row[name]);
  }

  /** The first row that satisfies every given value, e.g. `table.find({ head: 'volatility' })`. */
  find(match: Partial<R>): R | undefined {
    return this.rows.find((row) => Object.entries(match).every(([key, value]) => row[key as keyof R] === value));
  }

  /**
   * The first row that satisfies every given value, where there must be one.
   * @throws ReluctantError `row-not-found`, with what there is.
   */
  get(match: Partial<R>): R {
    const row = this.find(match);
    if (row) return row;
    throw new ReluctantError({
      code: 'row-not-found',
      operation: 'Table.get',
      problem: 'no row is as asked for',
      ...(this.options.title === undefined ? {} : { where: { table: this.options.title } }),
      received: match,
      expected: `one of ${brief(this.rows.map((one) => Object.fromEntries(Object.keys(match).map((key) => [key, one[key as keyof R]]))))}`,
    });
  }

  /** The rows that satisfy a condition, as a table of the same look. */
  where(condition: (row: R) => boolean): Table<R> {
    return new Table(this.rows.filter(condition), this.options);
  }

  /** Some columns, in the order given, as a table of the same look. Unknown names are left out. */
  select<K extends keyof R & string>(...names: K[]): Table<Pick<R, K>> {
    const rows = this.rows.map((row) => {
      const cells = names.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]]);
      return Object.fromEntries(cells) as Pick<R, K>;
    });
    return new Table(rows, this.options);
  }

  /** Aligned text for a terminal: where {@link setLineWidth} has said how wide it is, laid out to fit; what a terminal would obey is written out. */
  toString(): string {
    const texts = this.texts();
    const shown = (text: string) => visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
    const safe = { ...texts, heads: texts.heads.map(shown), body: texts.body.map((row) => row.map(shown)) };
    const title = this.options.title ? [visible(this.options.title)] : [];
    if (this.rows.length === 0) return [...title, '(no rows)'].join('\n');
    return [...title, ...laidOut(safe, lineWidth())].join('\n');
  }

  /** An HTML table; every value is escaped. */
  toHTML(): string {
    const { heads, body, left } = this.texts();
    const style = (k: number) => ` style="text-align:${left[k] ? 'left' : 'right'}"`;
    const cells = (tag: string, row: string[]) =>
      row.map((c, k) => `<${tag}${style(k)}>${escapeHTML(c)}</${tag}>`).join('');
    const caption = this.options.title ? `<caption>${escapeHTML(this.options.title)}</caption>` : '';
    const rows = body.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
    return `<table class="reluctant-table">${caption}<thead><tr>${cells('th', heads)}</tr></thead><tbody>${rows}</tbody></table>`;
  }

  /** Comma-separated values with full precision (RFC 4180). */
  toCSV(): string {
    const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const line = (cells: unknown[]) => cells.map((cell) => quote(cell == null ? '' : String(cell))).join(',');
    return `${[line([...this.columns]), ...this.rows.map((row) => line(this.columns.map((c) => row[c as keyof R])))].join('\n')}\n`;
  }

  /** The rows themselves. */
  toJSON(): readonly R[] {
    return this.rows;
  }

  /** The MIME bundle of a notebook cell. */
  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return { 'text/plain': this.toString(), 'text/html': this.toHTML() };
  }

  /** What Node's REPL prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  private texts(): { heads: string[]; body: string[][]; left: boolean[] } {
    const { headings = {}, formats = {}, maxRows = 60 } = this.options;
    const format = (row: R) =>
      this.columns.map((c) => (ownOption(formats, c) ?? formatValue)(row[c as keyof R] as Cell, row));
    const shown =
      this.rows.length > maxRows ? [...this.rows.slice(0, maxRows / 2), ...this.rows.slice(-maxRows / 2)] : this.rows;
    const body = shown.map(format);
    if (shown !== this.rows)
      body.splice(
        maxRows / 2,
        0,
        this.columns.map((_, k) => (k ? '…' : `… ${this.rows.length - maxRows} more`)),
      );
    const left = this.columns.map((c) => this.rows.some((row) => typeof row[c as keyof R] === 'string'));
    return { heads: this.columns.map((c) => ownOption(headings, c) ?? c), body, left };
  }
}

/** Text made safe to stand in HTML, in content and in quoted attributes alike. */
export function escapeHTML(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** An option for a column; a column may well be named "constructor", which every object has without being given it. */
const ownOption = <V>(options: Record<string, V>, column: string): V | undefined =>
  Object.hasOwn(options, column) ? options[column] : undefined;
