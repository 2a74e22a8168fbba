import { ReluctantError } from '../../core';
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

/** Texts of a CSV file that stand for a missing value if none are named. */
export const MISSING = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', 'None'];

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
  prefix = '',
): string {
  const paths = `$${prefix}files`;
  bindTexts(bindings, `${prefix}files`, files);
  if (format === 'parquet') return `read_parquet(${paths}, union_by_name = true)`;
  if (format === 'json') return `read_json(${paths}, union_by_name = true)`;
  const settings = csvSettings(
    settleDialect(operation, files[0]!, options),
    options,
    bindings,
    CSV_BUFFERS.sure,
    prefix,
  );
  return `read_csv(${paths}, union_by_name = true, ${settings})`;
}

/**
 * Delimiter, header and encoding of a CSV file.
 * @throws ReluctantError `file-empty`, and those of `detectDialect`.
 */
export function settleDialect(operation: string, file: string, options: RelationOptions): Dialect {
  const dialect = detectDialect(operation, file, options);
  if (!dialect.empty) return dialect;
  throw new ReluctantError({ code: 'file-empty', operation, problem: 'the file is empty', where: { file } });
}

/** How DuckDB is to read CSV files, as arguments of its functions; texts are bound under `prefix`. */
export function csvSettings(
  dialect: Dialect,
  options: RelationOptions,
  bindings: Bindings,
  bufferBytes: number,
  prefix = '',
): string {
  const bound = (name: string) => `$${prefix}${name}`;
  bindTexts(bindings, `${prefix}missing`, options.missing ?? MISSING);
  bindings.values[`${prefix}delimiter`] = dialect.delimiter;
  bindings.values[`${prefix}encoding`] = dialect.encoding;
  const settings = [
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
  return settings.join(', ');
}
