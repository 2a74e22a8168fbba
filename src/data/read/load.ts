import * as fs from 'node:fs';
import * as path from 'node:path';
import { brief, checkChoice, checkInteger, ReluctantError } from '../../core';
import { loadArrow } from './arrowFiles';
import { Chunks } from './chunks';
import type { Column } from './column';
import { concat } from './concat';
import { Dataset, type Truth } from './dataset';
import { type Bindings, openSession, quoteName, type SessionOptions } from './duckdb';
import { loadExcel } from './excel';
import { FILE_FORMATS, type FileFormat, findFiles, formatOf } from './files';
import { checkGzip } from './gzip';
import type { Buffers } from './plan';
import { collect, describe, prepare, readColumns } from './readColumns';
import { explain } from './readErrors';
import { type RelationOptions, relationOf } from './relation';
import { type RowSchema, validateRows } from './schema';

/** How {@link load} reads; everything is optional. */
export interface LoadOptions extends SessionOptions, RelationOptions {
  /** Format of the files, where their names do not tell. */
  format?: FileFormat;
  /** Only these columns, in this order; the others are not read at all. */
  columns?: readonly string[];
  /** Excel: name of the sheet. Default: the first. */
  sheet?: string;
  /** Time zone of instants written without one, e.g. "America/New_York". Default UTC. */
  timeZone?: string;
  /** `float32` halves the memory of number columns (CSV, Parquet, JSON). Default `float64`. */
  precision?: 'float64' | 'float32';
  /** A schema every row must satisfy, e.g. `z.object({ close: z.number().positive() })`; dates come to it as ISO texts. */
  schema?: RowSchema;
}

/**
 * Reads CSV, TSV, Parquet, JSON (lines or an array), Arrow/Feather and Excel into a {@link Dataset}, gzip and zstd
 * looked through; several files, a list or a glob, become one table by the names of their columns. Dates become days,
 * instants become milliseconds (UTC), texts become symbols with a dictionary, missing values NaN.
 *
 * A file `prices.truth.json` beside `prices.csv` (see `synthetic.market`) is read as the data set's truth.
 *
 * @param source path, glob, or a list of them.
 * @throws ReluctantError naming file, row and column where they are known: `file-not-found`, `format-unknown`,
 * `file-damaged`, `file-empty`, `value-not-readable`, `row-not-readable`, `column-not-found`, `column-type-unsupported`,
 * `header-missing`, `column-names-repeated`, `schema-violated`.
 * @example
 * const prices = await load('data/market.csv', { columns: ['symbol', 'date', 'close'] });
 * prices.names; // ['symbol', 'date', 'close']
 */
export async function load(source: string | readonly string[], options: LoadOptions = {}): Promise<Dataset> {
  const operation = 'data.load';
  const { files, format, name } = settle(operation, source, options);
  const about = { name, truth: files.length === 1 ? readTruth(files[0]!) : undefined };
  let columns: Map<string, Column>;
  if (format === 'arrow' || format === 'excel') {
    const parts = files.map((file) =>
      format === 'arrow' ? loadArrow(operation, file, options.columns) : loadExcel(operation, file, options.sheet),
    );
    const whole = concat(parts);
    columns = new Map((options.columns ?? whole.names).map((column) => [column, whole.column(column)]));
  } else {
    for (const file of files) await checkGzip(operation, file);
    try {
      columns = await readColumns(operation, files, format, options);
    } catch (error) {
      throw explain(operation, files, error, options);
    }
  }
  const dataset = new Dataset(columns, about);
  if (options.schema) validateRows(operation, dataset, options.schema);
  return dataset;
}

/**
 * Reads files piece by piece, for data larger than memory: CSV, Parquet and JSON are streamed, so no more than a batch
 * (and DuckDB's buffers, see `memoryLimit`) is held at a time. Rows come in the order of the files. The dictionaries of
 * symbols grow from batch to batch, so a code means the same in all of them.
 *
 * @param options those of {@link load}, and `batchRows`: rows per data set, at least 1, default 100,000; the last may be shorter.
 * @throws ReluctantError as {@link load} does, and `format-not-streamed` for Arrow and Excel.
 * @example
 * for await (const batch of loadBatches('data/market.csv', { batchRows: 2048 })) batch.rows;
 */
