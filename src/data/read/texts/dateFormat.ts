import { ReluctantError } from '../../../core';
import { MILLISECONDS_PER_DAY } from '../../table/column';
import { type Moment, milliseconds, readMoment } from './moments';

/** What a date in a given format says: a day, and what else is written. */
export type FormattedMoment = Pick<Moment, 'time' | 'offset'> & { day: number };

/** Names of formats that count instead of writing a date. */
const COUNTED = {
  'unix-s': (count: number) => count * 1e3,
  'unix-ms': (count: number) => count,
  'unix-us': (count: number) => count / 1e3,
  'unix-ns': (count: number) => count / 1e6,
  excel: (count: number) => (count - 25_569) * MILLISECONDS_PER_DAY,
} as const;

const NAMES = {
  B: 'january february march april may june july august september october november december'.split(' '),
  A: 'sunday monday tuesday wednesday thursday friday saturday'.split(' '),
};

/** Directive of strptime -> pattern. */
const DIRECTIVES: Record<string, string> = {
  Y: String.raw`(?<Y>\d{4})`,
  y: String.raw`(?<y>\d{2})`,
  m: String.raw`(?<m>\d{1,2})`,
  d: String.raw`(?<d>\d{1,2})`,
  e: String.raw`\s*(?<d>\d{1,2})`,
  j: String.raw`(?<j>\d{1,3})`,
  b: `(?<b>${NAMES.B.map((name) => name.slice(0, 3)).join('|')})`,
  B: `(?<b>${NAMES.B.join('|')})`,
  a: `(?:${NAMES.A.map((name) => name.slice(0, 3)).join('|')})`,
  A: `(?:${NAMES.A.join('|')})`,
  H: String.raw`(?<H>\d{1,2})`,
  I: String.raw`(?<I>\d{1,2})`,
  M: String.raw`(?<M>\d{1,2})`,
  S: String.raw`(?<S>\d{1,2})`,
  f: String.raw`(?<f>\d{1,9})`,
  p: '(?<p>am|pm)',
  z: String.raw`(?<z>Z|[+-]\d{2}:?\d{2})`,
  Z: '(?<z>UTC|GMT|Z)',
  '%': '%',
};
const SHORTHANDS: Record<string, string> = { F: '%Y-%m-%d', T: '%H:%M:%S', D: '%m/%d/%y', R: '%H:%M' };

/**
 * A reader of texts in a strptime format; months and years alone are their first day (`%d.%m.%Y %H:%M`), or a counted one (`unix-s`, `unix-ms`, `unix-us`, `unix-ns`,
 * `excel`). The whole text must fit.
 *
 * @throws ReluctantError `date-format-not-usable`.
 */
export function dateReader(operation: string, format: string): (text: string) => FormattedMoment | undefined {
  if (Object.hasOwn(COUNTED, format)) return countedReader(COUNTED[format as keyof typeof COUNTED]);
  const whole = format.replace(/%([FTDR])/g, (_, name: string) => SHORTHANDS[name]!);
  let pattern: RegExp;
  try {
    const body = whole.replace(/%(-?)(.)|[\s\S]/g, (token, _minus: string | undefined, name: string | undefined) => {
      if (name === undefined) return /\s/.test(token) ? String.raw`\s+` : token.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
      if (!Object.hasOwn(DIRECTIVES, name)) throw new Error(`%${name} is not known`);
      return DIRECTIVES[name]!;
    });
    pattern = new RegExp(`^${body}$`, 'i');
  } catch (cause) {
    throw notUsable(operation, format, cause instanceof Error ? cause.message : String(cause));
  }
  if (!/%-?[Yy]/.test(whole)) throw notUsable(operation, format, 'no year in it');
  if (/%-?[de]/.test(whole) && !/%-?[mbB]/.test(whole))
    throw notUsable(operation, format, 'a day without a month in it');
  return (text) => {
    const groups = pattern.exec(text.trim())?.groups;
    return groups && momentOf(groups);
  };
}

function notUsable(operation: string, format: string, problem: string): ReluctantError {
  return new ReluctantError({
    code: 'date-format-not-usable',
    operation,
    problem: `the date format cannot be used: ${problem}`,
    received: format,
    expected: `a strptime format such as "%d.%m.%Y %H:%M" (directives ${Object.keys(DIRECTIVES).join(' ')}), or one of ${Object.keys(COUNTED).join(', ')}`,
  });
}

function countedReader(toInstant: (count: number) => number): (text: string) => FormattedMoment | undefined {
  return (text) => {
    if (!/^-?\d+(\.\d+)?$/.test(text.trim())) return undefined;
    const instant = toInstant(Number(text));
    const day = Math.floor(instant / MILLISECONDS_PER_DAY);
    return { day, time: instant - day * MILLISECONDS_PER_DAY, offset: undefined };
  };
}

function momentOf(groups: Record<string, string | undefined>): FormattedMoment | undefined {
  const number = (name: string, otherwise: number) => (groups[name] === undefined ? otherwise : Number(groups[name]));
  const short = number('y', 0);
  const year = groups['Y'] === undefined ? (short < 69 ? 2000 : 1900) + short : Number(groups['Y']);
  const month = groups['b']
    ? NAMES.B.findIndex((name) => name.startsWith(groups['b']!.slice(0, 3).toLowerCase())) + 1
    : number('m', 1);
  const date = groups['j'] === undefined ? number('d', 1) : 1;
  const time = Date.UTC(year, month - 1, date);
  if (new Date(time).getUTCMonth() !== month - 1 || new Date(time).getUTCDate() !== date) return undefined;
  const day = time / MILLISECONDS_PER_DAY + number('j', 1) - 1;
  if (new Date(day * MILLISECONDS_PER_DAY).getUTCFullYear() !== year) return undefined;
  if (!['H', 'I', 'M', 'S'].some((name) => groups[name] !== undefined))
    return { day, time: undefined, offset: undefined };
  const half = groups['p']?.toLowerCase();
  const hour =
    half === undefined ? number('H', number('I', 0)) : (number('I', number('H', 0)) % 12) + (half === 'pm' ? 12 : 0);
  const [minute, second] = [number('M', 0), number('S', 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = milliseconds(groups['f'] ?? '');
  return { day, time: (hour * 3600 + minute * 60 + second) * 1000 + fraction, offset: offsetOf(groups['z']) };
}

/** The offset of `%z` as the general reader takes it. */
function offsetOf(zone: string | undefined): number | undefined {
  return zone === undefined ? undefined : readMoment(`2000-01-01 00:00${zone}`, false)?.offset;
}
