import { type DateOrder, dayOf, type Moment, ORDERS } from './moments';

/** Dates of a column in the order of its rows, as far as the order of their parts is open. */
export interface OpenDates {
  file: string;
  column: string;
  /** Per row: the moment, the same object for the same text; nothing where it is missing. */
  rows: Iterable<Moment>;
}

/** What speaks for one reading of open dates. */
interface Reading {
  order: DateOrder;
  distinct: number;
  /** Rows on which time turns round, from forwards to backwards or back. */
  turns: number;
  weekends: number;
  /** Days between neighbouring dates, the longest. */
  longestGap: number;
}

/** How open dates are to be read, or two readings of one text between which nothing decides. */
export type OrderDecision =
  | { order: DateOrder; why: string }
  | { order: undefined; readings: readonly [DateOrder, DateOrder]; example: Moment }
  /** No one reading fits all texts. */
  | { order: undefined; readings: undefined; example: Moment };

const NAMES: Record<DateOrder, string> = { dmy: 'day first', mdy: 'month first', ymd: 'year first' };

/** A reading in words. */
export const nameOfOrder = (order: DateOrder): string => NAMES[order];

/**
 * Decides how dates such as 01/02/2020 are meant, by all of them: by numbers above 12, by points (day first everywhere), by
 * the order of rows, and by weekends and gaps. One answer for all columns given.
 */
export function decideOrder(columns: readonly OpenDates[]): OrderDecision {
  const distinct = new Map<Moment, string>();
  for (const { rows } of columns) for (const moment of rows) if (!distinct.has(moment)) distinct.set(moment, '');
  const moments = [...distinct.keys()].filter((moment) => moment.order === 'open');
  const possible = ORDERS.filter((order) => moments.every((moment) => dayOf(moment, order) !== undefined));
  if (possible.length === 0) {
    const example = moments.find((moment) => dayOf(moment, 'dmy') === undefined) ?? moments[0]!;
    return { order: undefined, readings: undefined, example };
  }
  const usual = possible.filter((order) => order !== 'ymd');
  // Two digits of a year come first in no country's daily use; only where nothing else fits.
  const candidates = usual.length > 0 ? usual : possible;
  if (candidates.length === 1 && !(moments[0]!.shortYear && possible.includes('ymd') && !decidedByValue(moments))) {
    return { order: candidates[0]!, why: `no other reading fits every date` };
  }
  if (candidates.includes('dmy') && moments.every(({ separator }) => separator === '.')) {
    return { order: 'dmy', why: 'dates with points are written day first' };
  }
  const readings = possible.map((order) => readingOf(order, columns));
  const better = readings.find((one) => readings.every((other) => other === one || isBetter(one, other)));
  if (better)
    return { order: better.order, why: `read so, rows are in order, and no day is a weekend or far from the next` };
  const telling = moments.find((moment) => dayOf(moment, readings[0]!.order) !== dayOf(moment, readings[1]!.order));
  // Only dates such as 03/03/2020, which mean the same either way.
  if (!telling) return { order: readings[0]!.order, why: 'both readings give the same days' };
  return { order: undefined, readings: [readings[0]!.order, readings[1]!.order], example: telling };
}

/** Whether some first part is above 31 or a last one too: then two digits of a year leave no doubt. */
const decidedByValue = (moments: readonly Moment[]): boolean =>
  moments.some(({ parts }) => parts[2] > 31 || parts[0] > 31);

function readingOf(order: DateOrder, columns: readonly OpenDates[]): Reading {
  const days = new Set<number>();
  let turns = 0;
  for (const { rows } of columns) {
    let [last, direction] = [Number.NaN, 0];
    for (const moment of rows) {
      const day = dayOf(moment, order)!;
      days.add(day);
      const step = Math.sign(day - last);
      if (step !== 0 && !Number.isNaN(step)) {
        if (direction !== 0 && step !== direction) turns += 1;
        direction = step;
      }
      last = day;
    }
  }
  const sorted = [...days].sort((a, b) => a - b);
  let longestGap = 0;
  for (let k = 1; k < sorted.length; k++) longestGap = Math.max(longestGap, sorted[k]! - sorted[k - 1]!);
  // Day 0 was a Thursday.
  const weekends = sorted.filter((day) => (((day + 4) % 7) + 7) % 7 === 0 || (((day + 4) % 7) + 7) % 7 === 6).length;
  return { order, distinct: days.size, turns, weekends, longestGap };
}

/** Fewest dates from which weekends and gaps are believed. */
const ENOUGH = 4;
/** Days between neighbouring dates of a daily or weekly series, holidays included. */
const USUAL_GAP = 10;

/** Whether one reading is plausible and another clearly is not. */
function isBetter(one: Reading, other: Reading): boolean {
  if (one.distinct < ENOUGH) return false;
  // Every symbol of a file that is sorted by symbol turns time round twice, however its dates are read.
  if (one.turns * 3 + 2 < other.turns) return true;
  if (one.turns > other.turns) return false;
  return one.weekends === 0 && other.weekends > 0 && one.longestGap <= USUAL_GAP && other.longestGap > USUAL_GAP;
}
