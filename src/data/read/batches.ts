import { checkInteger, ReluctantError } from '../../core';
import { type Column, MISSING_DAY } from '../table/column';
import { Dataset } from '../table/dataset';
import type { FileFormat } from '../table/form';
import { validateRows } from '../table/schema';
import { allocate, copyChunk, type QuickBuffers, type QuickPlan, quickColumns } from './csv/quick';
import { Chunks } from './duckdb/chunks';
import { openSession, type Session } from './duckdb/session';
import type { LoadOptions } from './options';
import { checkForDuckDB } from './packed';
import type { Buffers } from './plan';
import { prepare } from './readColumns';
import { explain } from './readErrors';
import { settleFiles } from './sources';
import { notStreamed, type SurveyedFile, surveyFiles } from './survey';
import { nameSymbols } from './symbolNames';

/** Options of {@link loadBatches}. */
export type BatchOptions = LoadOptions & {
  /** Rows per data set, at least 1; the last may be shorter. Default 100,000. */
  batchRows?: number;
};

/**
 * Reads files piece by piece, for data larger than memory: CSV, Parquet and JSON are streamed, so no more than a batch
 * (and DuckDB's buffers, see `memoryLimit`) is held at a time. Rows come in the order of the files. The dictionaries of
 * symbols grow from batch to batch, so a code means the same in all of them. Text files are gone through twice: kinds are decided
 * by all values before the first batch.
 *
 * @throws ReluctantError as {@link load} does, `format-not-streamed` for Arrow, Excel and databases, and `form-not-streamed` for text
 * files that are not plain.
 * @example
 * for await (const batch of loadBatches('data/market.csv', { batchRows: 2048 })) batch.rows;
 */
export async function* loadBatches(
  source: string | readonly string[],
  options: BatchOptions = {},
): AsyncGenerator<Dataset, void, void> {
  const operation = 'data.loadBatches';
  const batchRows = checkInteger(operation, 'batchRows', options.batchRows ?? 100_000, 1, 2 ** 26);
  const { files, formats, name } = settleFiles(operation, source, options);
  const format = formats[0]!;
  if (formats.some((other) => other !== format) || !isStreamed(format)) {
    throw new ReluctantError({
      code: 'format-not-streamed',
      operation,
      problem: 'files of this format are read whole',
      where: { file: files[0]! },
      received: [...new Set(formats)].join(', '),
      expected: 'csv, parquet or json',
      fix: 'use data.load, or write the data as Parquet',
    });
  }
  if (options.query !== undefined) throw notStreamed(operation, files[0]!);
  for (const file of files) await checkForDuckDB(operation, file);
  const session = await openSession({ reads: files }, options);
  try {
    const batches =
      format === 'csv'
        ? textBatches(operation, session, files, options, batchRows)
        : typedBatches(operation, session, files, format, options, batchRows);
    for await (const columns of batches) {
      const dataset = new Dataset(columns, { name });
      if (options.schema) validateRows(operation, dataset, options.schema);
      yield dataset;
    }
  } catch (error) {
    throw explain(operation, files, error);
  } finally {
    session.close();
  }
}

/** Whether files of a format can be read piece by piece. */
export const isStreamed = (format: FileFormat): format is 'csv' | 'parquet' | 'json' =>
  format === 'csv' || format === 'parquet' || format === 'json';

async function* typedBatches(
  operation: string,
  session: Session,
  files: readonly string[],
  format: 'parquet' | 'json',
  options: LoadOptions,
  batchRows: number,
): AsyncGenerator<Map<string, Column>> {
  const { plan, statement, bindings } = await prepare(operation, session, files, format, options);
  const chunks = new Chunks(await session.connection.stream(statement, bindings.values, bindings.types));
  let buffers = plan.allocate(batchRows);
  let filled = 0;
  try {
    while (await chunks.advance()) {
      for (let from = 0; from < chunks.rows; ) {
        const count = Math.min(chunks.rows - from, batchRows - filled);
        plan.copy(chunks, buffers, filled, from, count);
        filled += count;
        from += count;
        if (filled < batchRows) continue;
        yield plan.columns(buffers);
        buffers = plan.allocate(batchRows, buffers);
        filled = 0;
      }
    }
    if (filled > 0) yield plan.columns(shorten(buffers, filled));
  } finally {
    await chunks.settle();
  }
}

function shorten<B extends Buffers | QuickBuffers>(buffers: B, rows: number): B {
  return { ...buffers, arrays: buffers.arrays.map((array) => (array.length === rows ? array : array.slice(0, rows))) };
}

