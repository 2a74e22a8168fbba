import * as fs from 'node:fs';
import { type Bindings, bindTexts, literally, type Session } from './session';

const SAMPLE_BYTES = 1 << 18;
const UNKNOWN = 1 << 16;

/**
 * About how many rows files hold, so that memory for them can be set aside in one piece: exact for Parquet, which says so;
 * for CSV, bytes over the length of a line at the beginning, and a little more; a guess where neither can be told.
 */
export async function expectedRows(
  session: Session,
  files: readonly string[],
  format: 'csv' | 'parquet' | 'json',
): Promise<number> {
  if (format === 'parquet') {
    const bindings: Bindings = { values: {}, types: {} };
    bindTexts(bindings, 'files', files.map(literally));
    const sql = 'SELECT CAST(sum(num_rows) AS DOUBLE) FROM parquet_file_metadata($files)';
    const [row] = (await session.connection.runAndReadAll(sql, bindings.values, bindings.types)).getRows();
    return Number(row?.[0] ?? UNKNOWN);
  }
  if (format !== 'csv' || files.some((file) => /\.(gz|zst)$/i.test(file))) return UNKNOWN;
  const bytes = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  const lineLength = meanLineLength(files[0]!);
  return lineLength === undefined ? UNKNOWN : Math.ceil((1.02 * bytes) / lineLength);
}

function meanLineLength(file: string): number | undefined {
  const handle = fs.openSync(file, 'r');
  try {
    const sample = Buffer.alloc(SAMPLE_BYTES);
    const read = fs.readSync(handle, sample, 0, SAMPLE_BYTES, 0);
    let lines = 0;
    let end = 0;
    for (let at = sample.indexOf(10); at >= 0 && at < read; at = sample.indexOf(10, at + 1)) {
      lines += 1;
      end = at + 1;
    }
    return lines < 2 ? undefined : end / lines;
  } finally {
    fs.closeSync(handle);
  }
}
