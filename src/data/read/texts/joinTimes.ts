import { brief, ReluctantError } from '../../../core';
import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY } from '../../table/column';
import { isTimeName, roleOf } from '../../table/roles';
import type { FileColumns, TextColumn } from './fileColumns';
import { readTimeOfDay } from './moments';
import type { Zone } from './zones';

/** How {@link joinTimes} joins. */
interface JoinOptions {
  /** The column of times of day that the caller named. */
  timeColumn: string | undefined;
  zone: Zone | undefined;
  notes: string[];
}

/**
 * Days in one column and times of day in another become one column of instants, under the name of the days. A column is
 * taken for the times if it is called so and holds nothing else; midnight on every row adds nothing.
 *
 * @throws ReluctantError `column-not-found`, `value-not-readable` for a column of times that the caller named.
 */
export function joinTimes(
  operation: string,
  file: FileColumns,
  columns: Map<string, Column>,
  { timeColumn, zone, notes }: JoinOptions,
): Map<string, Column> {
  const name = timeColumn ?? [...columns.keys()].find((other) => isTimeName(other)) ?? besideDays(file, columns);
  if (name === undefined) return columns;
  if (!columns.has(name)) {
    throw new ReluctantError({
      code: 'column-not-found',
      operation,
      problem: `there is no column ${brief(name, 60)} of times`,
      where: { file: file.file },
      expected: `one of ${brief([...columns.keys()], 300)}`,
      fix: (say) => `name the column of times of day: ${say('timeColumn', 'time')}`,
    });
  }
  const dated = [...columns].find(
    ([other, { kind }]) => other !== name && kind === 'date' && (roleOf(other) === 'date' || UNNAMED.test(other)),
  );
  const source = file.columns.get(name)!;
  if (!dated || !('texts' in source)) return columns;
  const times = source.texts.map((text) => readTimeOfDay(text.trim()));
  const odd = source.texts.findIndex((text, k) => times[k] === undefined && text.trim() !== '');
  if (odd >= 0) {
    if (timeColumn === undefined) return columns;
    throw new ReluctantError({
      code: 'value-not-readable',
      operation,
      problem: 'the value is not a time of day',
      where: { file: file.file, row: file.rowOf(source.codes.indexOf(odd)), column: name },
      received: source.texts[odd],
      expected: 'such as 9:30, 09:30:00, 093000 or 4:00 PM',
    });
  }
  const joined = new Map([...columns].filter(([other]) => other !== name));
  if (times.every((time) => time === undefined || time === 0)) return joined;
  notes.push(`columns ${brief(dated[0], 40)} and ${brief(name, 40)} are joined to one of instants`);
  joined.set(dated[0], { kind: 'time', values: instantsOf(dated[1].values as Int32Array, source, times, zone) });
  return joined;
}

const UNNAMED = /^column\d+$/;

/** In a file without names: a column of nothing but clock times right after one of days. */
function besideDays(file: FileColumns, columns: Map<string, Column>): string | undefined {
  const names = [...columns.keys()];
  return names.find((name, k) => {
    const before = names[k - 1];
    if (before === undefined || !UNNAMED.test(name) || !UNNAMED.test(before)) return false;
    const source = file.columns.get(name)!;
    return (
      columns.get(before)!.kind === 'date' &&
      'texts' in source &&
      source.texts.length > 0 &&
      source.texts.every((text) => /^\s*\d{1,2}:\d{2}/.test(text) && readTimeOfDay(text.trim()) !== undefined)
    );
  });
}

function instantsOf(
  days: Int32Array,
  { codes }: TextColumn,
  times: readonly (number | undefined)[],
  zone: Zone | undefined,
): Float64Array {
  const instants = new Float64Array(days.length).fill(Number.NaN);
  for (let row = 0; row < days.length; row++) {
    const time = codes[row]! < 0 ? undefined : times[codes[row]!];
    if (days[row] === MISSING_DAY || time === undefined) continue;
    const local = days[row]! * MILLISECONDS_PER_DAY + time;
    instants[row] = zone ? zone.instantOf(local) : local;
  }
  return instants;
}
