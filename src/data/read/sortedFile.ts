import { ReluctantError } from '../../core';
import type { Dataset } from '../table/dataset';
import { isStreamed, loadBatches } from './batches';
import { intoTable } from './duckdb/duckTable';
import { openSession, quoteName, quoteText } from './duckdb/session';
import type { LoadOptions } from './options';
import { settleFiles } from './sources';

/**
 * Writes a Parquet file of some columns in the order of others. Columns are read as `loadBatches` reads them; DuckDB sorts on
 * disk what does not fit its memory.
 *
 * @throws ReluctantError `format-not-streamed` for Arrow and Excel.
 */
export async function writeSorted(
  source: string | readonly string[],
  columns: readonly string[],
  by: readonly string[],
  target: string,
  options: LoadOptions & { batchRows?: number },
): Promise<void> {
  const operation = 'data.writeSorted';
  const { formats } = settleFiles(operation, source, options);
  if (!formats.every(isStreamed)) {
    const fix = 'write the data as Parquet';
    throw new ReluctantError({ code: 'format-not-streamed', operation, problem: 'cannot be sorted on disk', fix });
  }
  const session = await openSession({ writes: [target] }, { ...options, file: `${target}.sorting` });
  try {
    let made = false;
    for await (const batch of loadBatches(source, { ...options, columns })) {
      await intoTable(session, 'rows', batch as Dataset, { append: made });
      made = true;
    }
    const select = `SELECT ${columns.map(quoteName).join(', ')} FROM rows ORDER BY ${by.map(quoteName).join(', ')}`;
    await session.connection.run(`COPY (${select}) TO ${quoteText(target)} (FORMAT parquet, USE_TMP_FILE false)`);
  } finally {
    session.close();
  }
}
