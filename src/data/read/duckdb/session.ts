import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { lazy } from '../../../core';
import { bytesOf } from '../../table/bound';

/** DuckDB's package, loaded on first use. */
export const duckdb = lazy(() => require('@duckdb/node-api') as typeof import('@duckdb/node-api'));

/** A DuckDB session of its own: nothing of it is left when it is closed. */
export interface Session {
  connection: DuckDBConnection;
  close(): void;
}

/** What a session may touch outside of itself. */
export interface Reach {
  /** Files it may read. */
  reads?: readonly string[];
  /** Files it may write. */
  writes?: readonly string[];
  /** Any file. Default: false. */
  everything?: boolean;
}

/** How a session is limited. */
export interface SessionOptions {
  /** Memory DuckDB may use before it spills to the temporary folder, e.g. "500MB". Default: four fifths of the machine's. */
  memoryLimit?: string;
  /** Threads DuckDB uses. Default: all cores. */
  threads?: number;
}

/** Where a session keeps its tables. */
interface Place {
  /** A file of its own, removed when the session is closed. Default: memory. */
  file?: string;
}

/**
 * Opens an in-memory DuckDB that never goes to the network (extensions are neither installed nor loaded on demand, so a path such
 * as "https://..." is refused rather than fetched) and touches no file but those it is opened for: SQL of the caller's, a view
 * in somebody else's database and a name with wildcards reach nothing else.
 */
export async function openSession(
  { reads = [], writes = [], everything = false }: Reach,
  { memoryLimit, threads, file }: SessionOptions & Place = {},
): Promise<Session> {
  const leave = everything ? undefined : memoryFor(reads);
  const spill = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-duckdb-'));
  const instance = await duckdb.DuckDBInstance.create(file ?? ':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: spill,
    ...(memoryLimit || leave ? { memory_limit: memoryLimit ?? `${leave}B` } : {}),
    ...(threads ? { threads: String(threads) } : {}),
  });
  const connection = await instance.connect();
  // What of a streamed result may wait to be fetched. With DuckDB's own choice of 1 MB its threads stand still as often as they
  // work. It does not count towards the limit of memory, so with one it stays small.
  if (memoryLimit === undefined) await connection.run(`SET streaming_buffer_size = '40MB'`);
  if (!everything) {
    const paths = [...new Set([...reads.flatMap((one) => [one, literally(one)]), ...writes])];
    await connection.run(`SET allowed_paths = [${paths.map(quoteText).join(', ')}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
  }
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
      fs.rmSync(spill, { recursive: true, force: true });
      if (file !== undefined) for (const name of [file, `${file}.wal`]) fs.rmSync(name, { force: true });
    },
  };
}

/** Memory that reading takes whatever the files' size; beyond that, how many times their size. */
const ALWAYS_ALLOWED = 3 * 2 ** 27;
const PER_BYTE = 64;

/** Bytes that DuckDB may take to read files, where that is less than it would take by itself: what is packed in one may have any size. */
function memoryFor(files: readonly string[]): number | undefined {
  const most = Math.max(ALWAYS_ALLOWED, PER_BYTE * bytesOf(files));
  return files.length > 0 && most < os.totalmem() / 2 ? most : undefined;
}

/** A name as SQL: quoted, with the quotes inside doubled, so that no column name can be read as anything else. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as SQL, where none can be bound: quoted, with the quotes inside doubled. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A path as DuckDB's functions that read files take it: its wildcards stand for themselves. */
export const literally = (file: string): string => file.replace(/[*?[]/g, '[$&]');

/** Values bound to `$name` places of a statement, with the types that DuckDB cannot see from the value itself. */
export interface Bindings {
  values: Record<string, DuckDBValue>;
  types: Record<string, DuckDBType>;
}

/** A list of texts as a bound value. */
export function bindTexts(bindings: Bindings, name: string, texts: readonly string[]): void {
  bindings.values[name] = duckdb.listValue([...texts]);
  bindings.types[name] = duckdb.LIST(duckdb.VARCHAR);
}
