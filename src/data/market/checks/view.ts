import { MILLISECONDS_PER_DAY } from '../../table/column';
import type { Dataset } from '../../table/dataset';
import { panelOrder } from '../order';

/** Market data as checks look at them. */
export interface MarketView {
  market: Dataset;
  /** Row numbers by symbol, then date; `starts` is where each symbol begins, and the end. */
  order: Int32Array;
  starts: Int32Array;
  /** Dates of the rows, and a calendar day in their unit. */
  dates: ArrayLike<number>;
  day: number;
  /** Whether symbols come from a column of the data, and not from the name of the file. */
  isNamed: boolean;
  /** Columns of numbers. */
  numbers: readonly string[];
  /** Days without a row after which a gap is reported. */
  longestGap: number;
  /** The last day that can be in the data. */
  today: number;
}

/** What a check says of some rows. */
export interface CheckResult {
  check: string;
  severity: 'error' | 'warning';
  /** Row numbers from 0. */
  rows: readonly number[];
  meaning: string;
  /** An error that dropping rows does not mend. */
  isBeyondRepair?: boolean;
}

/** One thing that is looked for. */
export interface Check {
  /** What it looks at, for the report that found nothing. */
  about: string;
  run: (view: MarketView) => CheckResult[];
}

/** The view of market data whose columns have the names of `toMarket`. */
export function viewOf(market: Dataset, options: Pick<MarketView, 'isNamed' | 'longestGap' | 'today'>): MarketView {
  const { order, starts } = panelOrder(market);
  const date = market.column('date');
  return {
    market,
    order,
    starts,
    dates: date.values,
    day: date.kind === 'time' ? MILLISECONDS_PER_DAY : 1,
    numbers: market.names.filter((name) => market.column(name).kind === 'number'),
    ...options,
  };
}

/** Rows for which a test holds. */
export function rowsWhere({ market }: MarketView, test: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < market.rows; row++) if (test(row)) rows.push(row);
  return rows;
}

/** Calls `visit` with the rows of each symbol in order of time. */
export function eachSymbol({ order, starts }: MarketView, visit: (rows: Int32Array) => void): void {
  for (let group = 0; group + 1 < starts.length; group++) visit(order.subarray(starts[group], starts[group + 1]));
}

/** The prices there are. */
export const pricesOf = ({ market }: MarketView): string[] =>
  ['open', 'high', 'low', 'close'].filter((name) => market.has(name));
