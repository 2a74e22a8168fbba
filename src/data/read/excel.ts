import * as fs from 'node:fs';
import type * as XLSX from '@e965/xlsx';
import { lazy, ReluctantError } from '../../core';
import { columnOf } from './columnBuilder';
import { Dataset } from './dataset';

const xlsx = lazy(() => require('@e965/xlsx') as typeof XLSX);

/**
 * Reads a sheet of a workbook (xlsx, xlsm, xlsb, xls, ods); its first row names the columns. Formulas give the values
 * they had when the file was saved.
 *
 * @param sheet name of the sheet; the first when absent.
 * @throws ReluctantError `file-damaged`, `sheet-not-found`, `column-names-repeated`, `file-empty`.
 */
export function loadExcel(operation: string, file: string, sheet?: string): Dataset {
  let book: XLSX.WorkBook;
  try {
    const bytes = fs.readFileSync(file);
    checkMagic(bytes);
    book = xlsx.read(bytes, {
      dense: true,
      cellDates: true,
      UTC: true,
      cellFormula: false,
      cellHTML: false,
    });
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
  const name = sheet ?? book.SheetNames[0];
  if (name === undefined || !book.SheetNames.includes(name)) {
    throw new ReluctantError({
      code: 'sheet-not-found',
      operation,
      problem: 'there is no such sheet',
      where: { file },
      received: name,
      expected: `one of ${book.SheetNames.map((one) => `"${one}"`).join(', ')}`,
    });
  }
  const rows = xlsx.utils.sheet_to_json<unknown[]>(book.Sheets[name]!, {
    header: 1,
    raw: true,
    UTC: true,
    blankrows: false,
  });
  const heads = rows[0]?.map((head) => String(head ?? ''));
  if (!heads?.length)
    throw new ReluctantError({
      code: 'file-empty',
      operation,
      problem: 'the sheet is empty',
      where: { file, sheet: name },
    });
  const repeated = heads.find((head, k) => head !== '' && heads.indexOf(head) !== k);
  if (repeated !== undefined) {
    throw new ReluctantError({
      code: 'column-names-repeated',
      operation,
      problem: 'two columns have the same name',
      where: { file, sheet: name, row: 1 },
      received: repeated,
      fix: 'rename one of them',
    });
  }
  const columns = heads.map((head, k) => [head || `column${k}`, columnOf(rows.slice(1).map((row) => row[k]))] as const);
  return new Dataset(new Map(columns), { name: file });
}

/** Workbooks are zip archives or compound files; the reader would take anything else for a sheet of text. */
function checkMagic(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  if (start !== '504b0304' && start !== 'd0cf11e0') throw new Error('the file begins like no workbook');
}
