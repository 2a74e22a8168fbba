import { brief, ReluctantError } from '../../../core';
import { checkWidth } from '../../table/bound';
import { plainName, roleOf } from '../../table/roles';
import { readMoment } from '../texts/moments';
import { infiniteNumber, numberParts, plainNumber } from '../texts/numbers';
import { hasRowNames } from './rowNames';

/** A row of cells, of a text file or of a sheet. */
export interface RawRow {
  cells: readonly string[];
  /** Row of the file as people count. */
  line: number;
}

/** What the caller says of the rows above the data. */
export interface LayoutOptions {
  header?: boolean;
}

/** Where the table is among the rows, and what its columns are called. */
export interface Layout {
  names: string[];
  /** Cells of a row of the table. */
  width: number;
  /** Rows (of those looked at) before the first row of data. */
  before: number;
  /** The row that names the columns; none for a file without. */
  header: readonly string[] | undefined;
  /** Symbol of each column, where a second row of names holds symbols: such a table is one below another for each. */
  symbols: (string | undefined)[] | undefined;
  notes: string[];
}

/** Whether a cell is a number or a date: what names of columns are not. */
export const isValue = (cell: string): boolean => {
  const text = cell.trim();
  return (
    text !== '' &&
    (plainNumber(text) !== undefined ||
      infiniteNumber(text) !== undefined ||
      readMoment(text, false) !== undefined ||
      numberParts(text) !== undefined)
  );
};

