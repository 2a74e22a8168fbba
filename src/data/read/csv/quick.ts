import { Bound } from '../../table/bound';
import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY } from '../../table/column';
import { isTimeName, roleOf } from '../../table/roles';
import type { Chunk } from '../duckdb/chunks';
import { collect, type Filling } from '../duckdb/collect';
import { expectedRows } from '../duckdb/expectedRows';
import { type Bindings, bindTexts, literally, quoteName, quoteText, type Session } from '../duckdb/session';
import { SymbolCodes } from '../duckdb/symbolCodes';
import { findLayout, type Layout, type LayoutOptions } from '../layout/layout';
import { isEvent, isNote, isTotal } from '../layout/tableBuilder';
import { isIdentifier } from '../texts/classify';
import type { TextColumn } from '../texts/fileColumns';
import { type FileColumns, ReadAgain } from '../texts/fileColumns';
import { MISSING, PLACEHOLDERS } from '../texts/missing';
import { plainNumber } from '../texts/numbers';
import { lastLine } from './bytes';
import { type Dialect, type DialectOptions, detectDialect } from './dialect';
import { IntegerCells } from './integerCells';

/** How a column of a plain file is read in haste: what the first rows promise, and every later row must keep. */
type QuickKind =
  /** Numbers with a point: DuckDB reads them, and fails on anything else. */
  | 'double'
  /** Whole numbers: read here, so that 000001 and 12345678901234567890 are seen. */
  | 'integer'
  /** Times of ISO form without an offset: DuckDB reads them, and fails on anything else. */
  | 'clock'
  /** Texts, whose kind is decided by all of them. */
  | 'text';

/** A column of a plain file. */
export interface QuickColumn {
  name: string;
  kind: QuickKind;
}

/** How a plain file is read. */
export interface QuickPlan {
  file: string;
  columns: QuickColumn[];
  statement: string;
  bindings: Bindings;
  notes: string[];
}

/** What the caller says of how a text file is read. */
export interface QuickOptions extends DialectOptions, LayoutOptions {
  missing?: readonly string[];
  decimal?: string;
  thousands?: string;
  dateFormat?: string;
  timeZone?: string;
  texts?: readonly string[];
  columns?: readonly string[];
  precision?: 'float64' | 'float32';
}

/**
 * Plans to read a text file in haste: DuckDB's threads cut it and read its numbers, this one the rest. For plain files only: in
 * UTF-8, the header on the first line, nothing above or between the rows.
 *
 * @returns nothing for any other file.
 * @throws ReluctantError as `detectDialect` and `findLayout` do.
 */
export function planQuickly(operation: string, file: string, options: QuickOptions): QuickPlan | undefined {
  const dialect = detectDialect(operation, file, options);
  const layout = findLayout(operation, file, dialect.records, options);
  if (!isPlain(dialect, layout, options)) return undefined;
  const last = lastLine(file)
    .split(dialect.delimiter)
    .map((cell) => cell.replace(/^"|"$/g, ''));
  if (isNote(last) || isTotal(last)) return undefined;
  const rows = dialect.records.slice(layout.before);
  const all = layout.names.map((name, k) => ({
    name,
    kind: quickKind(
      name,
      rows.map(({ cells }) => cells[k] ?? ''),
      options,
    ),
  }));
  const wanted = options.columns ?? layout.names;
  if (!wanted.every((name) => layout.names.includes(name))) return undefined;
  const columns = wanted.map((name) => all.find((column) => column.name === name)!);
  const bindings: Bindings = {
    values: {
      file: literally(file),
      delimiter: dialect.delimiter,
      newLine: dialect.newLine === '\r\n' ? '\\r\\n' : dialect.newLine === '\r' ? '\\r' : '\\n',
    },
    types: {},
  };
  const missing = missingOf(rows, all, options);
  bindTexts(bindings, 'missing', missing);
  const settings = [
    'auto_detect = false',
    'delim = $delimiter',
    `header = ${layout.header !== undefined}`,
    'new_line = $newLine',
    'nullstr = $missing',
    `quote = '"'`,
    `escape = '"'`,
    `comment = ''`,
    'skip = 0',
    'hive_partitioning = false',
    `buffer_size = ${BUFFER_BYTES}`,
  ];
  const texts = all.filter(({ kind }) => kind !== 'double').map(({ name }) => name);
  // A text for a missing number may be a symbol elsewhere in the row.
  if (texts.length > 0 && missing.length > 1) {
    bindTexts(bindings, 'texts', texts);
    settings.push('force_not_null = $texts');
  }
  const types = all.map(({ name, kind }) => `${quoteText(name)}: ${kind === 'double' ? `'DOUBLE'` : `'VARCHAR'`}`);
  const projection = columns.map(({ name, kind }) => expression(name, kind, options.precision)).join(', ');
  const statement = `SELECT ${projection} FROM read_csv($file, columns = {${types.join(', ')}}, ${settings.join(', ')})`;
  return { file, columns, statement, bindings, notes: layout.notes };
}

