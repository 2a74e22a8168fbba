import { ReluctantError } from '../core';
import { type Dialect, detectDialect } from './dialect';
import { type Bindings, bindTexts } from './duckdb';
import type { FileFormat } from './files';

/** The formats DuckDB reads itself. */
export type TableFormat = Extract<FileFormat, 'csv' | 'parquet' | 'json'>;

/** What {@link relationOf} needs to know of how files are written. */
export interface RelationOptions {
  /** CSV: the character between cells. Default: found out among `,` `;` tab `|`. */
  delimiter?: string;
  /** CSV: whether the first line names the columns. Default true; a first line of numbers is refused. */
  header?: boolean;
  /** CSV: default utf-8, or utf-16 by its byte-order mark. */
  encoding?: Dialect['encoding'];
  /** CSV: texts that stand for a missing value. Default: nothing at all, NA, N/A, NaN, nan, null, NULL, None. */
  missing?: readonly string[];
  /** CSV: how dates are written, e.g. "%d.%m.%Y" (strptime). Default: ISO and what DuckDB recognises. */
  dateFormat?: string;
}

const MISSING = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', 'None'];

/**
 * Bytes of a CSV file that DuckDB reads at a time. `sure` holds four lines of the longest length allowed (2 MB). What is read at
 * a time is handed over at a time, so `quick` lets a consumer begin early and keeps both busy; it takes lines of up to 1 MB.
 */
export const CSV_BUFFERS = { quick: 1 << 20, sure: 1 << 23 };

/** The DuckDB table function that reads the files. Paths and settings are bound under `prefix`, never written into the SQL. */
export function relationOf(
  operation: string,
  files: readonly string[],
  format: TableFormat,
  options: RelationOptions,
  bindings: Bindings,
  { prefix = '', bufferBytes = CSV_BUFFERS.sure }: { prefix?: string; bufferBytes?: number } = {},
): string {
  const bound = (name: string) => `$${prefix}${name}`;
  bindTexts(bindings, `${prefix}files`, files);
  if (format === 'parquet') return `read_parquet(${bound('files')}, union_by_name = true)`;
  if (format === 'json') return `read_json(${bound('files')}, union_by_name = true)`;
  const dialect = detectDialect(operation, files[0]!, options);
  if (dialect.empty) {
    throw new ReluctantError({
      code: 'file-empty',
      operation,
      problem: 'the file is empty',
      where: { file: files[0]! },
    });
  }
  bindTexts(bindings, `${prefix}missing`, options.missing ?? MISSING);
  bindings.values[`${prefix}delimiter`] = dialect.delimiter;
  bindings.values[`${prefix}encoding`] = dialect.encoding;
  const settings = [
    'union_by_name = true',
    `delim = ${bound('delimiter')}`,
    `header = ${dialect.header}`,
    `encoding = ${bound('encoding')}`,
    `nullstr = ${bound('missing')}`,
    `quote = '"'`,
    `escape = '"'`,
    // A mark found by itself would drop every row that begins with it.
    `comment = ''`,
    'skip = 0',
    `buffer_size = ${bufferBytes}`,
    'null_padding = false',
  ];
  if (options.dateFormat !== undefined) {
    bindings.values[`${prefix}dateFormat`] = options.dateFormat;
    settings.push(`dateformat = ${bound('dateFormat')}`);
  }
  return `read_csv(${bound('files')}, ${settings.join(', ')})`;
}