export const isComment = (cells: readonly string[]): boolean => /^\s*(#|\/\/|%%)/.test(cells[0] ?? '');

/** Rows looked at for the commonest number of cells. */
const LOOKED_AT = 200;

/**
 * Finds header and first row of data: comments, titles and units above the data are left out, and said so.
 *
 * @param rows the first of the file, blank ones left out.
 * @throws ReluctantError `header-missing`, `column-names-repeated`, `row-not-readable`.
 */
export function findLayout(operation: string, file: string, rows: readonly RawRow[], options: LayoutOptions): Layout {
  const notes: string[] = [];
  const width = commonWidth(rows);
  checkWidth(operation, file, width);
  if (options.header === undefined) checkIsMore(operation, file, rows);
  let at = 0;
  const commented = uncommentedHeader(rows, width);
  while (commented === undefined && at < rows.length && isComment(rows[at]!.cells)) at += 1;
  const titles = commented === undefined ? countTitles(rows, at, width) : commented;
  checkTitles(operation, file, rows, at, titles);
  if (at + titles > 0 && commented === undefined)
    notes.push(
      `${at + titles} ${at + titles === 1 ? 'row' : 'rows'} above the table left out: ${brief(rows[0]!.cells.join(' ').trim(), 60)}`,
    );
  at += titles;
  const first = rows[at]?.cells ?? [];
  if (options.header === false) return withoutHeader(rows, at, width, notes);
  const layout = options.header === undefined ? layoutWithoutNames(rows, at, width, notes) : undefined;
  if (layout) return layout;
  if (options.header === undefined && first.some(isValue)) throw headerMissing(operation, file, rows[at]!);
  const several = severalNames(rows, at, width, notes);
  if (several) return several;
  let names = first.map((name) => name.trim().replace(/^#\s*/, ''));
  at += 1;
  if (names.length === width - 1 && rows.length > at && hasRowNames(rows.slice(at), names)) {
    names = ['', ...names];
    notes.push('the first column has no name in the header');
  }
  if (rows.length > at && names.length === width && isUnits(rows, at, names)) {
    notes.push(`row ${rows[at]!.line} holds units and is left out: ${brief(rows[at]!.cells.join(' '), 60)}`);
    at += 1;
  }
  checkNames(operation, file, names, rows[at - 1]?.line ?? 1);
  return { names: named(names), width: names.length, before: at, header: first, symbols: undefined, notes };
}

/** Blank names become column0, column1 ... */
const named = (names: readonly string[]): string[] => names.map((name, k) => (name === '' ? `column${k}` : name));

function commonWidth(rows: readonly RawRow[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows.slice(0, LOOKED_AT)) {
    if (!isComment(cells)) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
}

const filled = (cells: readonly string[]): number => cells.filter((cell) => cell.trim() !== '').length;

/** A header behind a comment sign (`# date,open,close`): its place, if the row after the comments holds values. */
function uncommentedHeader(rows: readonly RawRow[], width: number): number | undefined {
  const firstData = rows.findIndex(({ cells }) => !isComment(cells));
  if (firstData <= 0) return undefined;
  const last = rows[firstData - 1]!.cells;
  const isHeader =
    last.length === width && width > 1 && last.some((cell) => roleOf(cell.replace(/^\s*#\s*/, '')) !== undefined);
  return isHeader && rows[firstData]!.cells.some(isValue) ? firstData - 1 : undefined;
}

/** A sentence alone, as a service answers that gives no data, is no table of one column and no rows. */
function checkIsMore(operation: string, file: string, rows: readonly RawRow[]): void {
  const [only] = rows;
  if (rows.length !== 1 || only!.cells.length !== 1 || !/\S\s+\S/.test(only!.cells[0]!) || isValue(only!.cells[0]!))
    return;
  throw new ReluctantError({
    code: 'not-a-table',
    operation,
    problem: 'the file holds a sentence and no table',
    where: { file, row: only!.line },
    received: only!.cells[0]!.slice(0, 100),
    fix: 'if a service answered so, ask it again for the data; if it is the name of a column, there are no rows below it',
  });
}

/** Rows of nothing but values above the table are another table, which may not be left out as titles are. */
function checkTitles(operation: string, file: string, rows: readonly RawRow[], at: number, titles: number): void {
  const lost = rows
    .slice(at, at + titles)
    .find(({ cells }) => filled(cells) > 1 && cells.every((cell) => cell.trim() === '' || isValue(cell)));
  if (!lost) return;
  throw new ReluctantError({
    code: 'row-not-readable',
    operation,
    problem: 'there are two tables in the file, one below the other',
    where: { file, row: lost.line },
    received: lost.cells.join(' ').slice(0, 100),
    fix: (say) => `cut it in two, or read the lower one: ${say('skipRows', (rows[at + titles]?.line ?? 1) - 1)}`,
  });
}

/** Rows before the header: of fewer cells than the table, or with one of many filled. */
function countTitles(rows: readonly RawRow[], from: number, width: number): number {
  if (width < 2) return 0;
  const apart = titlesApart(rows, from, width);
  if (apart > 0) return apart;
  let at = from;
  for (; at + 1 < rows.length; at++) {
    const { cells } = rows[at]!;
    const next = rows[at + 1]!.cells;
    // Titles may be several, each one cell of a sheet that is as wide as its table.
    const table = rows.slice(at + 1).find((row) => filled(row.cells) > 1)?.cells ?? next;
    const isTitle =
      cells.length !== width
        ? cells.length < width &&
          (filled(cells) <= 1 || cells.length < width - 1) &&
          !(width === 2 && next.some(isValue))
        : width > 2 &&
          filled(cells) === 1 &&
          cells[0]!.trim() !== '' &&
          filled(table) > 1 &&
          !table.slice(1).every((cell) => cell.trim() === '' || isValue(cell));
    if (!isTitle) break;
  }
  return at - from;
}

/**
 * Rows of another width than the table, which a blank line parts from it: names and values of what was asked for, as Bloomberg and central
 * banks put them above.
 */
function titlesApart(rows: readonly RawRow[], from: number, width: number): number {
  for (let at = from + 1; at + 1 < Math.min(rows.length, from + 40); at++) {
    const [before, row, next] = [rows[at - 1]!, rows[at]!, rows[at + 1]!];
    if (before.cells.length === width) return 0;
    const isParted = row.line > before.line + 1;
    if (isParted && row.cells.length === width && !row.cells.some(isValue) && next.cells.some(isValue))
      return at - from;
  }
  return 0;
}

const UNIT =
  /^(\(.*\)|\[.*\]|<.*>|usd|eur|gbp|jpy|chf|cny|[$€£¥%]|shares?|lots?|contracts?|units?|index|yyyy.*|dd.*|mm.*|date|text|string|float|double|int|bps|points?|pts?|mio|thousands?|millions?)$/i;

/** Whether a row below the header holds units: no value in it, and units where the next row has values. */
function isUnits(rows: readonly RawRow[], at: number, names: readonly string[]): boolean {
  const cells = rows[at]!.cells;
  if (cells.length !== names.length || cells.some(isValue) || filled(cells) === 0) return false;
  const next = rows[at + 1]?.cells;
  if (!next?.some(isValue)) return false;
  const telling = cells.filter((cell) => UNIT.test(cell.trim())).length;
  return telling >= 0.5 * filled(cells);
}

function withoutHeader(rows: readonly RawRow[], at: number, width: number, notes: string[]): Layout {
  const cells = Math.max(width, rows[at]?.cells.length ?? 0);
  const names = Array.from({ length: cells }, (_, k) => `column${k}`);
  return { names, width: cells, before: at, header: undefined, symbols: undefined, notes };
}

const KLINES = [
  'open_time',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'close_time',
  'quote_volume',
  'trades',
  'taker_buy_volume',
  'taker_buy_quote_volume',
  'ignore',
];
const KRAKEN = ['time', 'open', 'high', 'low', 'close', 'volume', 'trades'];
const BARS = ['date', 'open', 'high', 'low', 'close', 'volume'];

/** Files without names whose columns can be told from their values: bars of exchanges, whose high and low bound the others. */
function layoutWithoutNames(rows: readonly RawRow[], at: number, width: number, notes: string[]): Layout | undefined {
  const data = rows.slice(at).filter(({ cells }) => cells.length === width);
  const first = data[0]?.cells;
  if (!first?.every((cell) => isValue(cell) || cell.trim() === '') || filled(first) < 5) return undefined;
  const epoch = (cell: string) => /^\d{10}$|^\d{13}$|^\d{16}$/.test(cell.trim());
  const isDate = (cell: string) => epoch(cell) || readMoment(cell.trim(), true) !== undefined;
  const names =
    width === 12 && epoch(first[0]!) && epoch(first[6]!)
      ? KLINES
      : width === 7 && epoch(first[0]!)
        ? KRAKEN
        : width === 6 && isDate(first[0]!)
          ? BARS
          : undefined;
  if (!names || !data.every(({ cells }) => isBar(cells)) || data.length < 2) return undefined;
  notes.push(`there is no row of names; by their values the columns are ${names.join(', ')}`);
  return { names: [...names], width, before: at, header: undefined, symbols: undefined, notes };
}

function isBar(cells: readonly string[]): boolean {
  const [open, high, low, close] = cells.slice(1, 5).map((cell) => plainNumber(cell.trim()) ?? Number.NaN) as [
    number,
    number,
    number,
    number,
  ];
  return high >= Math.max(open, close, low) && low <= Math.min(open, close);
}

function headerMissing(operation: string, file: string, { cells, line }: RawRow): ReluctantError {
  return new ReluctantError({
    code: 'header-missing',
    operation,
    problem: 'the first row holds numbers or dates where column names belong',
    where: { file, row: line },
    received: cells.slice(0, 8),
    fix: (say) =>
      `for a file without names: ${say('header', false)} (columns become column0, column1 ...; name them: ${say('columns', { date: 'column0', close: 'column4' })}); if they are names: ${say('header', true)}`,
  });
}

/**
 * Two rows of names, of which one holds symbols, as yfinance writes them: with a third that names the first column, or without.
 */
function severalNames(rows: readonly RawRow[], at: number, width: number, notes: string[]): Layout | undefined {
  const [first, second, third] = [rows[at]?.cells, rows[at + 1]?.cells, rows[at + 2]?.cells];
  if (!first || !second || width < 2 || second.length !== width || second.some(isValue) || filled(second) < width - 1)
    return undefined;
  const isNames = (cells: readonly string[]) => cells.slice(1).every((cell) => MARKET_NAMES.has(plainName(cell)));
  const upper = isNames(first);
  if (upper === isNames(second)) return undefined;
  const [fields, symbols] = upper ? [first, second] : [second, first];
  const named = third !== undefined && third.length === width && filled(third) === 1 && roleOf(third[0]!) === 'date';
  if (!named && !(roleOf(fields[0]!) === 'date' || fields[0]!.trim() === '' || roleOf(symbols[0]!) === 'date'))
    return undefined;
  const key = named
    ? third[0]!.trim()
    : [fields[0]!, symbols[0]!].find((cell) => roleOf(cell) === 'date')?.trim() || 'date';
  const distinct = new Set(symbols.slice(1).map((symbol) => symbol.trim()));
  // Every symbol has the same fields; units and other second rows do not repeat so.
  const fieldsOf = (symbol: string) =>
    fields
      .filter((_, k) => k > 0 && symbols[k]!.trim() === symbol)
      .map((field) => field.trim())
      .sort()
      .join();
  if (new Set([...distinct].map(fieldsOf)).size > 1 || [...distinct].some((symbol) => UNIT.test(symbol)))
    return undefined;
  notes.push(
    `${named ? 'three' : 'two'} rows of names: the columns of ${distinct.size === 1 ? 'one symbol' : `${distinct.size} symbols, put below each other`}`,
  );
  return {
    names: [key, ...fields.slice(1).map((field) => field.trim())],
    width,
    before: at + (named ? 3 : 2),
    header: first,
    symbols: [undefined, ...symbols.slice(1).map((symbol) => symbol.trim())],
    notes,
  };
}

/** Names of fields as yfinance and its like write them above symbols. */
const MARKET_NAMES = new Set([
  'open',
  'high',
  'low',
  'close',
  'adjclose',
  'volume',
  'dividends',
  'stocksplits',
  'capitalgains',
  'vwap',
  'tradecount',
]);

function checkNames(operation: string, file: string, names: readonly string[], line: number): void {
  const places = new Map<string, number>();
  names.forEach((name, k) => {
    const key = name.toLowerCase();
    if (places.has(key) && name !== '') {
      throw new ReluctantError({
        code: 'column-names-repeated',
        operation,
        problem: 'two columns have the same name (apart from case)',
        where: { file, row: line, column: k + 1 },
        received: name,
        fix: (say) =>
          `rename one of them, or leave the row of names out: ${say('skipRows', line)} and ${say('header', false)}`,
      });
    }
    places.set(key, k);
  });
}
