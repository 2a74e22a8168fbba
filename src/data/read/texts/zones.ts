import { ReluctantError } from '../../../core';
import { MILLISECONDS_PER_DAY } from '../../table/column';

const HOUR = 3_600_000;

/** A time zone by its name, with its changes of the clock: offsets are asked of `Intl` once an hour of data. */
export class Zone {
  private readonly offsets = new Map<number, number>();
  private readonly format: Intl.DateTimeFormat;

  /** @throws ReluctantError `time-zone-unknown`. */
  constructor(
    operation: string,
    readonly name: string,
  ) {
    try {
      this.format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
      });
    } catch (cause) {
      throw new ReluctantError({
        code: 'time-zone-unknown',
        operation,
        problem: 'there is no such time zone',
        received: name,
        expected: 'a name of the IANA list, such as America/New_York, Europe/Berlin, Asia/Tokyo or UTC',
        cause,
      });
    }
  }

  /** Milliseconds that the clocks of the zone are ahead of UTC at an instant. */
  offsetAt(instant: number): number {
    const hour = Math.floor(instant / HOUR);
    let offset = this.offsets.get(hour);
    if (offset === undefined) {
      const parts = Object.fromEntries(
        this.format.formatToParts(hour * HOUR).map(({ type, value }) => [type, Number(value)]),
      );
      const { year, month, day, hour: hours, minute, second } = parts as Record<string, number>;
      offset = Date.UTC(year!, month! - 1, day!, hours!, minute!, second!) - hour * HOUR;
      this.offsets.set(hour, offset);
    }
    return offset;
  }

  /** The instant at which the clocks of the zone show a time (in milliseconds as if it were UTC); the first where they do so twice. */
  instantOf(local: number): number {
    const before = this.offsetAt(local - MILLISECONDS_PER_DAY);
    const first = local - before;
    if (this.offsetAt(first) === before) return first;
    return local - this.offsetAt(local - this.offsetAt(first));
  }

  /** The local day of an instant that is midnight there, or `undefined`. */
  dayOf(instant: number): number | undefined {
    const local = instant + this.offsetAt(instant);
    return local % MILLISECONDS_PER_DAY === 0 ? local / MILLISECONDS_PER_DAY : undefined;
  }
}

/** Abbreviations that mean one offset only, in minutes; CST, IST and BST mean several and are not among them. */
export const ABBREVIATIONS: Readonly<Record<string, number>> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  EST: -300,
  EDT: -240,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  JST: 540,
  HKT: 480,
};
