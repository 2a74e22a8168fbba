import { MILLISECONDS_PER_DAY } from '../../table/column';
import { ABBREVIATIONS } from './zones';

/** A date as a text says it: three numbers in an order that may be open, and perhaps a time and an offset. */
export interface Moment {
  /** Which of the parts is what; `open` where the text does not say which of day and month comes first. */
  order: 'ymd' | 'open';
  /** Year, month and day, or three numbers as written. */
  parts: readonly [number, number, number];
  /** The year has two digits. */
  shortYear: boolean;
  /** Between the parts. */
  separator: string;
  /** Milliseconds since midnight; `undefined` where no time is written. */
  time: number | undefined;
  /** Minutes ahead of UTC; `undefined` where none is written. */
  offset: number | undefined;
}

/** Which part of an open date is what. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = String.raw`(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`;
const WEEKDAY = String.raw`(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?`;
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
const THREE_NUMBERS = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/;
const DAY_MONTH = new RegExp(
  String.raw`^${WEEKDAY}(\d{1,2})(?:st|nd|rd|th)?[-/ .]*${MONTH}[-/ .,]*(\d{4}|\d{2})(?!\d)`,
  'i',
);
const MONTH_DAY = new RegExp(
  String.raw`^${WEEKDAY}${MONTH}[-/ .]*(\d{1,2})(?:st|nd|rd|th)?(?:[-/ ,]+)(\d{4}|\d{2})(?![\d:])`,
  'i',
);
const YEAR_MONTH = new RegExp(String.raw`^(\d{4})[-/ ]${MONTH}[-/ ](\d{1,2})(?!\d)`, 'i');
const CTIME = new RegExp(String.raw`^${WEEKDAY}${MONTH}\s+(\d{1,2})\s+(\d{1,2}:\d{2}(?::\d{2})?)\s+(\d{4})$`, 'i');
/** Digits alone with a time apart: no number is written so, whatever the column is called. */
const COMPACT_CLOCK = /^((?:19|20|21)\d{2})(\d{2})(\d{2})(?:[ ;]|T| {2})(\d{2}):?(\d{2})(?::?(\d{2})([.,]\d{1,9})?)?$/;
/** As Japan, China and Korea write days. */
const EAST_ASIAN = /^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]?/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?(?=$|[T ]|Z)/;

/**
 * Reads a text as a date, with or without a time and an offset.
 *
 * @param digits whether eight digits (20200102), or twelve or fourteen with a time, are one.
 * @returns `undefined` for anything that is not one, whatever the order of its parts.
 */
export function readMoment(text: string, digits: boolean): Moment | undefined {
  const first = text.charCodeAt(0) - 48;
  if (first >= 0 && first <= 9) {
    const iso = YEAR_FIRST.exec(text);
    if (iso) return withTime('ymd', [iso[1]!, iso[3]!, iso[4]!], iso[2]!, text.slice(iso[0].length));
    const open = THREE_NUMBERS.exec(text);
    if (open) return withTime('open', [open[1]!, open[3]!, open[4]!], open[2]!, text.slice(open[0].length));
    const clocked = COMPACT_CLOCK.exec(text);
    if (clocked) {
      const [, year, month, day, hour, minute, second = '00', fraction = ''] = clocked;
      return withTime('ymd', [year!, month!, day!], '', ` ${hour}:${minute}:${second}${fraction}`);
    }
    const asian = EAST_ASIAN.exec(text);
    if (asian) return withTime('ymd', [asian[1]!, asian[2]!, asian[3]!], '年', text.slice(asian[0].length));
    const compact = digits ? COMPACT.exec(text) : undefined;
    if (compact) {
      const [whole, year, month, day, hour, minute, second = '00'] = compact;
      const rest = text.slice(whole.length);
      const clock =
        hour === undefined
          ? /^[T ]\d{6}$/.test(rest)
            ? ` ${rest.slice(1, 3)}:${rest.slice(3, 5)}:${rest.slice(5)}`
            : rest
          : ` ${hour}:${minute}:${second}${rest}`;
      return withTime('ymd', [year!, month!, day!], '', clock);
    }
    const named = YEAR_MONTH.exec(text);
    if (named) return withTime('ymd', [named[1]!, monthOf(named[2]!), named[3]!], ' ', text.slice(named[0].length));
  }
  const day = DAY_MONTH.exec(text);
  if (day) return withTime('ymd', [day[3]!, monthOf(day[2]!), day[1]!], ' ', text.slice(day[0].length));
  const month = MONTH_DAY.exec(text);
  if (month) return withTime('ymd', [month[3]!, monthOf(month[1]!), month[2]!], ' ', text.slice(month[0].length));
  const ctime = CTIME.exec(text);
  if (ctime) return withTime('ymd', [ctime[4]!, monthOf(ctime[1]!), ctime[2]!], ' ', ` ${ctime[3]}`);
  return undefined;
}

