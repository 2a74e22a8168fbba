import { brief, ReluctantError } from '../../../core';
import { Bound } from '../../table/bound';
import type { TextColumn } from '../texts/fileColumns';
import { readMoment } from '../texts/moments';
import { plainNumber } from '../texts/numbers';
import { isComment, isValue, type Layout, type RawRow } from './layout';
import { TextBuilder } from './textBuilder';

/** The rows of a table as columns of texts, in order. */
export interface TextTable {
  columns: TextColumn[];
  /** Row of the file, from 1, of a row of the columns. */
  rowOf: (row: number) => number;
}

const TOTAL = /^(grand\s+)?(totals?|sum|average|avg|mean|median|count|summe|gesamt|durchschnitt|total général)\b\s*:?/i;

/** How notes below a table begin. */
const SOURCE = /^(source|notes?|file creation time|copyright|©|downloaded|last updated|quelle)\b.*\s/i;
const firstFilled = (cells: readonly string[]): string => cells.find((cell) => cell.trim() !== '')?.trim() ?? '';

/** Whether the last row sums up the others; one of a ticker that is called so has a date. */
export const isTotal = (cells: readonly string[]): boolean =>
  TOTAL.test(firstFilled(cells)) && !cells.some((cell) => readMoment(cell.trim(), false) !== undefined);

/** Whether a row as wide as the table is a note below it. */
export const isNote = (cells: readonly string[]): boolean =>
  cells.length > 2 && SOURCE.test(cells[0]!.trim()) && cells.slice(1).every((cell) => cell.trim() === '');

/**
 * Takes the rows below the header one by one. Comments, repeated headers, and at the end totals and notes are left out, and
 * said so; a row of another length anywhere else is an error.
 */
export class TableBuilder {
  private readonly builders: TextBuilder[];
  private readonly bound: Bound;
  private readonly lines: number[] = [];
  /** Rows of another length, which are notes if none of the table comes after them. */
  private odd: RawRow[] = [];
  private lastRows: RawRow[] = [];
  private repeated = 0;
  private comments = 0;
  private events = 0;
  /** Every row has one empty cell more than the header: a delimiter at the end of each line. */
  private trailing: boolean | undefined;

  constructor(
    private readonly operation: string,
    private readonly file: string,
    private readonly layout: Layout,
    private readonly notes: string[],
  ) {
    this.builders = layout.names.map((name) => new TextBuilder(name));
    this.bound = Bound.ofFiles(operation, [file]);
  }

  /** Adds a row. @param fault what breaks the rules of quotation in it. */
  add(row: RawRow, fault?: string): void {
    const { cells } = row;
    const { width, header } = this.layout;
    if (fault === undefined && isComment(cells) && (cells.length !== width || !cells.slice(1).some(isValue))) {
      this.comments += 1;
      return;
    }
    this.trailing ??= cells.length === width + 1 && cells[width] === '';
    const fits = cells.length === width || (this.trailing && cells.length === width + 1 && cells[width] === '');
    if (fault !== undefined) throw this.refuse(row, fault);
    if (!fits) {
      if (this.odd.length > 20) throw this.misfit(this.odd[0]!);
      this.odd.push(row);
      return;
    }
    if (this.odd.length > 0) throw this.misfit(this.odd[0]!);
    if (
      header &&
      cells[0] === header[0] &&
      cells.length === header.length &&
      cells.every((cell, k) => cell === header[k])
    ) {
      this.repeated += 1;
      return;
    }
    if (isEvent(cells)) {
      this.events += 1;
      return;
    }
    this.builders.forEach((builder, k) => {
      builder.add(cells[k]);
    });
    this.lines.push(row.line);
    this.bound.check(this.lines.length, this.builders.length);
    this.lastRows = [...this.lastRows.slice(-2), row];
  }

