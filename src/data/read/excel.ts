import * as fs from 'node:fs';
import type * as XLSX from '@e965/xlsx';
import { checkPlainFile, lazy, openZip, ReluctantError, readPlainFile, zipOf } from '../../core';
import { Bound } from '../table/bound';
import { MILLISECONDS_PER_DAY } from '../table/column';
import { roleOf } from '../table/roles';
import { findLayout, type Layout } from './layout/layout';
import { TableBuilder } from './layout/tableBuilder';
import { unstack } from './layout/unstack';
import { looseColumn, textOf } from './looseColumns';
import type { LoadOptions } from './options';
import type { FileColumns } from './texts/fileColumns';

const xlsx = lazy(() => require('@e965/xlsx') as typeof XLSX);

/**
 * Reads a sheet of a workbook (xlsx, xlsm, xlsb, xls, ods); titles above the row of names are left out. Formulas give the values
 * they had when the file was saved.
 *
 * @param options `sheet`: its name; default the first that holds more than one row, named in `notes` where there are others.
 * @throws ReluctantError `file-damaged`, `sheet-not-found`, `file-empty`, and those of `findLayout`.
 */
export async function loadExcel(
  operation: string,
  file: string,
  options: LoadOptions,
  notes: string[],
): Promise<FileColumns> {
  const book = await open(operation, file);
  const name = sheetOf(operation, file, book, options.sheet, notes);
  const filled = valuesOf(book, name)
    .map((cells, k) => ({ line: k + 1, cells, end: lastFilled(cells) + 1 }))
    .filter(({ end }) => end > 0);
  const width = filled.reduce((most, { end }) => Math.max(most, end), 0);
  // One cell far to the right makes every row as wide.
  Bound.ofFiles(operation, [file]).check(filled.length, width);
  const rows = filled
    .filter(({ line }) => line > (options.skipRows ?? 0))
    .map(({ line, cells }) => ({ line, values: Array.from({ length: width }, (_, c) => cells[c]) }))
    .map(({ line, values }) => ({ line, values, cells: values.map(textOf) }));
  if (rows.length === 0) {
    throw new ReluctantError({
      code: 'file-empty',
      operation,
      problem: 'the sheet is empty',
      where: { file, sheet: name },
    });
  }
  const layout = findLayout(operation, file, rows, options);
  notes.push(...layout.notes);
  const table = new TableBuilder(operation, file, layout, notes);
  for (const row of rows.slice(layout.before)) table.add(row);
  const texts = table.finish();
  if (layout.symbols) {
    const { columns, rowOf } = unstack(texts.columns, layout, texts.rowOf);
    return { file, columns: new Map(columns.map((column) => [column.name, column])), rowOf, quick: false };
  }
  return { file, columns: withNativeValues(texts, layout, rows), rowOf: texts.rowOf, quick: false };
}

/** Days from the day 0 of a workbook to 1970; those of old Macs count from 1904. */
const [EPOCH, EPOCH_1904] = [25_569, 24_107];

/** Rows of a sheet at most, in every format. */
const MOST_ROWS = 2 ** 20;

/** The values of a sheet by row and column: texts, numbers, booleans, and dates where a number is shown as one. */
function valuesOf(book: XLSX.WorkBook, name: string): unknown[][] {
  const sheet = book.Sheets[name] as XLSX.DenseWorkSheet | undefined;
  if (!sheet?.['!ref']) return [];
  const { s: first, e: last } = xlsx.utils.decode_range(sheet['!ref']);
  const epoch = book.Workbook?.WBProps?.date1904 ? EPOCH_1904 : EPOCH;
  // The sheet says how large it is, and may say anything: rows and cells are those that are there.
  const data = (sheet['!data'] ?? []).slice(0, Math.min(last.r + 1, MOST_ROWS));
  return Array.from(data, (row) => Array.from(row?.slice(first.c) ?? [], (cell) => cellValue(cell, epoch)));
}

function cellValue(cell: XLSX.CellObject | undefined, epoch: number): unknown {
  if (cell === undefined || cell.t === 'z' || cell.t === 'e') return undefined;
  if (cell.t === 'd') return new Date(cell.v as Date);
  const isDate = cell.t === 'n' && typeof cell.z === 'string' && xlsx.SSF.is_date(cell.z);
  if (!isDate) return cell.v;
  const serial = cell.v as number;
  // A clock without a day, of less than one: a day before all days otherwise.
  if (serial >= 0 && serial < 1 && !/[yd]/i.test(cell.z as string)) return clockText(serial);
  // To the millisecond: what the number cannot hold beyond it is rounding.
  // Workbooks hold that 1900 had a 29th of February, their day 60.
  const days = serial - epoch + (epoch === EPOCH && serial < 60 ? 1 : 0);
  return new Date(Math.round(days * MILLISECONDS_PER_DAY));
}

const clockText = (serial: number): string =>
  new Date(Math.round(serial * MILLISECONDS_PER_DAY))
    .toISOString()
    .slice(11, 23)
    .replace(/\.000$/, '');

