import { ReluctantError } from '../../../core';
import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY } from '../../table/column';
import type { FormattedMoment } from './dateFormat';
import type { TextColumn } from './fileColumns';
import { type DateOrder, dayOf, type Moment } from './moments';
import type { Zone } from './zones';

/** Distinct dates and times of a column, NaN where missing. */
export interface Instants {
  /** Milliseconds that a clock on the spot shows, counted as if it stood at UTC. */
  local: Float64Array;
  /** Minutes that it is ahead of UTC; nothing where no text says so. */
  offsets: Float64Array | undefined;
  /** A time of day is written, be it midnight, in a form for instants (`T`, `Z`): such a column is not one of days. */
  isClock: boolean;
}

/** What reading dates needs to know beside the texts. */
interface Place {
  file: { file: string; rowOf: (row: number) => number };
  order: DateOrder;
  zone: Zone | undefined;
}

/** Moments as numbers. @throws ReluctantError `time-zone-mixed` where some texts name an offset and others do not. */
export function instantsOf(
  operation: string,
  { name, codes, texts }: TextColumn,
  moments: readonly (Moment | FormattedMoment | undefined)[],
  { file, order, zone }: Place,
): Instants {
  const local = new Float64Array(moments.length).fill(Number.NaN);
  const offsets = new Float64Array(moments.length).fill(Number.NaN);
  let [withOffset, without, written] = [-1, -1, 0];
  for (const [k, moment] of moments.entries()) {
    if (!moment) continue;
    const day = 'day' in moment ? moment.day : dayOf(moment, order)!;
    local[k] = day * MILLISECONDS_PER_DAY + (moment.time ?? 0);
    if (moment.offset === undefined) without = k;
    else {
      withOffset = k;
      offsets[k] = moment.offset;
      if (/T.*Z$/.test(texts[k]!)) written += 1;
    }
  }
  if (withOffset >= 0 && without >= 0 && !zone) {
    throw new ReluctantError({
      code: 'time-zone-mixed',
      operation,
      problem: 'some times name their offset from UTC and others do not',
      where: { file: file.file, row: file.rowOf(codes.indexOf(without)), column: name },
      received: texts[without],
      expected: `an offset, as in ${texts[withOffset]}`,
      fix: (say) => `name the zone of those without one: ${say('timeZone', 'America/New_York')}`,
    });
  }
  return { local, offsets: withOffset >= 0 ? offsets : undefined, isClock: written > 0 };
}

/**
 * A column of days where every time is midnight on the spot (a trading day stays its local day), of instants otherwise.
 * @param zone where those stand that name no offset; `utc` for counts of seconds, which are instants of UTC already.
 */
export function dayColumn(
  codes: Int32Array,
  { local, offsets, isClock }: Instants,
  zone: Zone | 'utc' | undefined,
): Column {
  const place = zone === 'utc' ? undefined : zone;
  const isUniversal = zone === 'utc' || offsets?.every((offset) => Number.isNaN(offset) || offset === 0);
  const counted = isClock && offsets === undefined;
  const instant = (k: number): number => {
    const value = local[k]!;
    if (Number.isNaN(value)) return value;
    const offset = offsets?.[k] ?? Number.NaN;
    if (!Number.isNaN(offset)) return value - offset * 60_000;
    return place && !counted ? place.instantOf(value) : value;
  };
  const isMidnight = local.every((value) => Number.isNaN(value) || value % MILLISECONDS_PER_DAY === 0);
  // In the zone that was named, every instant of UTC is midnight: those are its days.
  const abroad =
    place && (isUniversal || counted)
      ? Float64Array.from(local, (value) =>
          Number.isNaN(value) ? value : (place.dayOf(value) ?? Number.POSITIVE_INFINITY),
        )
      : undefined;
  let days: Float64Array | undefined;
  if (abroad && !abroad.includes(Number.POSITIVE_INFINITY)) days = abroad;
  else if (isMidnight && !(isClock && offsets !== undefined) && !(place && (isUniversal || counted)))
    days = local.map((value) => value / MILLISECONDS_PER_DAY);
  if (days) return { kind: 'date', values: inRows(codes, days, new Int32Array(codes.length), MISSING_DAY) };
  const instants = local.map((_, k) => instant(k));
  return { kind: 'time', values: inRows(codes, instants, new Float64Array(codes.length), Number.NaN) };
}

/** Values of distinct texts, put in rows. A loop: `from` with a function takes ten times as long, and as much memory again. */
export function inRows<A extends Int32Array | Float64Array | Float32Array>(
  codes: Int32Array,
  values: Float64Array,
  rows: A,
  missing: number,
): A {
  for (let row = 0; row < rows.length; row++) {
    const value = codes[row]! < 0 ? Number.NaN : values[codes[row]!]!;
    rows[row] = Number.isNaN(value) ? missing : value;
  }
  return rows;
}
