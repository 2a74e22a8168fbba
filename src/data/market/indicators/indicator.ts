import type { MarketColumn } from '../../table/roles';

/** Columns of one symbol in order of time, without a gap; those that an indicator does not name are absent. */
export interface Bars {
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
}

/** A feature that is computed from a stretch of a symbol's rows in which no value is missing. */
export interface Indicator {
  /** What it is, with its formula and its source. */
  about: string;
  /** Columns of the market it needs. */
  needs: readonly Exclude<MarketColumn, 'symbol' | 'date'>[];
  /** Rows before the present one that it depends on; `Infinity` for recursions and running sums. */
  lookBack: number;
  /**
   * One value per row, from that row and those before it alone; NaN while there are too few. A missing value ends the stretch:
   * after it the indicator begins anew.
   */
  compute(bars: Bars): Float64Array;
}

/** A table of indicators, whose names stay known to the compiler. */
export const indicators = <Name extends string>(table: Record<Name, Indicator>): Record<Name, Indicator> => table;

export const PRICES = ['high', 'low', 'close'] as const;
export const CANDLES = ['open', 'high', 'low', 'close'] as const;

/** Trading days of a year, by which volatilities and ratios of days are brought to years. */
export const DAYS_PER_YEAR = 252;
