import * as fs from 'node:fs';
import * as path from 'node:path';
import type { DuckDBDataChunk, DuckDBMaterializedResult } from '@duckdb/node-api';
import { checkChoice, ReluctantError } from '../core';
import { loadArrow } from './arrowFiles';
import { Dataset, type Truth } from './dataset';
import { type Dialect, detectDialect } from './dialect';
import { type Bindings, bindTexts, openSession, type Session, type SessionOptions } from './duckdb';
import { FILE_FORMATS, type FileFormat, findFiles, formatOf } from './files';
import { type Plan, planColumns } from './plan';
import { explain } from './readErrors';

/** How {@link load} reads; everything is optional. */
export interface LoadOptions extends SessionOptions {
  /** Format of the files, where their names do not tell. */
  format?: FileFormat;
  /** Only these columns, in this order; the others are not read at all. */
  columns?: readonly string[];
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
  /** Time zone of instants written without one, e.g. "America/New_York". Default UTC. */
  timeZone?: string;
  /** `float32` halves the memory of number columns. Default `float64`. */
  precision?: 'float64' | 'float32';
}

const MISSING = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', 'None'];

/**
 * Reads CSV, TSV, Parquet, JSON (lines or an array), Arrow/Feather into a {@link Dataset}, gzip and zstd
 * looked through; several files, a list or a glob, become one table by the names of their columns. Dates become days,
 * instants become milliseconds (UTC), texts become symbols with a dictionary, missing values NaN.
 *
 * A file `prices.truth.json` beside `prices.csv` (see `synthetic.market`) is read as the data set's truth.
 *
 * @param source path, glob, or a list of them.
 * @throws ReluctantError naming file, row and column where they are known: `file-not-found`, `format-unknown`,
 * `file-damaged`, `value-not-readable`, `row-not-readable`, `column-not-found`, `column-type-unsupported`, `header-missing`,
 * `column-names-repeated`.
 * @example
 * const prices = await load('data/market.csv', { columns: ['symbol', 'date', 'close'] });
 * prices.names; // ['symbol', 'date', 'close']
 */
export async function load(source: string | readonly string[], options: LoadOptions = {}): Promise<Dataset> {
  const operation = 'data.load';
  const files = findFiles(operation, source);
  const format = options.format
    ? checkChoice(operation, 'format', options.format, FILE_FORMATS)
    : formatOf(operation, files[0]!);
  checkChoice(operation, 'precision', options.precision ?? 'float64', ['float64', 'float32'] as const);
  const name =
    files.length === 1 ? path.basename(files[0]!) : `${path.basename(files[0]!)} and ${files.length - 1} more`;
  const about = { name, truth: files.length === 1 ? readTruth(files[0]!) : undefined };
  if (format === 'arrow') {
    if (files.length > 1) {
      throw new ReluctantError({
        code: 'several-arrow-files',
        operation,
        problem: 'several Arrow files cannot be read as one',
        received: files.length,
        fix: 'load them one by one, or write them as Parquet',
      });
    }
    const loaded = loadArrow(operation, files[0]!, options.columns);
    return new Dataset(new Map(loaded.names.map((column) => [column, loaded.column(column)])), about);
  }
  const session = await openSession(options);
  try {
    const { plan, result } = await query(operation, session, files, format, options);
    return new Dataset(plan.columns(fill(plan, result)), about);
  } catch (error) {
    throw explain(operation, files, error);
  } finally {
    session.close();
  }
}

/** Runs the reading query; DuckDB reads with all its threads, and the result holds its chunks as they came. */
async function query(
  operation: string,
  { connection }: Session,
  files: readonly string[],
  format: Exclude<FileFormat, 'arrow'>,
  options: LoadOptions,
): Promise<{ plan: Plan; result: DuckDBMaterializedResult }> {
  const bindings: Bindings = { values: {}, types: {} };
  const relation = relationOf(operation, files, format, options, bindings);
  const { values, types } = bindings;
  const description = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`, values, types);
  const fields = description.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  const plan = planColumns(operation, files[0]!, fields, options, bindings);
  const result = await connection.run(`SELECT ${plan.projection} FROM ${relation}`, values, types);
  return { plan, result };
}

/** The table function that reads the files, with every setting bound. */
function relationOf(
  operation: string,
  files: readonly string[],
  format: Exclude<FileFormat, 'arrow'>,
  options: LoadOptions,
  bindings: Bindings,
): string {
  bindTexts(bindings, 'files', files);
  if (format === 'parquet') return 'read_parquet($files, union_by_name = true)';
  if (format === 'json') return 'read_json($files, union_by_name = true, maximum_depth = 2)';
  const dialect = detectDialect(operation, files[0]!, options);
  if (dialect.empty) {
    throw new ReluctantError({
      code: 'file-empty',
      operation,
      problem: 'the file is empty',
      where: { file: files[0]! },
    });
  }
  bindTexts(bindings, 'missing', options.missing ?? MISSING);
  bindings.values['delimiter'] = dialect.delimiter;
  bindings.values['encoding'] = dialect.encoding;
  const settings = [
    'union_by_name = true',
    'delim = $delimiter',
    `header = ${dialect.header}`,
    'encoding = $encoding',
    'nullstr = $missing',
    `quote = '"'`,
    `escape = '"'`,
    'skip = 0',
    'null_padding = false',
  ];
  if (options.dateFormat !== undefined) {
    bindings.values['dateFormat'] = options.dateFormat;
    settings.push('dateformat = $dateFormat');
  }
  return `read_csv($files, ${settings.join(', ')})`;
}

/** Copies a result into typed arrays, chunk by chunk. */
function fill(plan: Plan, result: DuckDBMaterializedResult): ReturnType<Plan['allocate']> {
  const target = plan.allocate(result.rowCount);
  let row = 0;
  for (let k = 0; k < result.chunkCount; k++) {
    const chunk: DuckDBDataChunk = result.getChunk(k);
    plan.copy(chunk, target, row);
    row += chunk.rowCount;
  }
  return target;
}

/** The parameters of a synthetic data set, kept in a file of their own beside it. */
function readTruth(file: string): Truth | undefined {
  const beside = file.replace(/\.[a-z]+(\.(gz|zst))?$/i, '.truth.json');
  if (beside === file || !fs.existsSync(beside)) return undefined;
  try {
    const { generator, parameters } = JSON.parse(fs.readFileSync(beside, 'utf8')) as Truth;
    if (typeof generator === 'string' && typeof parameters === 'object') return { generator, parameters, columns: {} };
  } catch {
    // Not one of ours: the data themselves do not need it.
  }
  return undefined;
}