export async function* loadBatches(
  source: string | readonly string[],
  options: LoadOptions & { batchRows?: number } = {},
): AsyncGenerator<Dataset, void, void> {
  const operation = 'data.loadBatches';
  const batchRows = checkInteger(operation, 'batchRows', options.batchRows ?? 100_000, 1, 2 ** 26);
  const { files, format, name } = settle(operation, source, options);
  if (format === 'arrow' || format === 'excel') {
    throw new ReluctantError({
      code: 'format-not-streamed',
      operation,
      problem: 'files of this format are read whole',
      where: { file: files[0]! },
      received: format,
      expected: 'csv, parquet or json',
      fix: 'use data.load, or write the data as Parquet',
    });
  }
  for (const file of files) await checkGzip(operation, file);
  const session = await openSession(options);
  let chunks: Chunks | undefined;
  try {
    const { plan, statement, bindings } = await prepare(operation, session, files, format, options);
    chunks = new Chunks(await session.connection.stream(statement, bindings.values, bindings.types));
    let buffers = plan.allocate(batchRows);
    let filled = 0;
    const finish = (rows: number): Dataset => {
      const dataset = new Dataset(plan.columns(shorten(buffers, rows)), { name });
      if (options.schema) validateRows(operation, dataset, options.schema);
      return dataset;
    };
    while (await chunks.advance()) {
      for (let from = 0; from < chunks.rows; ) {
        const count = Math.min(chunks.rows - from, batchRows - filled);
        plan.copy(chunks, buffers, filled, from, count);
        filled += count;
        from += count;
        if (filled < batchRows) continue;
        yield finish(filled);
        buffers = { ...plan.allocate(batchRows), dictionaries: buffers.dictionaries };
        filled = 0;
      }
    }
    if (filled > 0) yield finish(filled);
  } catch (error) {
    throw explain(operation, files, error, options);
  } finally {
    await chunks?.settle();
    session.close();
  }
}

/** The names that {@link query} gives to files, and how these are written. */
export interface QueryOptions extends SessionOptions, RelationOptions {
  /** Name in the SQL -> path, glob or list (CSV, Parquet, JSON). */
  files: Readonly<Record<string, string | readonly string[]>>;
  /** Values for `$name` in the SQL: bound, never written into it. */
  values?: Readonly<Record<string, string | number | boolean | null>>;
  /** As in {@link LoadOptions}. */
  timeZone?: string;
}

/**
 * SQL over files, on DuckDB: joins, filters and aggregates before anything reaches JavaScript's memory.
 *
 * @param sql one SELECT (or WITH ... SELECT); the names of `files` are its tables.
 * @throws ReluctantError as {@link load} does, and `query-failed` with DuckDB's own words.
 * @example
 * const big = await query('SELECT symbol, max(close) AS top FROM prices WHERE volume > $least GROUP BY symbol', {
 *   files: { prices: 'data/market.csv' }, values: { least: 1000 },
 * });
 */
export async function query(sql: string, options: QueryOptions): Promise<Dataset> {
  const operation = 'data.query';
  const bindings: Bindings = { values: {}, types: {} };
  for (const [name, value] of Object.entries(options.values ?? {})) bindings.values[name] = value;
  const paths: string[] = [];
  const tables: string[] = [];
  for (const [k, [name, source]] of Object.entries(options.files).entries()) {
    const { files, format } = settle(operation, source, {});
    if (format === 'arrow' || format === 'excel') {
      throw new ReluctantError({
        code: 'format-not-queried',
        operation,
        problem: 'SQL reads CSV, Parquet and JSON only',
        where: { file: files[0]! },
        received: format,
      });
    }
    for (const file of files) await checkGzip(operation, file);
    paths.push(...files);
    const relation = relationOf(operation, files, format, options, bindings, `file${k}_`);
    tables.push(`${quoteName(name)} AS (SELECT * FROM ${relation})`);
  }
  const relation = `(WITH ${tables.join(', ')} SELECT * FROM (\n${sql}\n))`;
  const session = await openSession(options);
  try {
    const { plan, statement } = await describe(operation, session, relation, 'the query', options, bindings);
    const result = await session.connection.stream(statement, bindings.values, bindings.types);
    return new Dataset(plan.columns(await collect(plan, result)), { name: brief(sql.replace(/\s+/g, ' ').trim(), 60) });
  } catch (error) {
    if (error instanceof Error && /(Parser|Binder|Catalog) Error/.test(error.message)) {
      throw new ReluctantError({
        code: 'query-failed',
        operation,
        problem: error.message.split('\n')[0]!,
        received: sql,
        expected: `one SELECT over the tables ${Object.keys(options.files).join(', ')}`,
        cause: error,
      });
    }
    throw explain(operation, paths, error);
  } finally {
    session.close();
  }
}

/** Files, format and a name for what the caller asked for. */
function settle(
  operation: string,
  source: string | readonly string[],
  options: LoadOptions,
): { files: string[]; format: FileFormat; name: string } {
  const files = findFiles(operation, source);
  const format = options.format
    ? checkChoice(operation, 'format', options.format, FILE_FORMATS)
    : formatOf(operation, files[0]!);
  checkChoice(operation, 'precision', options.precision ?? 'float64', ['float64', 'float32'] as const);
  const nothing = files.find((file) => fs.statSync(file).size === 0);
  if (nothing !== undefined) {
    throw new ReluctantError({ code: 'file-empty', operation, problem: 'the file is empty', where: { file: nothing } });
  }
  const first = path.basename(files[0]!);
  return { files, format, name: files.length === 1 ? first : `${first} and ${files.length - 1} more` };
}

function shorten(buffers: Buffers, rows: number): Buffers {
  return { ...buffers, arrays: buffers.arrays.map((array) => (array.length === rows ? array : array.slice(0, rows))) };
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