const monthOf = (name: string): string => String(MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1);

function withTime(
  order: Moment['order'],
  [a, b, c]: readonly [string, string, string],
  separator: string,
  rest: string,
): Moment | undefined {
  const clock = readClock(rest);
  if (!clock) return undefined;
  const shortYear = (order === 'ymd' ? a : c).length === 2;
  const year = order === 'ymd' && shortYear ? fullYear(Number(a)) : Number(a);
  const moment: Moment = { order, parts: [year, Number(b), Number(c)], shortYear, separator, ...clock };
  if (order === 'ymd') return dayOf(moment, 'ymd') === undefined ? undefined : moment;
  return ORDERS.some((reading) => dayOf(moment, reading) !== undefined) ? moment : undefined;
}

/** The ways in which three open numbers may be meant. */
export const ORDERS: readonly DateOrder[] = ['dmy', 'mdy', 'ymd'];

/** The day number of a moment whose open parts are in an order; `undefined` for a day that no calendar has. */
export function dayOf({ order, parts: [a, b, c], shortYear }: Moment, reading: DateOrder): number | undefined {
  const settled = order === 'ymd' ? 'ymd' : reading;
  // Three open numbers can only begin with a year that has two digits, and then end with a day of two digits.
  if (order === 'open' && reading === 'ymd' && !shortYear) return undefined;
  const [year, month, day] = settled === 'ymd' ? [a, b, c] : settled === 'dmy' ? [c, b, a] : [c, a, b];
  const whole = order === 'open' && shortYear ? fullYear(year) : year;
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const time = Date.UTC(whole, month - 1, day);
  if (whole < 100 || new Date(time).getUTCMonth() !== month - 1) return undefined;
  return time / MILLISECONDS_PER_DAY;
}

/** Two digits of a year as POSIX reads them: 69 to 99 are of the last century. */
const fullYear = (year: number): number => (year < 69 ? 2000 + year : 1900 + year);

const CLOCK =
  /^(?:[T ,]\s*|\s+at\s+|:)(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?m\.?(?![a-z]))?\s*(.*)$/i;
const OFFSET = /^(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?(?::00)?$/i;

/** The time of day and offset that follow a date; `undefined` for anything else. */
function readClock(rest: string): Pick<Moment, 'time' | 'offset'> | undefined {
  if (rest === '') return { time: undefined, offset: undefined };
  const match = CLOCK.exec(rest);
  if (!match) return undefined;
  const [, hours, minutes, seconds = '0', fraction = '', half, zone = ''] = match;
  if (minutes === undefined && half === undefined) return undefined;
  const clock = clockOf(Number(hours), Number(minutes ?? 0), Number(seconds), fraction, half);
  const offset = readOffset(zone);
  if (clock === undefined || offset === 'unknown') return undefined;
  return { time: clock, offset };
}

function clockOf(hours: number, minutes: number, seconds: number, fraction: string, half?: string): number | undefined {
  if (half !== undefined && (hours < 1 || hours > 12)) return undefined;
  const hour = half === undefined ? hours : (hours % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  if (hour > 23 || minutes > 59 || seconds > 59) return undefined;
  return (hour * 3600 + minutes * 60 + seconds) * 1000 + milliseconds(fraction);
}

/** Digits after the point of a second: `5` is 500 milliseconds. */
export const milliseconds = (fraction: string): number =>
  Number(`${fraction.slice(0, 3).padEnd(3, '0')}.${fraction.slice(3) || '0'}`);

function readOffset(text: string): number | undefined | 'unknown' {
  const zone = text.replace(/\s*[([].*[)\]]$/, '').trim();
  if (zone === '') return undefined;
  const named = ABBREVIATIONS[zone.toUpperCase()];
  if (named !== undefined) return named;
  const match = OFFSET.exec(zone);
  if (!match) return 'unknown';
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return minutes > 15 * 60 ? 'unknown' : match[1] === '-' ? -minutes : minutes;
}

/** A time of day alone (9:30, 09:30:00, 093000, 4:00 PM) in milliseconds, or `undefined`. */
export function readTimeOfDay(text: string): number | undefined {
  const digits = /^(\d{1,2})(\d{2})(\d{2})$/.exec(text) ?? /^(\d{1,2})(\d{2})$/.exec(text);
  if (digits) return clockOf(Number(digits[1]), Number(digits[2]), Number(digits[3] ?? 0), '');
  if (text === '0') return 0;
  const clock = readClock(` ${text}`);
  return clock && clock.offset === undefined ? clock.time : undefined;
}
