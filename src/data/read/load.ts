import { brief, parseJSON, ReluctantError, readPlainText, statusOf } from '../../core';
import { concat } from '../table/concat';
import { Dataset, type Truth } from '../table/dataset';
import { validateRows } from '../table/schema';
import { readCarefully } from './csv/careful';
import { openSession } from './duckdb/session';
import type { LoadOptions } from './options';
import { queryDataset } from './query';
import { readFile } from './readFile';
import { settleFiles } from './sources';
import { nameSymbols } from './symbolNames';
import { type FileColumns, ReadAgain } from './texts/fileColumns';
import { type Settled, settle } from './texts/settle';

/**
 * Reads CSV and other text files, Parquet, JSON (lines, lists, nested), Arrow and Feather, Excel, DuckDB and SQLite files into a
 * {@link Dataset}, gzip and zstd looked through; several files, a list or a glob, become one table by the names of their
 * columns. The kind of a column is decided by all of its values: numbers, days, instants (milliseconds, UTC), or texts with a
 * dictionary; missing values are NaN. What was decided on the way is in the notes of the data set.
 *
 * Files without a column of symbols become one symbol each, called like the file, if there are several. A file
 * `prices.truth.json` beside `prices.csv` (see `synthetic.market`) is read as the data set's truth.
 *
 * @param source path, glob, or a list of them.
 * @throws ReluctantError naming file, row and column where they are known: `file-not-found`, `format-unknown`,
 * `file-damaged`, `file-empty`, `not-a-table`, `value-not-readable`, `row-not-readable`, `date-ambiguous`, `number-ambiguous`,
 * `column-not-found`, `column-type-unsupported`, `header-missing`, `column-names-repeated`, `schema-violated`, `query-failed`.
 * @example
 * const prices = await load('data/market.csv', { columns: ['symbol', 'date', 'close'] });
 * prices.names; // ['symbol', 'date', 'close']
 */
export async function load(source: string | readonly string[], options: LoadOptions = {}): Promise<Dataset> {
  const operation = 'data.load';
  const { files, formats, name } = settleFiles(operation, source, options);
  const notes: string[] = [];
  const session = await openSession({ reads: files }, options);
  let settled: Settled;
  let parts: FileColumns[] = [];
  try {
    parts = [];
    for (const [k, file] of files.entries())
      parts.push(await readFile(operation, session, file, formats[k]!, options, notes));
    settled = settleAll(operation, parts, options, notes);
  } finally {
    session.close();
  }
  const tables = nameSymbols(operation, files, settled.files, options);
  const whole = concat(tables.map((columns, k) => new Dataset(columns, { name: files[k]! })));
  const about = {
    name,
    truth: files.length === 1 ? readTruth(files[0]!) : undefined,
    notes: [...new Set([...notes, ...settled.notes])],
  };
  let dataset = new Dataset(new Map(whole.names.map((column) => [column, whole.column(column)])), about);
  if (options.query !== undefined && !formats.some((format) => format === 'sqlite' || format === 'duckdb')) {
    dataset = await queryDataset(operation, dataset, options.query, options);
  }
  if (options.columns) dataset = pick(operation, files[0]!, dataset, options.columns);
  if (options.schema) validateRows(operation, dataset, options.schema);
  return dataset;
}

/** Settles the kinds of all columns; what was read in haste and turns out to need care is read again. */
function settleAll(operation: string, parts: FileColumns[], options: LoadOptions, notes: string[]): Settled {
  for (;;) {
    try {
      return settle(operation, parts, options);
    } catch (error) {
      const named =
        error instanceof ReadAgain
          ? error.file
          : error instanceof ReluctantError
            ? error.details.where?.['file']
            : undefined;
      const hasty = parts.findIndex(({ file, quick }) => quick && (named === undefined || file === named));
      if (hasty < 0 || !(error instanceof ReadAgain || error instanceof ReluctantError)) throw error;
      parts[hasty] = readCarefully(operation, parts[hasty]!.file, options, notes);
    }
  }
}

function pick(operation: string, file: string, dataset: Dataset, columns: readonly string[]): Dataset {
  for (const name of columns) {
    if (dataset.has(name)) continue;
    const close = dataset.names.find((other) => other.toLowerCase() === String(name).toLowerCase());
    throw new ReluctantError({
      code: 'column-not-found',
      operation,
      problem: `column ${brief(name, 60)} not found`,
      where: { file },
      expected: `one of ${brief(dataset.names, 300)}`,
      ...(close === undefined ? {} : { fix: `did you mean ${brief(close, 60)}?` }),
    });
  }
  return dataset.select(columns);
}

/** The parameters of a synthetic data set, kept in a file of their own beside it. */
function readTruth(file: string): Truth | undefined {
  const beside = file.replace(/\.[a-z]+(\.(gz|zst))?$/i, '.truth.json');
  if (beside === file || !statusOf(beside)?.isFile()) return undefined;
  try {
    const { generator, parameters } = parseJSON(readPlainText('data.load', beside)) as Truth;
    if (typeof generator === 'string' && typeof parameters === 'object') return { generator, parameters, columns: {} };
  } catch {
    // Not one of ours: the data themselves do not need it.
  }
  return undefined;
}
