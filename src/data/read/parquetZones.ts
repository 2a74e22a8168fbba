import type * as Flechette from '@uwdata/flechette';
import { flechette } from './arrowFiles';
import { literally, type Session } from './duckdb/session';

/**
 * The time zones of a Parquet file's instants, by column: DuckDB knows that they are instants; pandas, PyArrow and Polars write
 * beside them on whose clocks they are days.
 */
export async function zonesOf({ connection }: Session, file: string): Promise<Map<string, string>> {
  const zones = new Map<string, string>();
  try {
    const sql = 'SELECT decode(value) FROM parquet_kv_metadata($file) WHERE decode(key) = $key';
    const [row] = (await connection.runAndReadAll(sql, { file: literally(file), key: 'ARROW:schema' })).getRows();
    if (row === undefined) return zones;
    const { schema } = flechette.tableFromIPC(Buffer.from(String(row[0]), 'base64'));
    for (const { name, type } of schema.fields) {
      const zone = (type as Flechette.TimestampType).timezone;
      if (zone) zones.set(name, zone);
    }
  } catch {
    // Metadata of others in a form of their own: the instants themselves need none.
  }
  return zones;
}
