import type * as XLSX from '@e965/xlsx';
import { lazy, ReluctantError, readPlainFile } from '../../core';
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
export function loadExcel(operation: string, file: string, options: LoadOptions, notes: string[]): FileColumns {
  const book = open(operation, file);
  const name = sheetOf(operation, file, book, options.sheet, notes);
  const whole = valuesOf(book, name);
  const width = whole.reduce((most, cells) => Math.max(most, lastFilled(cells) + 1), 0);
  const rows = whole
    .map((cells, k) => ({ line: k + 1, values: Array.from({ length: width }, (_, c) => cells[c]) }))
    .filter(({ line, values }) => line > (options.skipRows ?? 0) && values.some((value) => textOf(value).trim() !== ''))
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

/** The values of a sheet by row and column: texts, numbers, booleans, and dates where a number is shown as one. */
function valuesOf(book: XLSX.WorkBook, name: string): unknown[][] {
  const sheet = book.Sheets[name] as XLSX.DenseWorkSheet;
  if (!sheet['!ref']) return [];
  const { s: first, e: last } = xlsx.utils.decode_range(sheet['!ref']);
  const epoch = book.Workbook?.WBProps?.date1904 ? EPOCH_1904 : EPOCH;
  const data = sheet['!data'] ?? [];
  return Array.from({ length: last.r + 1 }, (_, row) =>
    Array.from({ length: last.c - first.c + 1 }, (__, k) => cellValue(data[row]?.[first.c + k], epoch)),
  );
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

function open(operation: string, file: string): XLSX.WorkBook {
  try {
    const bytes = readPlainFile(operation, file);
    checkMagic(bytes);
    return xlsx.read(bytes, { dense: true, cellNF: true, cellFormula: false, cellHTML: false });
  } catch (cause) {
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

/** Workbooks are zip archives or compound files; the reader would take anything else for a sheet of text. */
function checkMagic(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  if (start !== '504b0304' && start !== 'd0cf11e0') throw new Error('the file begins like no workbook');
}