/** Numbers and dates of the sheet as they are, without the way over a text, except where a column is one of names. */
function withNativeValues(
  { columns, rowOf }: ReturnType<TableBuilder['finish']>,
  layout: Layout,
  rows: readonly { line: number; values: unknown[] }[],
): FileColumns['columns'] {
  const byLine = new Map(rows.map((row) => [row.line, row.values]));
  return new Map(
    columns.map((column) => {
      if (roleOf(column.name) === 'symbol') return [column.name, column];
      const place = layout.names.indexOf(column.name);
      return [
        column.name,
        looseColumn(
          column.name,
          Array.from(column.codes, (_, row) => byLine.get(rowOf(row))?.[place]),
        ),
      ];
    }),
  );
}

function lastFilled(cells: readonly unknown[]): number {
  let last = cells.length - 1;
  while (last >= 0 && textOf(cells[last]).trim() === '') last -= 1;
  return last;
}

async function open(operation: string, file: string): Promise<XLSX.WorkBook> {
  try {
    const isArchive = checkMagic(startOf(operation, file));
    const bytes = isArchive ? await unpacked(operation, file) : readPlainFile(operation, file, MOST_BYTES);
    return xlsx.read(bytes, { dense: true, cellNF: true, cellFormula: false, cellHTML: false });
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw new ReluctantError({
      code: 'file-damaged',
      operation,
      problem: 'the file is not readable as a workbook',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'open it in a spreadsheet program and save it again',
      cause,
    });
  }
}

/** The sheet that was asked for, or the first with a table in it. */
function sheetOf(
  operation: string,
  file: string,
  book: XLSX.WorkBook,
  sheet: string | undefined,
  notes: string[],
): string {
  const names = book.SheetNames;
  if (sheet !== undefined && names.includes(sheet)) return sheet;
  if (sheet !== undefined || names.length === 0) {
    throw new ReluctantError({
      code: 'sheet-not-found',
      operation,
      problem: 'there is no such sheet',
      where: { file },
      received: sheet,
      expected: `one of ${names.map((one) => `"${one}"`).join(', ')}`,
      fix: (say) => `name it: ${say('sheet', names[0] ?? 'Sheet1')}`,
    });
  }
  const filled = names.filter((name) => /:/.test(book.Sheets[name]?.['!ref'] ?? ''));
  const chosen = filled[0] ?? names[0]!;
  if (filled.length > 1) notes.push(`sheet "${chosen}" of ${filled.map((name) => `"${name}"`).join(', ')}`);
  return chosen;
}

/** Workbooks are zip archives or compound files; the reader would take anything else for a sheet of text. @returns whether it is a zip */
function checkMagic(start: Uint8Array): boolean {
  const magic = Buffer.from(start).toString('hex');
  if (magic !== '504b0304' && magic !== 'd0cf11e0') throw new Error('the file begins like no workbook');
  return magic === '504b0304';
}

/** The first four bytes. */
function startOf(operation: string, file: string): Uint8Array {
  checkPlainFile(operation, file);
  const descriptor = fs.openSync(file, 'r');
  try {
    const start = Buffer.alloc(4);
    fs.readSync(descriptor, start, 0, start.length, 0);
    return start;
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Bytes of a workbook, and those that one may unpack to whatever its size; beyond, how many times its size. */
const MOST_BYTES = 2 ** 28;
const ALWAYS_UNPACKED = 2 ** 25;
const MOST_EXPANSION = 40;

/**
 * The same workbook with its parts as they are unpacked: the reader of workbooks unpacks whatever is there, however much it is, and takes
 * what an archive says of it for true.
 */
async function unpacked(operation: string, file: string): Promise<Uint8Array> {
  const { size } = fs.statSync(file);
  const most = Math.max(ALWAYS_UNPACKED, MOST_EXPANSION * size);
  const refuse = (kind: string, problem: string, part?: string, received?: string) =>
    new ReluctantError({
      code: kind === 'too-large' ? 'file-too-large' : 'file-damaged',
      operation,
      problem,
      where: { file, ...(part !== undefined && { part }) },
      ...(kind === 'too-large' && { received: `${received}, from ${size} bytes`, expected: `at most ${most} bytes` }),
      fix: 'open it in a spreadsheet program and save the sheet again, as CSV where it is as large as that',
    });
  const archive = await openZip(file, { most, refuse });
  try {
    const parts: [string, Uint8Array][] = [];
    // Those of Apple's Numbers are packed once more inside, and read as no other workbook is.
    for (const { name, read } of archive.entries) if (!name.startsWith('Index/')) parts.push([name, await read()]);
    const content = parts.find(([name]) => name === 'content.xml');
    if (content) Bound.ofFiles(operation, [file]).check(repeatedCells(Buffer.from(content[1]).toString('latin1')), 1);
    return zipOf(parts);
  } finally {
    archive.close();
  }
}

const REPEATED = /number-(?:rows|columns)-repeated\s*=\s*["']?(\d+)/;

/** Cells with a value in an OpenDocument sheet: rows and cells of it may stand for any number of the same. */
function repeatedCells(content: string): number {
  const times = (attributes: string) => Number(REPEATED.exec(attributes)?.[1] ?? 1);
  let [rows, cells] = [1, 0];
  for (const [, kind, attributes] of content.matchAll(/<(?:[\w-]+:)?(?:covered-)?table-(row|cell)\b([^>]*)>/g)) {
    if (kind === 'row') rows = times(attributes!);
    else if (!attributes!.endsWith('/') || /value|formula/.test(attributes!)) cells += rows * times(attributes!);
  }
  return cells;
}
