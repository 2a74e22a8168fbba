import { Bound, checkWidth } from '../table/bound';
import type { Column } from '../table/column';
import { collect } from './duckdb/collect';
import { expectedRows } from './duckdb/expectedRows';
import { type Bindings, openSession, quoteName, type Session, type SessionOptions } from './duckdb/session';
import { parquetWidth } from './parquetWidth';
import { zonesOf } from './parquetZones';
import { type Field, type Plan, type PlanOptions, planColumns } from './plan';
import { type RelationOptions, relationOf, type TableFormat } from './relation';

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
  const session = await openSession({ reads: files }, options);
  try {
    const { plan, statement, bindings } = await prepare(operation, session, files, format, options);
    // Asked first: another query on the connection would end the stream.
    const expected = await expectedRows(session, files, format);
    // Streamed, so that a chunk is copied while DuckDB's threads read the next ones, and the whole is never held twice.
    const bound = Bound.ofFiles(operation, files);
    bound.check(expected, plan.width);
    const result = await session.connection.stream(statement, bindings.values, bindings.types);
    return plan.columns(await collect(plan, result, bound, expected));
  } finally {
    session.close();
  }
}

/** Columns of a Parquet file at most: DuckDB takes a time that grows with the square of their number. */
const MOST_OF_PARQUET = 10_000;

/** Prepares to read files with the types that DuckDB finds, and what all of their values say beyond them. */
export async function prepare(
  operation: string,
  session: Session,
  files: readonly string[],
  format: TableFormat,
  options: ReadOptions,
): Promise<Prepared> {
  if (format === 'parquet')
    for (const file of files) checkWidth(operation, file, parquetWidth(operation, file) - 1, MOST_OF_PARQUET);
  const bindings: Bindings = { values: {}, types: {} };
  const relation = relationOf(operation, files, format, options, bindings);
  const zones = format === 'parquet' ? await zonesOf(session, files[0]!) : new Map<string, string>();
  return describe(operation, session, relation, files[0]!, options, bindings, zones);
}

/** Asks DuckDB for the columns of a relation and plans how to take them over. */
export async function describe(
  operation: string,
  session: Session,
  relation: string,
  file: string,
  options: PlanOptions,
  bindings: Bindings,
  zones: ReadonlyMap<string, string> = new Map(),
): Promise<Prepared> {
  const description = await session.connection.runAndReadAll(
    `DESCRIBE SELECT * FROM ${relation}`,
    bindings.values,
    bindings.types,
  );
  const fields: Field[] = description.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  await lookAtValues(session, relation, fields, options, bindings, zones);
  const plan = planColumns(operation, file, fields, options, bindings);
  return { plan, statement: `SELECT ${plan.projection} FROM ${relation}`, bindings };
}

/**
 * What types do not say and all values do: instants that are midnight in their zone are days, and whole numbers beyond 2^53 are
 * names, which a double would change.
 */
async function lookAtValues(
  { connection }: Session,
  relation: string,
  fields: Field[],
  options: PlanOptions,
  bindings: Bindings,
  zones: ReadonlyMap<string, string>,
): Promise<void> {
  const own: Bindings = { values: { ...bindings.values }, types: { ...bindings.types } };
  const wanted = fields.filter(({ name }) => options.columns?.includes(name) ?? true);
  const tests = wanted.flatMap((field, k): { field: Field; really: 'texts' | 'days'; sql: string; zone?: string }[] => {
    const name = quoteName(field.name);
    if (/^(U?BIGINT|U?HUGEINT|DECIMAL\(\d+,0\))$/.test(field.type)) {
      return [{ field, really: 'texts', sql: `coalesce(max(abs(CAST(${name} AS DOUBLE))) > 9007199254740991, false)` }];
    }
    if (!field.type.startsWith('TIMESTAMP')) return [];
    const isZoned = field.type.includes('TIME ZONE');
    const zone = isZoned ? (zones.get(field.name) ?? options.timeZone) : undefined;
    // Instants of UTC are instants: only another zone makes days of them.
    if (isZoned && (zone === undefined || /^(UTC|Etc\/UTC|GMT|Z|\+00:00)$/.test(zone))) return [];
    if (zone !== undefined) own.values[`see${k}`] = zone;
    const local = zone === undefined ? name : `timezone($see${k}, ${name})`;
    const sql = `coalesce(bool_and(NOT isfinite(${name}) OR ${local} = date_trunc('day', ${local})), false)`;
    return [{ field, really: 'days', sql, ...(zone === undefined ? {} : { zone }) }];
  });
  if (tests.length === 0) return;
  const [row] = (
    await connection.runAndReadAll(
      `SELECT ${tests.map(({ sql }) => sql).join(', ')} FROM ${relation}`,
      own.values,
      own.types,
    )
  ).getRows();
  tests.forEach(({ field, really, zone }, k) => {
    if (row?.[k] !== true) return;
    field.really = really;
    if (zone !== undefined) field.zone = zone;
  });
}
