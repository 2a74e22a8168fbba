/** Numbers; a missing value is NaN (integer arrays have no missing values). */
export interface NumberColumn {
  kind: 'number';
  values: Float64Array | Float32Array | Int32Array;
}

/** Texts of a small vocabulary (tickers, say): `dictionary[values[row]]`, with code -1 where the text is missing. */
export interface SymbolColumn {
  kind: 'symbol';
  values: Int32Array;
  dictionary: readonly string[];
}

/** Calendar days as whole days since 1970-01-01, {@link MISSING_DAY} where missing. A day has no time zone. */
export interface DateColumn {
  kind: 'date';
  values: Int32Array;
}

/** Instants as milliseconds since 1970-01-01T00:00:00Z, NaN where missing. */
export interface TimeColumn {
  kind: 'time';
  values: Float64Array;
}

/** A column of a `Dataset`: one typed array and what its numbers stand for. */
export type Column = NumberColumn | SymbolColumn | DateColumn | TimeColumn;

/** The day that stands for "no date" in a {@link DateColumn}. */
export const MISSING_DAY = -2147483648;

/** Milliseconds in a calendar day of UTC, which has no leap seconds. */
export const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * A day number as ISO text. Empty for a missing day.
 *
 * @example
 * dayToText(0); // '1970-01-01'
 */
export function dayToText(day: number): string {
  if (day === MISSING_DAY) return '';
  const date = new Date(day * MILLISECONDS_PER_DAY);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}

/**
 * ISO text as a day number. `undefined` for anything that is not a day of the calendar.
 *
 * @example
 * textToDay('1970-01-02'); // 1
 * textToDay('2024-02-31'); // undefined
 */
export function textToDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  // Date.parse takes 31 February for 3 March; a round trip tells.
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text
    ? undefined
    : time / MILLISECONDS_PER_DAY;
}

/**
 * The value of a row for people and for text formats: number, text, ISO day or ISO instant; `undefined` where missing.
 *
 * @example
 * cellOf({ kind: 'date', values: Int32Array.of(1) }, 0); // '1970-01-02'
 */
export function cellOf(column: Column, row: number): number | string | undefined {
  const value = column.values[row];
  if (value === undefined) return undefined;
  switch (column.kind) {
    case 'symbol':
      return column.dictionary[value];
    case 'date':
      return dayToText(value) || undefined;
    case 'time':
      return Number.isNaN(value) || Number.isNaN(new Date(value).getTime()) ? undefined : new Date(value).toISOString();
    default:
      return Number.isNaN(value) ? undefined : value;
  }
}

/** The same column with only the given rows, in the given order. */
export function takeRows(column: Column, rows: ArrayLike<number>): Column {
  const values = new (column.values.constructor as new (length: number) => typeof column.values)(rows.length);
  for (let k = 0; k < rows.length; k++) values[k] = column.values[rows[k]!]!;
  return { ...column, values } as Column;
}

/** Whether the value of a row is missing. */
export function isMissing(column: Column, row: number): boolean {
  return cellOf(column, row) === undefined;
}
