import { brief, ReluctantError } from '../../core';
import { Bound } from '../table/bound';
import { Dataset } from '../table/dataset';
import { collect } from './duckdb/collect';
import { intoTable } from './duckdb/duckTable';
import { type Bindings, openSession, quoteName, type SessionOptions } from './duckdb/session';
import { checkForDuckDB } from './packed';
import { describe } from './readColumns';
import { explain } from './readErrors';
import { type RelationOptions, relationOf } from './relation';
import { settleFiles } from './sources';

/** The names that {@link query} gives to files, and how these are written. */
export interface QueryOptions extends SessionOptions, RelationOptions {
  /** Name in the SQL -> path, glob or list (CSV, Parquet, JSON). */
  files: Readonly<Record<string, string | readonly string[]>>;
  /** Values for `$name` in the SQL: bound, never written into it. */
  values?: Readonly<Record<string, string | number | boolean | null>>;
  /** Whether the SQL may read files that are not among `files`, e.g. by `read_csv('other.csv')`. Default: false. */
  externalAccess?: boolean;
  /** As in {@link LoadOptions}. */
  timeZone?: string;
}

/**
 * SQL over files, on DuckDB: joins, filters and aggregates before anything reaches JavaScript's memory. Files are read as
 * DuckDB reads them; for files in unusual forms, `load` with the option `query`.
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
    const { files, formats } = settleFiles(operation, source, {});
    const format = formats[0]!;
    if (format !== 'csv' && format !== 'parquet' && format !== 'json') {
      throw new ReluctantError({
        code: 'format-not-queried',
        operation,
        problem: 'files of this format are not read by SQL directly',
        where: { file: files[0]! },
        received: format,
        expected: 'csv, parquet or json',
        fix: (say) => `load it with the query: ${say('query', 'SELECT * FROM data')}`,
      });
    }
    for (const file of files) await checkForDuckDB(operation, file);
    paths.push(...files);
    const relation = relationOf(operation, files, format, options, bindings, `file${k}_`);
    tables.push(`${quoteName(name)} AS (SELECT * FROM ${relation})`);
  }
  const relation = `(WITH ${tables.join(', ')} SELECT * FROM (\n${sql}\n))`;
  const session = await openSession({ reads: paths, everything: options.externalAccess === true }, options);
  try {
    const { plan, statement } = await describe(operation, session, relation, 'the query', options, bindings);
    const result = await session.connection.stream(statement, bindings.values, bindings.types);
    return new Dataset(plan.columns(await collect(plan, result, Bound.ofAnswer(operation, sql))), {
      name: titleOf(sql),
    });
  } catch (error) {
    throw queryFailed(operation, sql, Object.keys(options.files), error) ?? explain(operation, paths, error);
  } finally {
    session.close();
  }
}

/** SQL over a data set, as the table `data`. @throws ReluctantError `query-failed`. */
export async function queryDataset(
  operation: string,
  dataset: Dataset,
  sql: string,
  options: SessionOptions,
): Promise<Dataset> {
  const session = await openSession({}, options);
  try {
    await intoTable(session, 'data', dataset);
    const bindings: Bindings = { values: {}, types: {} };
    const { plan, statement } = await describe(
      operation,
      session,
      `(SELECT * FROM (\n${sql}\n))`,
      'the query',
      {},
      bindings,
    );
    const result = await session.connection.stream(statement, bindings.values, bindings.types);
    const columns = plan.columns(await collect(plan, result, Bound.ofAnswer(operation, sql)));
    return new Dataset(columns, { name: dataset.name, notes: dataset.notes });
  } catch (error) {
    throw queryFailed(operation, sql, ['data'], error) ?? error;
  } finally {
    session.close();
  }
}

const titleOf = (sql: string): string => brief(sql.replace(/\s+/g, ' ').trim(), 60);

/** What is wrong with SQL, in DuckDB's words; nothing where the error is another. */
export function queryFailed(
  operation: string,
  sql: string,
  tables: readonly string[],
  error: unknown,
): ReluctantError | undefined {
  if (!(error instanceof Error) || error instanceof ReluctantError) return undefined;
  if (/Permission Error/.test(error.message)) {
    return new ReluctantError({
      code: 'query-failed',
      operation,
      problem: 'the query reaches for a file that it was not given',
      received: /"([^"]*)"/.exec(error.message)?.[1] ?? sql,
      expected: `${tables.length === 1 ? 'the table' : 'one of the tables'} ${tables.join(', ')}`,
      fix: 'give it the file under a name, data.query(sql, { files: { name: path } }), or any file: externalAccess: true',
      cause: error,
    });
  }
  if (!/(Parser|Binder|Catalog|Conversion|Invalid Input|Out of Range) Error/.test(error.message)) return undefined;
  return new ReluctantError({
    code: 'query-failed',
    operation,
    problem: error.message.split('\n')[0]!,
    received: sql,
    expected: `one SELECT over ${tables.length === 1 ? 'the table' : 'the tables'} ${tables.join(', ')}`,
    cause: error,
  });
}
