import * as path from 'node:path';
import type * as XLSX from '@e965/xlsx';
import { lazy, ReluctantError, replaceAtomically, writeAtomically } from '../../core';
import { type Column, cellOf, MILLISECONDS_PER_DAY, MISSING_DAY } from '../table/column';
import type { Dataset } from '../table/dataset';
import { flechette } from './arrowFiles';
import { intoTable } from './duckdb/duckTable';
import { openSession, quoteText } from './duckdb/session';
import { EXTENSIONS } from './files';

const xlsx = lazy(() => require('@e965/xlsx') as typeof XLSX);

/**
 * Writes a data set to a file, whole or not at all; the format by the extension: CSV, TSV, Parquet, Arrow (Feather), JSON (a list),
 * JSON lines, or Excel. `load` reads back equal values and kinds, except what a format cannot say: in a text file, texts that look like
 * numbers or dates are read as such (but not in a column called symbol).
 *
 * @returns the path.
 * @throws ReluctantError `format-unknown`, `file-not-written`.
 * @example
 * const file = require('node:path').join(require('node:os').tmpdir(), 'prices.parquet');
 * await save(rl.synthetic.market({ symbols: 1, days: 5 }), file);
 * (await load(file)).rows; // 5
 * require('node:fs').rmSync(file);
 */
export async function save(dataset: Dataset, file: string): Promise<string> {
  const extension = path.extname(file).slice(1).toLowerCase();
  switch (Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined) {
    case 'csv':
      writeAtomically(file, dataset.toCSV(extension === 'tsv' || extension === 'tab' ? { delimiter: '\t' } : {}));
      break;
    case 'json':
      writeAtomically(file, toJSON(dataset, extension !== 'json'));
      break;
    case 'parquet':
      await replaceAtomically(file, (draft) => writeParquet(dataset, draft));
      break;
    case 'arrow':
      writeAtomically(file, toArrow(dataset));
      break;
    case 'excel':
      writeAtomically(file, toExcel(dataset, extension));
      break;
    default:
      throw new ReluctantError({
        code: 'format-unknown',
        operation: 'data.save',
        problem: 'the format to write cannot be told from the name of the file',
        where: { file },
        expected: 'a name that ends with .csv, .tsv, .parquet, .arrow, .feather, .json, .jsonl or .xlsx',
      });
  }
  return file;
}

async function writeParquet(dataset: Dataset, draft: string): Promise<void> {
  const session = await openSession({ writes: [draft] });
  try {
    await intoTable(session, 'data', dataset);
    // The draft is a draft already: DuckDB writes no other beside it.
    const how = 'FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false';
    await session.connection.run(`COPY data TO ${quoteText(draft)} (${how})`);
  } finally {
    session.close();
  }
}

/** Numbers that JSON has no sign for are texts. */
function toJSON(dataset: Dataset, lines: boolean): string {
  const columns = dataset.names.map((name) => [name, dataset.column(name)] as const);
  const rows = Array.from({ length: dataset.rows }, (_, row) =>
    JSON.stringify(
      Object.fromEntries(
        columns.map(([name, column]) => {
          const value = cellOf(column, row) ?? null;
          return [name, typeof value === 'number' && !Number.isFinite(value) ? String(value) : value];
        }),
      ),
    ),
  );
  return lines ? rows.map((row) => `${row}\n`).join('') : `[\n${rows.join(',\n')}\n]\n`;
}

function toArrow(dataset: Dataset): Uint8Array {
  const { columnFromArray, dateDay, dictionary, float64, tableFromColumns, tableToIPC, timestamp, TimeUnit, utf8 } =
    flechette;
  const build = (column: Column) => {
    const cells = Array.from({ length: dataset.rows }, (_, row) => arrowCell(column, row));
    switch (column.kind) {
      case 'symbol':
        return columnFromArray(cells, dictionary(utf8()));
      case 'date':
        return columnFromArray(cells, dateDay());
      case 'time':
        return columnFromArray(cells, timestamp(TimeUnit.MICROSECOND, 'UTC'));
      default:
        return columnFromArray(cells, float64());
    }
  };
  const table = tableFromColumns(
    dataset.names.map((name) => [name, build(dataset.column(name))] as [string, ReturnType<typeof build>]),
  );
  return tableToIPC(table, { format: 'file' })!;
}

function arrowCell(column: Column, row: number): unknown {
  const value = column.values[row]!;
  if (column.kind === 'symbol') return column.dictionary[value] ?? null;
  if (column.kind === 'date') return value === MISSING_DAY ? null : value * MILLISECONDS_PER_DAY;
  return Number.isNaN(value) ? null : value;
}

/** Days are days of the sheet; instants, which a sheet keeps without a zone, are ISO texts. */
function toExcel(dataset: Dataset, extension: string): Uint8Array {
  const columns = dataset.names.map((name) => dataset.column(name));
  const rows = Array.from({ length: dataset.rows }, (_, row) =>
    columns.map((column) => {
      const value = cellOf(column, row);
      if (column.kind === 'date' && value !== undefined) return new Date(column.values[row]! * MILLISECONDS_PER_DAY);
      return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    }),
  );
  const sheet = xlsx.utils.aoa_to_sheet([dataset.names, ...rows], { UTC: true, cellDates: true });
  const bookType = (['xlsx', 'xlsm', 'xlsb', 'xls', 'ods'] as const).find((type) => type === extension) ?? 'xlsx';
  const book = { SheetNames: ['data'], Sheets: { data: sheet } };
  return xlsx.write(book, { type: 'buffer', bookType, cellDates: true }) as Uint8Array;
}
