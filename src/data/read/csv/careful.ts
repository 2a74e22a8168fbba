import type { LayoutOptions } from '../layout/layout';
import { findLayout, type RawRow } from '../layout/layout';
import { TableBuilder } from '../layout/tableBuilder';
import { unstack } from '../layout/unstack';
import type { FileColumns } from '../texts/fileColumns';
import { pieces, wholeBytes } from './bytes';
import { type DialectOptions, detectDialect } from './dialect';
import { readRecords, type TextRecord } from './records';

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
  const records = readRecords(pieces(operation, file, bytes, charset), delimiter);
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
  const table = new TableBuilder(operation, file, layout, notes);
  for (const { fault, ...row } of first.slice(layout.before)) table.add(row, fault);
  if (!exhausted) for (const { fault, ...row } of records) table.add(row satisfies RawRow, fault);
  const whole = table.finish();
  const { columns, rowOf } = layout.symbols ? unstack(whole.columns, layout, whole.rowOf) : whole;
  return { file, columns: new Map(columns.map((column) => [column.name, column])), rowOf, quick: false };
}
