import { ReluctantError } from '../../core';
import { type Bindings, openSession, quoteName, type SessionOptions } from './duckdb';
import { findFiles, formatOf } from './files';
import { type RelationOptions, relationOf } from './relation';

/**
 * Writes a Parquet file of some columns in the order of others. DuckDB sorts on disk what does not fit its memory.
 * @throws ReluctantError `format-not-streamed` for Arrow and Excel.
 */
export async function writeSorted(
  source: string | readonly string[],
  columns: readonly string[],
  by: readonly string[],
  target: string,
  options: SessionOptions & RelationOptions,
): Promise<void> {
  const operation = 'data.writeSorted';
  const files = findFiles(operation, source);
  const format = formatOf(operation, files[0]!);
  if (format === 'arrow' || format === 'excel') {
    const fix = 'write the data as Parquet';
    throw new ReluctantError({ code: 'format-not-streamed', operation, problem: 'cannot be sorted on disk', fix });
  }
  const session = await openSession(options);
  try {
    const bindings: Bindings = { values: {}, types: {} };
    const relation = relationOf(operation, files, format, options, bindings);
    const select = `SELECT ${columns.map(quoteName).join(', ')} FROM ${relation} ORDER BY ${by.map(quoteName).join(', ')}`;
    // A path cannot be bound in COPY: quoted as SQL quotes a text.
    const sql = `COPY (${select}) TO '${target.replaceAll("'", "''")}' (FORMAT parquet)`;
    await session.connection.run(sql, bindings.values, bindings.types);
  } finally {
    session.close();
  }
}