/** Columns beyond which DuckDB, which keeps room for 2048 rows of each, is slower than reading with care. */
const MOST_COLUMNS = 1000;

/** Bytes that DuckDB reads, and hands over, at a time: small, so that this thread begins early. Lines may be half of it. */
const BUFFER_BYTES = 1 << 20;

function isPlain(
  { charset, delimiter, records, isMixed, hidesQuote }: Dialect,
  layout: Layout,
  { skipRows = 0, decimal, thousands }: QuickOptions,
): boolean {
  return (
    charset === 'utf-8' &&
    !isMixed &&
    !hidesQuote &&
    delimiter.length === 1 &&
    skipRows === 0 &&
    decimal === undefined &&
    thousands === undefined &&
    layout.symbols === undefined &&
    layout.names.length > 1 &&
    layout.names.length <= MOST_COLUMNS &&
    layout.before === (layout.header === undefined ? 0 : 1) &&
    (layout.header === undefined || records[0]!.line === 1) &&
    (layout.header === undefined || layout.header.length === layout.names.length) &&
    (layout.header ?? []).every((name, k) => name === layout.names[k]) &&
    // A quotation mark in the middle of a cell, or blanks before one, are seen as what they are by reading with care.
    records.every(({ cells, fault, isStray }) => cells.length === layout.width && fault === undefined && !isStray) &&
    !records.some(({ cells }) => cells.at(-1) === '' && isEvent(cells))
  );
}

/** ISO, without an offset: what DuckDB's reader of timestamps takes for the same; 24:00, which it takes for the next day, is none. */
const CLOCK = '\\d{4}-\\d{2}-\\d{2}[ T]([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?';

function quickKind(name: string, cells: readonly string[], options: QuickOptions): QuickKind {
  const role = roleOf(name);
  if (role === 'symbol' || isTimeName(name) || options.texts?.includes(name)) return 'text';
  const missing = new Set(options.missing ?? MISSING);
  const present = cells.filter((cell) => cell !== '' && !missing.has(cell) && !PLACEHOLDERS.has(cell));
  if (present.length === 0) return 'text';
  const clock = new RegExp(`^${CLOCK}$`);
  if (options.dateFormat === undefined && options.timeZone === undefined && present.every((cell) => clock.test(cell)))
    return 'clock';
  if (role === 'date') return 'text';
  if (present.every((cell) => /^-?\d{1,15}$/.test(cell)))
    return present.some((cell) => isIdentifier(cell, Number(cell))) ? 'text' : 'integer';
  if (present.every((cell) => plainNumber(cell) !== undefined || /^-?inf$/i.test(cell))) return 'double';
  return 'text';
}

/** Texts that DuckDB is to take for missing numbers: those of the first rows, so that it compares every cell with no more. */
function missingOf(rows: Dialect['records'], columns: readonly QuickColumn[], options: QuickOptions): string[] {
  if (options.missing) return [...new Set(['', ...options.missing])];
  const list = new Set(['']);
  columns.forEach(({ kind }, k) => {
    if (kind !== 'double') return;
    for (const { cells } of rows) {
      const cell = cells[k]!;
      if (MISSING.includes(cell) || PLACEHOLDERS.has(cell)) list.add(cell);
    }
  });
  return [...list];
}

function expression(name: string, kind: QuickKind, precision: QuickOptions['precision']): string {
  const quoted = quoteName(name);
  if (kind === 'double') {
    const type = precision === 'float32' ? 'FLOAT' : 'DOUBLE';
    return `coalesce(CAST(${quoted} AS ${type}), CAST('nan' AS ${type}))`;
  }
  if (kind === 'text' || kind === 'integer') return quoted;
  // Anything but a time of this form ends the reading, and the file is read with care.
  return `CASE WHEN ${quoted} IS NULL OR ${quoted} = '' THEN CAST('nan' AS DOUBLE) WHEN regexp_full_match(${quoted}, '${CLOCK}') THEN epoch_us(CAST(${quoted} AS TIMESTAMP)) / 1000.0 ELSE CAST(error('not a time') AS DOUBLE) END`;
}

