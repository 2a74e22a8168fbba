import * as fs from 'node:fs';
import type * as SQLite from 'node-sqlite3-wasm';
import { lazy, ReluctantError } from '../../core';
import { type Bindings, openSession, quoteName, quoteText } from './duckdb/session';
import { looseColumn } from './looseColumns';
import type { LoadOptions } from './options';
import { queryFailed } from './query';
import { collect, describe } from './readColumns';
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

function chooseTable(operation: string, file: string, names: readonly string[], given: string | undefined): string {
  if (given !== undefined && names.includes(given)) return given;
  if (given === undefined && names.length === 1) return names[0]!;
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

function loadSQLite(operation: string, file: string, options: LoadOptions): FileColumns {
  let rows: Record<string, unknown>[];
  let database: SQLite.Database | undefined;
  try {
    database = new sqlite.Database(file, { readOnly: true, fileMustExist: true });
    const names = database
      .all(`SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name`)
      .map(({ name }) => String(name));
    const sql = options.query ?? `SELECT * FROM ${quoteName(chooseTable(operation, file, names, options.table))}`;
    rows = database.all(sql) as Record<string, unknown>[];
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
  const names = Object.keys(rows[0] ?? {});
  const columns = names.map(
    (name) =>
      [
        name,
        looseColumn(
          name,
          rows.map((row) => exact(row[name])),
        ),
      ] as const,
  );
  return { file, columns: new Map(columns), rowOf: (row) => row + 1, quick: false };
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
    const listed = await session.connection.runAndReadAll(
      `SELECT table_name FROM information_schema.tables WHERE table_catalog = 'file' ORDER BY table_name`,
    );
    const names = listed.getRows().map(([name]) => String(name));
    const relation =
      options.query === undefined
        ? quoteName(chooseTable(operation, file, names, options.table))
        : `(${options.query}\n)`;
    const bindings: Bindings = { values: {}, types: {} };
    const { plan, statement } = await describe(operation, session, relation, file, options, bindings);
    const result = await session.connection.stream(statement, bindings.values, bindings.types);
    return { file, columns: plan.columns(await collect(plan, result)), rowOf: (row) => row + 1, quick: false };
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
