import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY } from '../table/column';
import { roleOf } from '../table/roles';
import { TextBuilder } from './layout/textBuilder';
import type { TextColumn } from './texts/fileColumns';

/**
 * The column that a list of loose values (of a spreadsheet, of JSON) makes: numbers and booleans, dates (`Date`) as days where
 * all lie on midnight UTC and instants otherwise. Texts, and anything mixed, become a column of texts whose kind is decided
 * like that of a text file. `undefined`, `null` and '' are missing.
 */
export function looseColumn(name: string, values: readonly unknown[]): TextColumn | Column {
  const present = values.filter((value) => !isAbsent(value));
  // Counts of seconds, and tickers that are numbers, are told by their texts.
  const isNamed = ['date', 'symbol'].includes(roleOf(name) ?? '') && !present.some((value) => value instanceof Date);
  if (
    !isNamed &&
    present.length > 0 &&
    present.every((value) => typeof value === 'number' || typeof value === 'boolean')
  ) {
    return {
      kind: 'number',
      values: Float64Array.from(values, (value) => (isAbsent(value) ? Number.NaN : Number(value))),
    };
  }
  if (present.length > 0 && present.every((value) => value instanceof Date)) {
    const times = values.map((value) => (value instanceof Date ? value.getTime() : Number.NaN));
    if (times.every((time) => Number.isNaN(time) || time % MILLISECONDS_PER_DAY === 0)) {
      return {
        kind: 'date',
        values: Int32Array.from(times, (time) => (Number.isNaN(time) ? MISSING_DAY : time / MILLISECONDS_PER_DAY)),
      };
    }
    return { kind: 'time', values: Float64Array.from(times) };
  }
  const builder = new TextBuilder(name);
  for (const value of values) builder.add(isAbsent(value) ? undefined : textOf(value));
  return builder.column();
}

/** A loose value as a text file would have it. */
export function textOf(value: unknown): string {
  if (isAbsent(value)) return '';
  if (!(value instanceof Date)) return typeof value === 'object' ? JSON.stringify(value) : String(value);
  const text = value.toISOString();
  // Spreadsheets keep a day as midnight; their clocks have no zone.
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, -1).replace('T', ' ');
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';
