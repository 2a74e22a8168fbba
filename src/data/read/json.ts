import { brief, type JSONLimits, parseExactly, ReluctantError } from '../../core';
import { Bound, checkWidth } from '../table/bound';
import { wholeBytes } from './csv/bytes';
import { findTable, type JSONTable } from './jsonShapes';
import { findLayout } from './layout/layout';
import { TableBuilder } from './layout/tableBuilder';
import { looseColumn, textOf } from './looseColumns';
import type { LoadOptions } from './options';
import type { FileColumns } from './texts/fileColumns';

/** Characters that JavaScript can hold in one string. */
const MOST_CHARACTERS = 2 ** 29 - 24;
/** Bytes that packed JSON may unpack to whatever its size: values take several times as many. */
const ALWAYS_UNPACKED = 2 ** 26;

/**
 * Reads JSON: a line per row, a list of rows (objects or lists), columns, the forms of pandas, and tables inside answers of web
 * services. Whole numbers of more digits than a double holds stay exact as texts.
 *
 * @throws ReluctantError `row-not-readable`, `file-empty`, `table-not-found`, and those of `findLayout` for lists without names.
 */
export function loadJSON(operation: string, file: string, options: LoadOptions, notes: string[]): FileColumns {
  const bytes = wholeBytes(operation, file, { most: MOST_CHARACTERS, alwaysUnpacked: ALWAYS_UNPACKED });
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const most = Bound.ofFiles(operation, [file]).most;
  // A row of a table has some characters; lists and objects of none are there to take memory.
  const limits = { values: most, containers: Math.max(2 ** 21, Math.floor(Math.min(most / 4, bytes.length / 16))) };
  if (text.trim() === '')
    throw new ReluctantError({ code: 'file-empty', operation, problem: 'the file is empty', where: { file } });
  const value = /\.(jsonl|ndjson)(\.(gz|zst))?$/i.test(file)
    ? parseLines(operation, file, text, limits)
    : parse(operation, file, text, limits);
  const table = findTable(operation, file, value, options.table, notes);
  if (table.kind === 'lists') return fromLists(operation, file, table.rows, options, notes);
  checkWidth(operation, file, table.columns.size);
  const columns = [...table.columns].map(([name, values]) => [name, looseColumn(name, values)] as const);
  return { file, columns: new Map(columns), rowOf: (row) => row + 1, quick: false };
}

/** Lists of cells have no names of their own, unless the first is one of names. */
function fromLists(
  operation: string,
  file: string,
  rows: (JSONTable & { kind: 'lists' })['rows'],
  options: LoadOptions,
  notes: string[],
): FileColumns {
  const raw = rows.map((cells, k) => ({ line: k + 1, cells: cells.map(textOf) }));
  const layout = findLayout(operation, file, raw, options);
  notes.push(...layout.notes);
  const table = new TableBuilder(operation, file, layout, notes);
  for (const row of raw.slice(layout.before)) table.add(row);
  const { columns, rowOf } = table.finish();
  return { file, columns: new Map(columns.map((column) => [column.name, column])), rowOf, quick: false };
}

/** One value, or one on each line. */
function parse(operation: string, file: string, text: string, limits: JSONLimits): unknown {
  const first = text.trimStart()[0];
  let whole: Error;
  try {
    return parseExactly(text, limits);
  } catch (error) {
    whole = error as Error;
  }
  checkLines(operation, file, text, limits);
  const lines = text.split(/\r?\n/);
  if (lines.length < 2 || (first === '[' && !/^\s*\[.*\]\s*$/.test(lines[0]!)))
    throw notJSON(operation, file, placeOf(text, whole), text, whole);
  return parseLines(operation, file, text, limits);
}

/** A value on each line. */
function parseLines(operation: string, file: string, text: string, limits: JSONLimits): unknown[] {
  checkLines(operation, file, text, limits);
  const rows: unknown[] = [];
  for (const [k, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    try {
      rows.push(parseExactly(line, limits));
    } catch (error) {
      throw notJSON(operation, file, k + 1, line, error as Error);
    }
  }
  return rows.length === 1 && Array.isArray(rows[0]) ? (rows[0] as unknown[]) : rows;
}

/** Lines are rows: there may be no more of them than of lists and objects. */
function checkLines(operation: string, file: string, text: string, { containers }: JSONLimits): void {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  if (lines > containers!) Bound.ofFiles(operation, [file]).refuse(lines, 1);
}

function placeOf(text: string, error: Error): number {
  const at = /position (\d+)/.exec(error.message)?.[1];
  return at === undefined ? text.split('\n').length : text.slice(0, Number(at)).split('\n').length;
}

function notJSON(operation: string, file: string, row: number, text: string, cause: Error): ReluctantError {
  return new ReluctantError({
    code: 'row-not-readable',
    operation,
    problem: `the file is not JSON: ${cause.message
      .replace(/^Unexpected/, 'unexpected')
      .split('\n')[0]!
      .slice(0, 120)}`,
    where: { file, row },
    received: brief(text.trim().slice(0, 80), 90),
    fix: /^\s*</.test(text)
      ? 'it is a web page: download the data again'
      : (say) => `check that it is whole, or name its format: ${say('format', 'csv')}`,
    cause,
  });
}