  /** The columns, without the totals below. */
  finish(): TextTable {
    const { notes } = this;
    this.checkNotes();
    let rows = this.lines.length;
    for (const { cells, line } of [...this.lastRows].reverse()) {
      if (rows < 2 || !(isNote(cells) || isTotal(cells))) break;
      notes.push(
        `row ${line} is a ${isNote(cells) ? 'note' : 'total'} and is left out: ${brief(cells.join(' ').trim(), 60)}`,
      );
      rows -= 1;
    }
    for (const builder of this.builders) builder.shorten(rows);
    if (this.repeated > 0)
      notes.push(
        `${this.repeated} ${this.repeated === 1 ? 'row repeats' : 'rows repeat'} the header and ${this.repeated === 1 ? 'is' : 'are'} left out`,
      );
    if (this.comments > 0) notes.push(`${this.comments} ${this.comments === 1 ? 'comment' : 'comments'} left out`);
    if (this.events > 0)
      notes.push(
        `${this.events} ${this.events === 1 ? 'row that tells' : 'rows that tell'} of dividends or splits left out`,
      );
    const lines = Int32Array.from(this.lines);
    const columns = this.builders.map((builder) => builder.column());
    return {
      columns: this.layout.symbols ? columns : this.withoutIndex(columns),
      rowOf: (row) => lines[row] ?? row + 1,
    };
  }

  /** Rows of another length at the end: a note or a total, or the sign of a file cut short. */
  private checkNotes(): void {
    for (const row of this.odd) {
      const filled = row.cells.filter((cell) => cell.trim() !== '');
      const text = filled.join(' ').trim();
      const isNote =
        filled.length <= 2 && /[\p{L}]/u.test(text) && (/\s/.test(text) || TOTAL.test(text)) && !filled.some(isValue);
      if (!isNote && !TOTAL.test(text)) throw this.misfit(row);
      this.notes.push(`row ${row.line} below the table left out: ${brief(text, 60)}`);
    }
  }

  /** Columns without a name are dropped where they are empty, or count the rows as pandas' index does. */
  private withoutIndex(columns: readonly TextColumn[]): TextColumn[] {
    const header = this.layout.header;
    return columns.filter((column, k) => {
      const isUnnamed =
        header !== undefined &&
        /^column\d+$/.test(column.name) &&
        (header.length < columns.length ? k === 0 : header[k]?.trim() === '');
      const isCounter = isUnnamed || /^unnamed: ?\d+(_level_\d+)?$/i.test(column.name);
      if (!isCounter) return true;
      if (isUnnamed && column.texts.every((text) => text.trim() === '')) return false;
      if (!countsRows(column)) return true;
      this.notes.push(`column ${k + 1} numbers the rows and is left out`);
      return false;
    });
  }

  private misfit(row: RawRow): ReluctantError {
    return this.refuse(row, `the row has ${row.cells.length} cells and the header ${this.layout.width}`);
  }

  private refuse({ line, cells }: RawRow, problem: string): ReluctantError {
    return new ReluctantError({
      code: 'row-not-readable',
      operation: this.operation,
      problem,
      where: { file: this.file, row: line },
      received: cells.join(' ').slice(0, 100),
      fix: (say) =>
        `every row needs as many cells as the header, and quotation marks in pairs; for another delimiter: ${say('delimiter', ';')}, for lines above the header: ${say('skipRows', 1)}`,
    });
  }
}

/** A row of the page of Yahoo that holds a dividend or a split among the prices: a date and its words. */
export function isEvent(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell.trim() !== '');
  return (
    filled.length === 2 && /^\s*([\d.,]+ dividend|\d+(\.\d+)?[:/]\d+(\.\d+)? (stock )?splits?)\s*$/i.test(filled[1]!)
  );
}

/** Whole numbers from 0 or 1 up, one by one. */
function countsRows({ codes, texts }: TextColumn): boolean {
  if (codes.length === 0) return false;
  const start = plainNumber(texts[codes[0]!] ?? '');
  if (start !== 0 && start !== 1) return false;
  return codes.every((code, row) => code >= 0 && plainNumber(texts[code]!) === start + row);
}
