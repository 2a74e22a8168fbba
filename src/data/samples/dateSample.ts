/** Distinct dates kept at most. */
const MOST = 1 << 18;

/**
 * The distinct dates of a stream, all of them or, where there are very many (instants), an even share chosen by hash: enough
 * to cut time at a quantile.
 */
export class DateSample {
  private dates = new Set<number>();
  /** One date in so many is kept. */
  private every = 1;
  private last = Number.NaN;

  /** Adds a date in days or an instant in milliseconds; NaN is skipped. */
  add(date: number): void {
    if (date === this.last || Number.isNaN(date)) return;
    this.last = date;
    if (hash(date) % this.every !== 0) return;
    this.dates.add(date);
    if (this.dates.size <= MOST) return;
    this.every *= 2;
    this.dates = new Set([...this.dates].filter((kept) => hash(kept) % this.every === 0));
  }

  /** The date at which this share of the distinct dates is over; Infinity if it is all of them. */
  quantile(share: number): number {
    const sorted = Float64Array.from(this.dates).sort();
    return sorted[Math.round(share * sorted.length + 1e-9)] ?? Number.POSITIVE_INFINITY;
  }
}

function hash(date: number): number {
  let h = Math.imul(date | 0, 0x85ebca6b) ^ Math.imul(Math.floor(date / 4294967296), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
