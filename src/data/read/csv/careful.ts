import { ReluctantError } from '../../../core';
import { Bound } from '../../table/bound';
import type { LayoutOptions } from '../layout/layout';
import { findLayout, type RawRow } from '../layout/layout';
import { TableBuilder } from '../layout/tableBuilder';
import { unstack } from '../layout/unstack';
import type { FileColumns } from '../texts/fileColumns';
import { pieces, wholeBytes } from './bytes';
import { type DialectOptions, detectDialect } from './dialect';
import { LONGEST_RECORD, RecordTooLong, readRecords, type TextRecord } from './records';

/** The records of a file, an error among them with its place in it. */
function* withPlace(operation: string, file: string, records: Iterable<TextRecord>): Generator<TextRecord> {
  try {
    yield* records;
  } catch (cause) {
    if (!(cause instanceof RecordTooLong)) throw cause;
    throw new ReluctantError({
      code: 'row-not-readable',
      operation,
      problem: 'a row is longer than any of a table',
      where: { file, row: cause.line },
      expected: `at most ${LONGEST_RECORD} characters, line ends within quotation marks included`,
      fix: 'look at its end of line and its quotation marks: one that is never closed makes one row of all that follows',
      cause,
    });
  }
}

/** Ends of lines. */
function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}

/** Rows from which the layout of a table is told. */
const LAYOUT_ROWS = 200;

/**
 * Reads a text file as columns of texts: whatever stands above, below and between its rows, in any encoding, the whole of it in
 * this process. What a reader should know goes into `notes`.
 *
 * @throws ReluctantError `row-not-readable` with the line, and those of `detectDialect` and `findLayout`.
 */
export function readCarefully(
  operation: string,
  file: string,
  options: DialectOptions & LayoutOptions,
  notes: string[],
): FileColumns {
  const { delimiter, charset } = detectDialect(operation, file, options);
  const bytes = wholeBytes(operation, file);
  const records = withPlace(operation, file, readRecords(pieces(operation, file, bytes, charset), delimiter));
  const skipped = options.skipRows ?? 0;
  const first: TextRecord[] = [];
  let exhausted = false;
  while (first.length < LAYOUT_ROWS) {
    const next = records.next();
    exhausted = next.done === true;
    if (next.done) break;
    if (next.value.line > skipped) first.push(next.value);
  }
  const layout = findLayout(operation, file, first, options);
  notes.push(...layout.notes);
  const bound = Bound.ofFiles(operation, [file]);
  if (bytes.length > 2 * bound.most) bound.check(linesIn(bytes), layout.width);
  const table = new TableBuilder(operation, file, layout, notes);
  for (const { fault, ...row } of first.slice(layout.before)) table.add(row, fault);
  if (!exhausted) for (const { fault, ...row } of records) table.add(row satisfies RawRow, fault);
  const whole = table.finish();
  const { columns, rowOf } = layout.symbols ? unstack(whole.columns, layout, whole.rowOf) : whole;
  return { file, columns: new Map(columns.map((column) => [column.name, column])), rowOf, quick: false };
}
