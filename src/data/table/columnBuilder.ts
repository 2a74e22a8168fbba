import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY, textToDay } from './column';

/** A column of texts, with a dictionary in order of appearance. */
export function symbolColumn(values: Iterable<unknown>): Column {
  const codes = new Map<string, number>();
  const coded: number[] = [];
  for (const value of values) {
    if (value === null || value === undefined) {
      coded.push(-1);
      continue;
    }
    const text = String(value);
    let code = codes.get(text);
    if (code === undefined) {
      code = codes.size;
      codes.set(text, code);
    }
    coded.push(code);
  }
  return { kind: 'symbol', values: Int32Array.from(coded), dictionary: [...codes.keys()] };
}

/**
 * The column that a list of loose values (of a spreadsheet, say) makes: numbers and booleans, dates (`Date` or ISO text)
 * as days where all lie on midnight UTC and instants otherwise, anything mixed as texts. `undefined`, `null` and '' are missing.
 */
export function columnOf(values: readonly unknown[]): Column {
  const missing = (value: unknown) => value === undefined || value === null || value === '';
  const present = values.filter((value) => !missing(value));
  if (present.every((value) => typeof value === 'number' || typeof value === 'boolean')) {
    return {
      kind: 'number',
      values: Float64Array.from(values, (value) => (missing(value) ? Number.NaN : Number(value))),
    };
  }
  const times = values.map((value) => {
    if (value instanceof Date) return value.getTime();
    const day = typeof value === 'string' ? textToDay(value) : undefined;
    return day === undefined ? undefined : day * MILLISECONDS_PER_DAY;
  });
  if (times.every((time, k) => time !== undefined || missing(values[k]))) {
    if (times.every((time) => time === undefined || time % MILLISECONDS_PER_DAY === 0)) {
      const days = times.map((time) => (time === undefined ? MISSING_DAY : time / MILLISECONDS_PER_DAY));
      return { kind: 'date', values: Int32Array.from(days) };
    }
    return { kind: 'time', values: Float64Array.from(times, (time) => time ?? Number.NaN) };
  }
  const text = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
  return symbolColumn(values.map((value) => (missing(value) ? undefined : text(value))));
}
