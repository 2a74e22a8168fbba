import { brief } from '../../../core';
import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY } from '../../table/column';
import type { FormOptions } from '../../table/form';
import { roleOf } from '../../table/roles';
import { type Class, classify } from './classify';
import { dateReader } from './dateFormat';
import { type FileColumns, ReadAgain, type TextColumn } from './fileColumns';
import { dayColumn, type Instants, inRows, instantsOf } from './instants';
import { joinTimes } from './joinTimes';
import type { DateOrder } from './moments';
import type { NumberForm } from './numbers';
import { numbersOf, settleForm } from './settleNumbers';
import { settleOrder } from './settleOrder';
import { unreadable } from './unreadable';
import { Zone } from './zones';

/** What the caller says about how files are written. */
export type SettleOptions = FormOptions & { precision?: 'float64' | 'float32' };

/** The settled columns of each file, and what was decided on the way that a reader should know. */
export interface Settled {
  files: Map<string, Column>[];
  notes: string[];
}

const isText = (column: TextColumn | Column): column is TextColumn => 'texts' in column;

/**
 * Decides the kind of every column of a load by all of its values in all files, and converts it. Numbers are written as
 * each file writes them; dates are read in one order everywhere.
 *
 * @throws ReluctantError `value-not-readable`, `number-ambiguous`, `date-ambiguous`, `time-zone-unknown`, `date-format-not-usable`.
 */
export function settle(operation: string, files: readonly FileColumns[], options: SettleOptions): Settled {
  const notes: string[] = [];
  const zone = options.timeZone === undefined ? undefined : new Zone(operation, options.timeZone);
  const readDate = options.dateFormat === undefined ? undefined : dateReader(operation, options.dateFormat);
  const classes = files.map(
    ({ columns }) =>
      new Map(
        [...columns].flatMap(([name, column]) =>
          isText(column) ? [[name, classify(column, options, readDate)] as const] : [],
        ),
      ),
  );
  agree(files, classes, options);
  files.forEach((file, k) => {
    checkFaults(operation, file, classes[k]!);
  });
  const order = settleOrder(operation, files, classes, options, notes);
  const settled = files.map((file, k) => {
    const form = settleForm(operation, file, classes[k]!, options);
    const columns = new Map<string, Column>();
    for (const [name, column] of file.columns) {
      if (!isText(column)) columns.set(name, column);
      else
        columns.set(
          name,
          convert({ operation, file, column, form, order, zone, options, notes }, classes[k]!.get(name)!),
        );
    }
    return joinTimes(operation, file, columns, { timeColumn: options.timeColumn, zone, notes });
  });
  return { files: raiseDays(settled, files, classes, zone), notes: [...new Set(notes)] };
}

/** A column that is texts in one file is texts in all; what is empty goes along with the others. */
function agree(files: readonly FileColumns[], classes: readonly Map<string, Class>[], options: SettleOptions): void {
  if (files.length === 1) return;
  const names = new Set(files.flatMap(({ columns }) => [...columns.keys()]));
  for (const name of names) {
    const kinds = files.map(({ columns }, k) => {
      const column = columns.get(name);
      if (column === undefined) return undefined;
      return isText(column) ? kindOfClass(classes[k]!.get(name)!) : column.kind;
    });
    if (!kinds.includes('symbol') || kinds.every((kind) => kind === undefined || kind === 'symbol' || kind === 'empty'))
      continue;
    files.forEach((file, k) => {
      const column = file.columns.get(name);
      if (column === undefined || kinds[k] === 'symbol' || kinds[k] === 'empty') return;
      if (isText(column)) classes[k]!.set(name, classify(column, { ...options, texts: [name] }));
      else if (file.quick) throw new ReadAgain(file.file);
    });
  }
}

function kindOfClass({ as }: Class): Column['kind'] | 'empty' | 'faulty' {
  if (as === 'boolean' || as === 'number') return 'number';
  if (as === 'instant' || as === 'moment' || as === 'formatted') return 'date';
  return as;
}

function checkFaults(operation: string, { file, columns, rowOf }: FileColumns, classes: Map<string, Class>): void {
  for (const [name, found] of classes) {
    if (found.as === 'faulty')
      throw unreadable(operation, file, columns.get(name) as TextColumn, rowOf, found.text, found.expected);
  }
}