/** What the columns of a plan are copied into. */
export interface QuickBuffers {
  arrays: (Float64Array | Float32Array | Int32Array)[];
  readers: (SymbolCodes | IntegerCells | undefined)[];
  /** A number has been copied that only its text tells. */
  isUnsafe: boolean;
}

/** Arrays for so many rows; dictionaries go on from those before. */
export function allocate(
  { columns }: QuickPlan,
  rows: number,
  options: QuickOptions,
  before?: QuickBuffers,
): QuickBuffers {
  const small = options.precision === 'float32';
  return {
    arrays: columns.map(({ kind }) =>
      kind === 'text'
        ? new Int32Array(rows)
        : small && kind !== 'clock'
          ? new Float32Array(rows)
          : new Float64Array(rows),
    ),
    readers:
      before?.readers ??
      columns.map(({ name, kind }) =>
        kind === 'text' ? new SymbolCodes() : kind === 'integer' ? new IntegerCells(name, options.missing) : undefined,
      ),
    isUnsafe: before?.isUnsafe ?? false,
  };
}

/** Copies `count` rows of a chunk, from its row `from` on, to the rows from `row` on. */
export function copyChunk(chunk: Chunk, buffers: QuickBuffers, row: number, from: number, count: number): void {
  buffers.arrays.forEach((array, k) => {
    const reader = buffers.readers[k];
    if (reader instanceof SymbolCodes) {
      reader.copy(chunk, k, from, count, array as Int32Array, row);
      return;
    }
    if (reader) reader.copy(chunk, k, from, count, array as Float64Array, row);
    else {
      const { buffer, byteOffset } = chunk.bytes(k, array.BYTES_PER_ELEMENT);
      const values = new (array.constructor as Float64ArrayConstructor)(buffer as ArrayBuffer, byteOffset, chunk.rows);
      array.set(count === chunk.rows ? values : values.subarray(from, from + count), row);
    }
    // Looked at while DuckDB's threads read on, and while the processor still has them at hand.
    if (!areSafe(array as Float64Array | Float32Array, row, row + count)) buffers.isUnsafe = true;
  });
}

/** Whole numbers beyond this lose digits as doubles, and infinity may be a number that is too long. */
const UNSAFE = Number.MAX_SAFE_INTEGER;

function areSafe(values: Float64Array | Float32Array, from: number, to: number): boolean {
  for (let row = from; row < to; row++) if (Math.abs(values[row]!) > UNSAFE) return false;
  return true;
}

/** The columns that buffers hold. @throws ReadAgain for numbers that only their text tells. */
export function quickColumns(
  plan: QuickPlan,
  { arrays, readers, isUnsafe }: QuickBuffers,
): Map<string, TextColumn | Column> {
  if (isUnsafe) throw new ReadAgain(plan.file);
  return new Map<string, TextColumn | Column>(
    plan.columns.map(({ name, kind }, k): [string, TextColumn | Column] => {
      const values = arrays[k]!;
      if (kind === 'text')
        return [name, { name, codes: values as Int32Array, texts: (readers[k] as SymbolCodes).dictionary }];
      if (kind === 'clock') return [name, clockColumn(values as Float64Array)];
      return [name, { kind: 'number', values }];
    }),
  );
}

/** Days where every time is midnight, instants otherwise. */
function clockColumn(values: Float64Array): Column {
  const days = new Int32Array(values.length).fill(MISSING_DAY);
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row]!)) continue;
    if (values[row]! % MILLISECONDS_PER_DAY !== 0) return { kind: 'time', values };
    days[row] = values[row]! / MILLISECONDS_PER_DAY;
  }
  return { kind: 'date', values: days };
}

/** Reads a whole file as planned. @throws ReluctantError `file-too-large`; whatever DuckDB throws, and ReadAgain: then the file is to be read with care. */
export async function readQuickly(
  operation: string,
  session: Session,
  plan: QuickPlan,
  options: QuickOptions,
): Promise<FileColumns> {
  const expected = await expectedRows(session, [plan.file], 'csv');
  const result = await session.connection.stream(plan.statement, plan.bindings.values, plan.bindings.types);
  const filling: Filling<QuickBuffers> = {
    width: plan.columns.length,
    allocate: (rows, before) => allocate(plan, rows, options, before),
    copy: copyChunk,
  };
  const buffers = await collect(filling, result, Bound.ofFiles(operation, [plan.file]), expected);
  return { file: plan.file, columns: quickColumns(plan, buffers), rowOf: (row) => row + 2, quick: true };
}
