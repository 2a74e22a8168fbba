import { ReluctantError } from '../../core';
import type { FileFormat, FormOptions } from '../table/form';
import { roleOf } from '../table/roles';
import { type Dialect, detectDialect } from './csv/dialect';
import { type Bindings, bindTexts, literally, quoteText } from './duckdb/session';
import { findLayout } from './layout/layout';
import { isIdentifier } from './texts/classify';
import { MISSING } from './texts/missing';

/** The formats DuckDB reads itself. */
export type TableFormat = Extract<FileFormat, 'csv' | 'parquet' | 'json'>;

/** What {@link relationOf} needs to know of how files are written. */
export type RelationOptions = Pick<
  FormOptions,
  | 'delimiter'
  | 'header'
  | 'encoding'
  | 'skipRows'
  | 'missing'
  | 'dateFormat'
  | 'decimal'
  | 'thousands'
  | 'dayFirst'
  | 'timeColumn'
  | 'texts'
>;

/** Bytes of a CSV file that DuckDB reads at a time: four lines of the longest length allowed (2 MB). */
const BUFFER_BYTES = 1 << 23;

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
  bindTexts(bindings, `${prefix}files`, files.map(literally));
  if (format === 'parquet') return `read_parquet(${paths}, union_by_name = true, hive_partitioning = false)`;
  // Types are decided by all values, not by the first.
  if (format === 'json')
    return `read_json(${paths}, union_by_name = true, sample_size = -1, hive_partitioning = false)`;
  return `read_csv(${paths}, union_by_name = true, hive_partitioning = false, ${csvSettings(operation, files[0]!, options, bindings, prefix)})`;
}

/** How DuckDB is to read CSV files, as arguments of its functions; texts are bound under `prefix`. */
function csvSettings(
  operation: string,
  file: string,
  options: RelationOptions,
  bindings: Bindings,
  prefix: string,
): string {
  const dialect = detectDialect(operation, file, options);
  const layout = findLayout(operation, file, dialect.records, options);
  const bound = (name: string) => `$${prefix}${name}`;
  bindTexts(bindings, `${prefix}missing`, options.missing ?? MISSING);
  bindings.values[`${prefix}delimiter`] = dialect.delimiter;
  bindings.values[`${prefix}encoding`] = encodingOf(operation, file, dialect);
  const settings = [
    `delim = ${bound('delimiter')}`,
    `header = ${layout.header !== undefined}`,
    `encoding = ${bound('encoding')}`,
    `nullstr = ${bound('missing')}`,
    `quote = '"'`,
    `escape = '"'`,
    // A mark found by itself would drop every row that begins with it.
    `comment = ''`,
    'skip = 0',
    'sample_size = -1',
    `buffer_size = ${BUFFER_BYTES}`,
    'null_padding = false',
  ];
  const texts = textColumns(dialect, layout.names, layout.before, options);
  if (texts.length > 0) settings.push(`types = {${texts.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')}}`);
  if (options.dateFormat !== undefined) {
    bindings.values[`${prefix}dateFormat`] = options.dateFormat;
    settings.push(`dateformat = ${bound('dateFormat')}`);
  }
  return settings.join(', ');
}

/** What DuckDB calls the charset. @throws ReluctantError `encoding-not-streamed` for one that it does not read. */
function encodingOf(operation: string, file: string, { charset }: Dialect): string {
  if (charset === 'windows-1252') return 'latin-1';
  if (charset.startsWith('utf-16')) return 'utf-16';
  if (charset === 'utf-8') return charset;
  throw new ReluctantError({
    code: 'encoding-not-streamed',
    operation,
    problem: `a text file in ${charset} is read whole only, not in batches or by a query`,
    where: { file },
    fix: 'write it in UTF-8, or read it without memory limit, batches and query',
  });
}

/** Columns that are names and not numbers, as far as the first rows tell. */
function textColumns(dialect: Dialect, names: readonly string[], before: number, options: RelationOptions): string[] {
  const rows = dialect.records.slice(before);
  return names.filter(
    (name, k) =>
      roleOf(name) === 'symbol' ||
      options.texts?.includes(name) ||
      rows.some(({ cells }) => isIdentifier(cells[k] ?? '', Number(cells[k]))),
  );
}