interface Conversion {
  operation: string;
  file: FileColumns;
  column: TextColumn;
  form: NumberForm;
  order: DateOrder;
  zone: Zone | undefined;
  options: SettleOptions;
  notes: string[];
}

function convert(conversion: Conversion, found: Class): Column {
  const { column, zone, notes, options } = conversion;
  const { codes, name } = column;
  switch (found.as) {
    case 'symbol':
      notePadded(column, notes);
      return symbolsOf(column, found.missing);
    case 'boolean':
      return { kind: 'number', values: spread(codes, found.values, options.precision) };
    case 'number':
      return { kind: 'number', values: spread(codes, numbersOf(conversion, found), options.precision) };
    case 'instant':
      notes.push(`column ${brief(name, 40)} counts ${found.unit} since 1970`);
      return dayColumn(codes, { local: found.values, offsets: undefined, isClock: true }, zone ?? 'utc');
    case 'moment':
    case 'formatted': {
      if (found.as === 'moment' && found.areMonths)
        notes.push(`column ${brief(name, 40)} holds months: each is its first day`);
      const instants: Instants = instantsOf(conversion.operation, column, found.moments, conversion);
      return dayColumn(codes, instants, zone);
    }
    default:
      return { kind: 'number', values: new Float64Array(codes.length).fill(Number.NaN) };
  }
}

/** Numbers of distinct texts, put in rows. */
function spread(
  codes: Int32Array,
  values: Float64Array,
  precision: SettleOptions['precision'],
): Float64Array | Float32Array {
  const rows = precision === 'float32' ? new Float32Array(codes.length) : new Float64Array(codes.length);
  return inRows(codes, values, rows, Number.NaN);
}

/** The texts themselves, in order of appearance; those that stand for a missing one are none. */
function symbolsOf({ codes, texts }: TextColumn, isMissing: (text: string) => boolean): Column {
  const dictionary: string[] = [];
  const moved = Int32Array.from(texts, (text) => (isMissing(text) ? -1 : dictionary.push(text) - 1));
  if (dictionary.length === texts.length) return { kind: 'symbol', values: codes, dictionary };
  return { kind: 'symbol', values: codes.map((code) => (code < 0 ? -1 : moved[code]!)), dictionary };
}

/** A ticker that is padded with blanks in some rows makes two series of one, which nobody sees. */
function notePadded({ name, texts }: TextColumn, notes: string[]): void {
  if (roleOf(name) !== 'symbol') return;
  const all = new Set(texts);
  const padded = texts.find((text) => text !== text.trim() && all.has(text.trim()) && text.trim() !== '');
  if (padded !== undefined)
    notes.push(
      `column ${brief(name, 40)}: ${brief(padded, 40)} and ${brief(padded.trim(), 40)} are two symbols, told apart by blanks`,
    );
}

/** Days of one file beside instants of another become instants; an empty column takes the kind of the others. */
function raiseDays(
  settled: Map<string, Column>[],
  files: readonly FileColumns[],
  classes: readonly Map<string, Class>[],
  zone: Zone | undefined,
): Map<string, Column>[] {
  if (settled.length === 1) return settled;
  const isEmpty = (k: number, name: string) => classes[k]!.get(name)?.as === 'empty';
  for (const name of new Set(settled.flatMap((columns) => [...columns.keys()]))) {
    const kinds = new Set(
      settled.flatMap((columns, k) => (columns.has(name) && !isEmpty(k, name) ? [columns.get(name)!.kind] : [])),
    );
    settled.forEach((columns, k) => {
      const column = columns.get(name);
      if (!column) return;
      if (isEmpty(k, name) && kinds.size > 0) columns.delete(name);
      else if (column.kind === 'date' && kinds.has('time')) {
        const values = Float64Array.from(column.values, (day) =>
          day === MISSING_DAY
            ? Number.NaN
            : zone
              ? zone.instantOf(day * MILLISECONDS_PER_DAY)
              : day * MILLISECONDS_PER_DAY,
        );
        columns.set(name, { kind: 'time', values });
      }
    });
  }
  void files;
  return settled;
}