async function* textBatches(
  operation: string,
  session: Session,
  files: readonly string[],
  options: LoadOptions,
  batchRows: number,
): AsyncGenerator<Map<string, Column>> {
  const surveyed = await surveyFiles(operation, session, files, options);
  const dictionaries = new Map<string, Map<string, number>>();
  const named = nameSymbols(
    operation,
    files,
    surveyed.map(({ plan, decided }) => withAllColumns(plan, decided)),
    options,
  );
  let pending: Map<string, Column> | undefined;
  for (const [k, file] of surveyed.entries()) {
    const symbol = named[k]!.get('symbol');
    const own = symbol && !file.plan.columns.some(({ name }) => name === 'symbol') ? symbol : undefined;
    for await (const columns of fileBatches(session, file, options, batchRows, dictionaries)) {
      const rows = [...columns.values()][0]?.values.length ?? 0;
      const whole =
        own?.kind === 'symbol'
          ? new Map([
              ['symbol', translate({ ...own, values: new Int32Array(rows) }, 'symbol', dictionaries)],
              ...columns,
            ])
          : columns;
      if (pending) yield pending;
      pending = whole;
    }
  }
  if (pending) yield pending;
}

/** The columns of a plan with those that are decided, for what looks at names and kinds only. */
function withAllColumns({ columns }: QuickPlan, decided: ReadonlyMap<string, Column>): Map<string, Column> {
  return new Map(
    columns.map(({ name }) => [name, decided.get(name) ?? { kind: 'number', values: new Float64Array(0) }]),
  );
}

async function* fileBatches(
  session: Session,
  { plan, decided }: SurveyedFile,
  options: LoadOptions,
  batchRows: number,
  dictionaries: Map<string, Map<string, number>>,
): AsyncGenerator<Map<string, Column>> {
  const chunks = new Chunks(await session.connection.stream(plan.statement, plan.bindings.values, plan.bindings.types));
  let buffers = allocate(plan, batchRows, options);
  let filled = 0;
  const finish = (rows: number) => decide(quickColumns(plan, shorten(buffers, rows)), decided, dictionaries);
  try {
    while (await chunks.advance()) {
      for (let from = 0; from < chunks.rows; ) {
        const count = Math.min(chunks.rows - from, batchRows - filled);
        copyChunk(chunks, buffers, filled, from, count);
        filled += count;
        from += count;
        if (filled < batchRows) continue;
        yield finish(filled);
        buffers = allocate(plan, batchRows, options, buffers);
        filled = 0;
      }
    }
    if (filled > 0) yield finish(filled);
  } finally {
    await chunks.settle();
  }
}

/** A batch with its texts put as the survey decided; texts come in the same order as then, so their codes are the same. */
function decide(
  columns: ReturnType<typeof quickColumns>,
  decided: ReadonlyMap<string, Column>,
  dictionaries: Map<string, Map<string, number>>,
): Map<string, Column> {
  return new Map(
    [...columns].map(([name, column]) => {
      if (!('texts' in column)) return [name, column];
      const { codes } = column;
      const all = decided.get(name)!;
      if (all.kind === 'symbol') {
        const values = codes.map((code) => (code < 0 ? -1 : all.values[code]!));
        return [name, translate({ ...all, values }, name, dictionaries)];
      }
      const values = new (all.values.constructor as Float64ArrayConstructor)(codes.length);
      const missing = all.kind === 'date' ? MISSING_DAY : Number.NaN;
      for (let row = 0; row < codes.length; row++) values[row] = codes[row]! < 0 ? missing : all.values[codes[row]!]!;
      return [name, { ...all, values } as Column];
    }),
  );
}

/** A column of symbols in the codes of a dictionary that all batches of all files share. */
function translate(
  column: Column & { kind: 'symbol' },
  name: string,
  dictionaries: Map<string, Map<string, number>>,
): Column {
  let codes = dictionaries.get(name);
  if (!codes) {
    codes = new Map();
    dictionaries.set(name, codes);
  }
  const shared = codes;
  const moved = new Int32Array(column.dictionary.length).fill(-1);
  const values = column.values.map((code) => {
    if (code < 0) return -1;
    if (moved[code]! < 0) {
      const text = column.dictionary[code]!;
      if (!shared.has(text)) shared.set(text, shared.size);
      moved[code] = shared.get(text)!;
    }
    return moved[code]!;
  });
  return { kind: 'symbol', values, dictionary: [...shared.keys()] };
}
