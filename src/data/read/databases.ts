import * as fs from 'node:fs';
import type * as SQLite from 'node-sqlite3-wasm';
import { lazy, ReluctantError } from '../../core';
import { Bound } from '../table/bound';
import { collect } from './duckdb/collect';
import { type Bindings, openSession, quoteName, quoteText, type Session } from './duckdb/session';
import { looseColumn } from './looseColumns';
import type { LoadOptions } from './options';
import { queryFailed } from './query';
import { describe } from './readColumns';
import type { FileColumns } from './texts/fileColumns';

const sqlite = lazy(() => require('node-sqlite3-wasm') as typeof SQLite);

/**
 * Reads a table of a database file, or what a query makes of its tables; the file is not changed.
 * @throws ReluctantError `table-not-found`, `query-failed`, `file-damaged`.
 */
export async function loadDatabase(
  operation: string,
  file: string,
  format: 'sqlite' | 'duckdb',
  options: LoadOptions,
): Promise<FileColumns> {
  // SQLite's own extension is ".db" as is that of some DuckDB files: the beginning tells.
  const start = Buffer.alloc(16);
  const handle = fs.openSync(file, 'r');
  fs.readSync(handle, start, 0, 16, 0);
  fs.closeSync(handle);
  const isSQLite = start.toString('latin1').startsWith('SQLite format 3');
  const isDuckDB = start.toString('latin1', 8, 12) === 'DUCK';
  if (!isSQLite && !isDuckDB) throw damaged(operation, file, format, 'the file begins like no database');
  return isSQLite ? loadSQLite(operation, file, options) : loadDuckDB(operation, file, options);
}

function damaged(operation: string, file: string, format: string, cause: unknown): ReluctantError {
  return new ReluctantError({
    code: 'file-damaged',
    operation,
    problem: `the file is not readable as ${format === 'sqlite' ? 'SQLite' : 'DuckDB'}`,
    where: { file },
    received: cause instanceof Error ? cause.message.split('\n')[0] : cause,
    fix: 'check that it is whole and closed by the program that wrote it; a newer version may have to export it as Parquet',
    cause,
  });
}

/** What a database holds under a name; what is computed is a query that whoever made the file has written. */
interface Stored {
  name: string;
  isComputed: boolean;
}

/** The table that is meant: stored in the file, since a query of somebody else's may take any time and memory. */
function chooseTable(operation: string, file: string, stored: readonly Stored[], given: string | undefined): string {
  const names = stored.filter(({ isComputed }) => !isComputed).map(({ name }) => name);
  if (given !== undefined && names.includes(given)) return given;
  if (given === undefined && names.length === 1) return names[0]!;
  const computed = stored.find(({ name, isComputed }) => isComputed && (name === given || stored.length === 1));
  if (computed) {
    throw new ReluctantError({
      code: 'table-computed',
      operation,
      problem: `"${computed.name}" is no stored table: it is computed by what whoever made the file has written into it`,
      where: { file },
      expected: names.length === 0 ? 'a table' : `one of ${names.map((name) => `"${name}"`).join(', ')}`,
      fix: (say) => `if it can be trusted, ask for it: ${say('query', `SELECT * FROM ${quoteName(computed.name)}`)}`,
    });
  }
  throw new ReluctantError({
    code: 'table-not-found',
    operation,
    problem:
      given === undefined
        ? `the database holds ${names.length === 0 ? 'no table' : 'several tables'}`
        : 'there is no such table',
    where: { file },
    ...(given === undefined ? {} : { received: given }),
    expected: names.length === 0 ? 'at least one' : `one of ${names.map((name) => `"${name}"`).join(', ')}`,
    fix: (say) =>
      `name it: ${say('table', names[0] ?? 'prices')}, or ask: ${say('query', `SELECT * FROM ${names[0] ?? 'prices'}`)}`,
  });
}

/** Memory that SQLite may take beside the rows that it gives. */
const SQLITE_BYTES = 2 ** 28;

