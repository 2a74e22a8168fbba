import type { DuckDBType } from '@duckdb/node-api';
import type { Column } from '../../table/column';
import { MISSING_DAY } from '../../table/column';
import type { Dataset } from '../../table/dataset';
import { duckdb, quoteName, type Session } from './session';

const TYPES = { number: 'DOUBLE', symbol: 'VARCHAR', date: 'DATE', time: 'TIMESTAMPTZ' } as const;
/** Rows handed to DuckDB at a time: the size of its own vectors. */
const CHUNK_ROWS = 2048;

/**
 * Makes a table of DuckDB out of a data set; missing values are NULL.
 * @param append puts the rows below those of a table that is there.
 */
export async function intoTable(
  { connection }: Session,
  name: string,
  dataset: Dataset,
  { append = false } = {},
): Promise<void> {
  const columns = dataset.names.map((column) => dataset.column(column));
  const types = columns.map(({ kind }) => typeOf(kind));
  const definitions = dataset.names.map((column, k) => `${quoteName(column)} ${TYPES[columns[k]!.kind]}`);
  if (!append) await connection.run(`CREATE TABLE ${quoteName(name)} (${definitions.join(', ')})`);
  const appender = await connection.createAppender(name);
  const chunk = duckdb.DuckDBDataChunk.create(types, CHUNK_ROWS);
  for (let from = 0; from < dataset.rows; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, dataset.rows - from);
    chunk.rowCount = count;
    columns.forEach((column, k) => {
      chunk.setColumnValues(
        k,
        Array.from({ length: count }, (_, row) => cellValue(column, from + row)),
      );
    });
    appender.appendDataChunk(chunk);
    if (count < CHUNK_ROWS) break;
  }
  appender.closeSync();
}

function typeOf(kind: Column['kind']): DuckDBType {
  if (kind === 'symbol') return duckdb.VARCHAR;
  if (kind === 'date') return duckdb.DATE;
  return kind === 'time' ? duckdb.TIMESTAMPTZ : duckdb.DOUBLE;
}

function cellValue(column: Column, row: number) {
  const value = column.values[row]!;
  switch (column.kind) {
    case 'symbol':
      return column.dictionary[value] ?? null;
    case 'date':
      return value === MISSING_DAY ? null : new duckdb.DuckDBDateValue(value);
    case 'time':
      return Number.isNaN(value) ? null : new duckdb.DuckDBTimestampTZValue(BigInt(Math.round(value * 1000)));
    default:
      return Number.isNaN(value) ? null : value;
  }
}
