import type { DuckDBResult } from '@duckdb/node-api';
import { Chunks } from './chunks';
import type { Column } from './column';
import { type Bindings, openSession, type Session, type SessionOptions } from './duckdb';
import { expectedRows } from './expectedRows';
import { type Buffers, type Plan, type PlanOptions, planColumns } from './plan';
import { type RelationOptions, relationOf, type TableFormat } from './relation';
import { prepareSniffed } from './sniffed';

/** What reading needs to know beside the files. */
export type ReadOptions = SessionOptions & RelationOptions & PlanOptions;

/** A statement that reads files, and what becomes of its columns. */
export interface Prepared {
  plan: Plan;
  statement: string;
  bindings: Bindings;
}

/** The whole of some files as columns. */
export async function readColumns(
  operation: string,
  files: readonly string[],
  format: TableFormat,
  options: ReadOptions,
): Promise<Map<string, Column>> {
  const session = await openSession(options);
  const read = async ({ plan, statement, bindings }: Prepared) => {
    // Asked first: another query on the connection would end the stream.
    const expected = await expectedRows(session, files, format);
    // Streamed, so that a chunk is copied while DuckDB's threads read the next ones, and the whole is never held twice.
    const result = await session.connection.stream(statement, bindings.values, bindings.types);
    return plan.columns(await collect(plan, result, expected));
  };
  const carefully = async () => read(await prepare(operation, session, files, format, options));
  try {
    if (format !== 'csv' || files.length > 1) return await carefully();
    // Whatever fails when read in haste is read again, so that what is wrong, if anything, is said as always.
    return await prepareSniffed(operation, session, files[0]!, options).then(read).catch(carefully);
  } finally {
    session.close();
  }
}

/** Prepares to read files as they are: with types found out by DuckDB when it reads them. */
export async function prepare(
  operation: string,
  session: Session,
  files: readonly string[],
  format: TableFormat,
  options: ReadOptions,
): Promise<Prepared> {
  const bindings: Bindings = { values: {}, types: {} };
  const relation = relationOf(operation, files, format, options, bindings);
  return describe(operation, session, relation, files[0]!, options, bindings);
}

/** Asks DuckDB for the columns of a relation and plans how to take them over. */
export async function describe(
  operation: string,
  { connection }: Session,
  relation: string,
  file: string,
  options: PlanOptions,
  bindings: Bindings,
): Promise<Prepared> {
  const description = await connection.runAndReadAll(
    `DESCRIBE SELECT * FROM ${relation}`,
    bindings.values,
    bindings.types,
  );
  const fields = description.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  const plan = planColumns(operation, file, fields, options, bindings);
  return { plan, statement: `SELECT ${plan.projection} FROM ${relation}`, bindings };
}

/** Copies a streamed result into typed arrays; `expected` rows or more, as it turns out. */
export async function collect(plan: Plan, result: DuckDBResult, expected = 0): Promise<Buffers> {
  let capacity = Math.max(2048, expected);
  let buffers = plan.allocate(capacity);
  let rows = 0;
  const chunks = new Chunks(result);
  try {
    while (await chunks.advance()) {
      const count = chunks.rows;
      if (rows + count > capacity) {
        capacity = Math.ceil(1.5 * (rows + count));
        const larger = plan.allocate(capacity);
        larger.arrays.forEach((array, k) => {
          array.set(buffers.arrays[k]!.subarray(0, rows));
        });
        buffers = { ...larger, dictionaries: buffers.dictionaries };
      }
      plan.copy(chunks, buffers, rows, 0, count);
      rows += count;
    }
  } finally {
    await chunks.settle();
  }
  // A little slack at the end of the memory costs less than a second copy.
  const wasteful = capacity > 1.0625 * rows;
  const exact = (array: Buffers['arrays'][number]) => (wasteful ? array.slice(0, rows) : array.subarray(0, rows));
  return { ...buffers, arrays: buffers.arrays.map(exact) };
}