function loadSQLite(operation: string, file: string, options: LoadOptions): FileColumns {
  let columns: Map<string, unknown[]>;
  let database: SQLite.Database | undefined;
  try {
    database = new sqlite.Database(file, { readOnly: true, fileMustExist: true });
    database.exec(`PRAGMA hard_heap_limit = ${SQLITE_BYTES}`);
    const sql =
      options.query ??
      `SELECT * FROM ${quoteName(chooseTable(operation, file, storedInSQLite(database), options.table))}`;
    const bound =
      options.query === undefined ? Bound.ofFiles(operation, [file]) : Bound.ofAnswer(operation, options.query);
    columns = columnsOfSQLite(database, sql, bound);
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    if (options.query !== undefined && /no such|syntax|ambiguous/.test(String(cause))) {
      throw new ReluctantError({
        code: 'query-failed',
        operation,
        problem: cause instanceof Error ? cause.message : String(cause),
        where: { file },
        received: options.query,
        expected: 'one SELECT over the tables of the database',
        cause,
      });
    }
    throw damaged(operation, file, 'sqlite', cause);
  } finally {
    database?.close();
  }
  const loose = [...columns].map(([name, values]) => [name, looseColumn(name, values)] as const);
  return { file, columns: new Map(loose), rowOf: (row) => row + 1, quick: false };
}

/** Tables and views; a table may have columns that are computed, or be one of a module's (virtual). */
function storedInSQLite(database: SQLite.Database): Stored[] {
  const sql = `SELECT name, type = 'view' OR sql LIKE 'CREATE VIRTUAL%'
      OR EXISTS (SELECT 1 FROM pragma_table_xinfo(schema.name) WHERE hidden > 1) AS computed
    FROM sqlite_master AS schema WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' ORDER BY name`;
  return database.all(sql).map(({ name, computed }) => ({ name: String(name), isComputed: computed !== 0 }));
}

/** Row by row, since columns that were added later have values in rows that do not hold them. */
function columnsOfSQLite(database: SQLite.Database, sql: string, bound: Bound): Map<string, unknown[]> {
  const columns = new Map<string, unknown[]>();
  const statement = database.prepare(sql);
  try {
    let rows = 0;
    for (const row of statement.iterate() as Iterable<Record<string, unknown>>) {
      const names = Object.keys(row);
      bound.check(++rows, names.length);
      for (const name of names) {
        const value = exact(row[name]);
        if (typeof value === 'string') bound.read(value.length);
        const values = columns.get(name);
        if (values) values.push(value);
        else columns.set(name, [value]);
      }
    }
  } finally {
    statement.finalize();
  }
  return columns;
}

/** Whole numbers that a double holds are numbers; longer ones stay exact as texts. */
function exact(value: unknown): unknown {
  if (typeof value !== 'bigint') return value instanceof Uint8Array ? undefined : value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

async function loadDuckDB(operation: string, file: string, options: LoadOptions): Promise<FileColumns> {
  const session = await openSession({ reads: [file, `${file}.wal`] }, options);
  try {
    await session.connection.run(`ATTACH ${quoteText(file)} AS file (READ_ONLY)`);
    await session.connection.run('USE file');
    const relation =
      options.query === undefined
        ? quoteName(chooseTable(operation, file, await storedInDuckDB(session), options.table))
        : `(${options.query}\n)`;
    const bound =
      options.query === undefined ? Bound.ofFiles(operation, [file]) : Bound.ofAnswer(operation, options.query);
    const bindings: Bindings = { values: {}, types: {} };
    const { plan, statement } = await describe(operation, session, relation, file, options, bindings);
    const result = await session.connection.stream(statement, bindings.values, bindings.types);
    return { file, columns: plan.columns(await collect(plan, result, bound)), rowOf: (row) => row + 1, quick: false };
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw (
      (options.query === undefined ? undefined : queryFailed(operation, options.query, ['of the database'], cause)) ??
      damaged(operation, file, 'duckdb', cause)
    );
  } finally {
    session.close();
  }
}

/** Tables and views; columns of a table may be computed. */
async function storedInDuckDB({ connection }: Session): Promise<Stored[]> {
  const listed = await connection.runAndReadAll(
    `SELECT table_name AS name, contains(sql, 'GENERATED ALWAYS AS') AS computed FROM duckdb_tables() WHERE database_name = 'file'
    UNION ALL SELECT view_name, true FROM duckdb_views() WHERE database_name = 'file' AND NOT internal ORDER BY name`,
  );
  return listed.getRows().map(([name, computed]) => ({ name: String(name), isComputed: computed === true }));
}
