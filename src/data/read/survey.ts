import * as fs from 'node:fs';
import { ReluctantError } from '../../core';
import type { Column } from '../table/column';
import { isTimeName, roleOf } from '../table/roles';
import { IntegerCells } from './csv/integerCells';
import { allocate, copyChunk, planQuickly, type QuickPlan } from './csv/quick';
import { Chunks } from './duckdb/chunks';
import type { Session } from './duckdb/session';
import { SymbolCodes } from './duckdb/symbolCodes';
import type { LoadOptions } from './options';
import type { FileColumns } from './texts/fileColumns';
import { settle } from './texts/settle';

/** A text file that is read piece by piece: how, and what its columns of texts turned out to be. */
export interface SurveyedFile {
  plan: QuickPlan;
  /** Kind of each column of texts with a value for each distinct text, in order of appearance. */
  decided: Map<string, Column>;
}

/** Distinct texts of a column that are held at most. */
const MOST_TEXTS = 5_000_000;
const remembered = new Map<string, SurveyedFile[]>();

/**
 * Goes through text files once and keeps of each column of texts the distinct ones only, so that kinds are decided by all values
 * before the first batch is handed over. Remembered for files that have not changed since.
 *
 * @throws ReluctantError `form-not-streamed` for files that are not plain, and those of `settle`.
 */
export async function surveyFiles(
  operation: string,
  session: Session,
  files: readonly string[],
  options: LoadOptions,
): Promise<SurveyedFile[]> {
  const { schema: _schema, memoryLimit: _memory, threads: _threads, ...form } = options;
  const key = JSON.stringify([files.map((file) => [file, fs.statSync(file).mtimeMs, fs.statSync(file).size]), form]);
  const before = remembered.get(key);
  // Bindings are used up by nobody, so a plan serves again.
  if (before) return before;
  const parts: { plan: QuickPlan; columns: FileColumns }[] = [];
  for (const file of files) {
    const plan = planQuickly(operation, file, options);
    if (!plan || hasTimes(plan)) throw notStreamed(operation, file);
    parts.push({
      plan,
      columns: {
        file,
        columns: await distinctTexts(operation, session, plan, options),
        rowOf: (row) => row + 2,
        quick: false,
      },
    });
  }
  const settled = settle(
    operation,
    parts.map(({ columns }) => columns),
    options,
  );
  const surveyed = parts.map(({ plan }, k) => ({ plan, decided: settled.files[k]! }));
  if (remembered.size >= 8) remembered.delete(remembered.keys().next().value!);
  remembered.set(key, surveyed);
  return surveyed;
}

/** Days and times of day in two columns are joined row by row, which distinct texts do not allow. */
const hasTimes = ({ columns }: QuickPlan): boolean =>
  columns.some(({ name }) => isTimeName(name)) &&
  columns.some(({ name }) => roleOf(name) === 'date' && !isTimeName(name));

export function notStreamed(operation: string, file: string): ReluctantError {
  return new ReluctantError({
    code: 'form-not-streamed',
    operation,
    problem: 'a file in this form cannot be read piece by piece',
    where: { file },
    expected:
      'Parquet, JSON lines, or a plain CSV file: UTF-8, the names in the first line, dates and times in one column',
    fix: (say) =>
      `give more memory: ${say('memory', '8GB')}, or write it as Parquet first: reluctant look FILE --write prices.parquet`,
  });
}

async function distinctTexts(
  operation: string,
  session: Session,
  plan: QuickPlan,
  options: LoadOptions,
): Promise<FileColumns['columns']> {
  const chunks = new Chunks(await session.connection.stream(plan.statement, plan.bindings.values, plan.bindings.types));
  const buffers = allocate(plan, 2048, options);
  try {
    while (await chunks.advance()) {
      copyChunk(chunks, buffers, 0, 0, chunks.rows);
      for (const [k, reader] of buffers.readers.entries()) {
        if (!(reader instanceof SymbolCodes) || reader.size <= MOST_TEXTS) continue;
        throw new ReluctantError({
          code: 'column-too-varied',
          operation,
          problem: `a column of texts has more than ${MOST_TEXTS.toLocaleString('en-US')} different ones, too many for reading piece by piece`,
          where: { file: plan.file, column: plan.columns[k]!.name },
          fix: 'leave the column out, or write the file as Parquet with dates as dates',
        });
      }
    }
  } catch (error) {
    if (error instanceof ReluctantError && buffers.readers.some((reader) => reader instanceof IntegerCells)) {
      throw new ReluctantError({ ...error.details, where: { file: plan.file, ...error.details.where } });
    }
    throw error;
  } finally {
    await chunks.settle();
  }
  return new Map(
    plan.columns.flatMap(({ name }, k) => {
      const reader = buffers.readers[k];
      if (!(reader instanceof SymbolCodes)) return [];
      const texts = reader.dictionary;
      return [[name, { name, codes: Int32Array.from(texts, (_, code) => code), texts }] as const];
    }),
  );
}
