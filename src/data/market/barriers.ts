import { checkChoice, checkInteger, checkNames, checkNumber } from '../../core';
import type { Column } from '../table/column';
import type { Dataset } from '../table/dataset';
import { deviationOf, returnsOf, rolling } from './indicators/rolling';
import { panelOrder } from './order';

/** In what a {@link BarrierOptions} barrier is given. */
export type BarrierUnit = 'return' | 'volatility' | 'percentile';

/** Where the barriers of {@link addBarrierLabels} stand. */
export interface BarrierOptions {
  /** Gain at which the upper barrier is touched, in `unit`s: above 0. Default 0.06, and 2 for `unit: 'volatility'`. */
  takeProfit?: number;
  /** Loss at which the lower barrier is touched, in `unit`s: above 0. Default 0.03, and 1 for `unit: 'volatility'`. */
  stopLoss?: number;
  /** Rows after which the label is a timeout, at least 1. Default 5. */
  horizon?: number;
  /**
   * `return` (default): barriers are simple returns, the same on every row. `volatility`: multiples of the exponentially weighted
   * deviation of returns up to the row (López de Prado 2018, snippets 3.1 and 3.2). `percentile`: returns widened where it is
   * more turbulent than it was so far: `takeProfit` x (1 + 0.5 (p - 0.5)) and `stopLoss` x (1 + 0.3 (p - 0.5)), where p in (0, 1]
   * is the rank of the deviation of 20 returns among all of the symbol up to the row.
   */
  unit?: BarrierUnit;
  /** Span of the weights of `unit: 'volatility'`, in rows: decay 1 - 2 / (span + 1). Default 60. */
  span?: number;
  /** `close` (default): only closes touch. `range`: highs and lows do; a row that reaches both barriers is a stop. */
  touch?: 'close' | 'range';
}

const KEYS = ['takeProfit', 'stopLoss', 'horizon', 'unit', 'span', 'touch'] as const;
/** Returns whose deviation `unit: 'percentile'` ranks. */
const PERCENTILE_ROWS = 20;

/** Options with their defaults, checked. */
function checkBarriers(operation: string, options: BarrierOptions): Required<BarrierOptions> {
  checkNames(operation, options, KEYS);
  const unit = checkChoice(operation, 'unit', options.unit ?? 'return', [
    'return',
    'volatility',
    'percentile',
  ] as const);
  const multiples = unit === 'volatility';
  return {
    unit,
    takeProfit: checkNumber(operation, 'takeProfit', options.takeProfit ?? (multiples ? 2 : 0.06), 1e-9, 1e6),
    stopLoss: checkNumber(operation, 'stopLoss', options.stopLoss ?? (multiples ? 1 : 0.03), 1e-9, 1e6),
    horizon: checkInteger(operation, 'horizon', options.horizon ?? 5, 1, 10_000),
    span: checkInteger(operation, 'span', options.span ?? 60, 2, 10_000),
    touch: checkChoice(operation, 'touch', options.touch ?? 'close', ['close', 'range'] as const),
  };
}

/**
 * Market data with the labels of the triple-barrier method (López de Prado 2018, chapter 3): which of three barriers the price
 * touches first after a row. Four columns more: `barrierSide` -1 for the lower (stop), 0 for none within `horizon` rows (timeout),
 * 1 for the upper (profit); `barrierReturn` close at the touch / close - 1; `barrierRows` from the row to the touch; and
 * `barrierEnd`, the date on which the label is known. Rows too near a symbol's end to tell, and rows whose barriers are not
 * known yet, are NaN, and their `barrierEnd` is their own date.
 *
 * @param market data with the names of `toMarket`; need not be sorted.
 * @throws ReluctantError for an option that is unknown or out of range, `column-not-found`.
 * @example
 * const prices = rl.synthetic.market({ symbols: 1, days: 90, seed: 7 });
 * const labelled = addBarrierLabels(prices, { takeProfit: 2, stopLoss: 1, unit: 'volatility', horizon: 7 });
 * labelled.numbers('barrierSide').length; // 90
 */
export function addBarrierLabels(market: Dataset, options: BarrierOptions = {}): Dataset {
  const barriers = checkBarriers('data.addBarrierLabels', options);
  const { order, starts } = panelOrder(market);
  const prices = {
    close: market.numbers('close'),
    high: market.numbers(barriers.touch === 'range' ? 'high' : 'close'),
    low: market.numbers(barriers.touch === 'range' ? 'low' : 'close'),
  };
  const dates = market.column('date');
  const empty = () => new Float64Array(market.rows).fill(Number.NaN);
  const [side, reached, rows] = [empty(), empty(), empty()];
  const ends = dates.values.slice();
  for (let group = 0; group + 1 < starts.length; group++) {
    const path = order.subarray(starts[group]!, starts[group + 1]!);
    const widths = widthsOf(
      Float64Array.from(path, (row) => prices.close[row]!),
      barriers,
    );
    path.forEach((row, at) => {
      const touch = firstTouch(path, at, prices, widths.up[at]!, widths.down[at]!, barriers.horizon);
      if (!touch) return;
      const last = path[at + touch.rows]!;
      side[row] = touch.side;
      rows[row] = touch.rows;
      reached[row] = prices.close[last]! / prices.close[row]! - 1;
      ends[row] = dates.values[last]!;
    });
  }
  const number = (values: Float64Array): Column => ({ kind: 'number', values });
  return market.withColumns({
    barrierSide: number(side),
    barrierReturn: number(reached),
    barrierRows: number(rows),
    barrierEnd: { ...dates, values: ends } as Column,
  });
}

/** The first row of the path behind `at` that touches a barrier; undefined where the data do not tell. */
function firstTouch(
  path: Int32Array,
  at: number,
  { close, high, low }: Record<'close' | 'high' | 'low', ArrayLike<number>>,
  up: number,
  down: number,
  horizon: number,
): { side: -1 | 0 | 1; rows: number } | undefined {
  const entry = close[path[at]!]!;
  if (!Number.isFinite(entry) || !Number.isFinite(up) || !Number.isFinite(down)) return undefined;
  for (let rows = 1; rows <= horizon; rows++) {
    // A touch is known however near the end of the data it is; its absence is not.
    const row = path[at + rows];
    if (row === undefined || !Number.isFinite(close[row]!)) return undefined;
    if (low[row]! / entry - 1 <= -down) return { side: -1, rows };
    if (high[row]! / entry - 1 >= up) return { side: 1, rows };
  }
  return { side: 0, rows: horizon };
}

/** How far the barriers of every row of one symbol are from its close, as returns. */
function widthsOf(
  close: Float64Array,
  { unit, takeProfit, stopLoss, span }: Required<BarrierOptions>,
): { up: Float64Array; down: Float64Array } {
  const scaled = (factor: (row: number) => number, by: number) =>
    Float64Array.from(close, (_, row) => by * factor(row));
  if (unit === 'return') return { up: scaled(() => 1, takeProfit), down: scaled(() => 1, stopLoss) };
  const returns = returnsOf(close);
  if (unit === 'volatility') {
    const deviations = weightedDeviations(returns, span);
    return {
      up: scaled((row) => deviations[row]!, takeProfit),
      down: scaled((row) => deviations[row]!, stopLoss),
    };
  }
  const shares = expandingRanks(rolling(returns, PERCENTILE_ROWS, deviationOf));
  return {
    up: scaled((row) => 1 + 0.5 * (shares[row]! - 0.5), takeProfit),
    down: scaled((row) => 1 + 0.3 * (shares[row]! - 0.5), stopLoss),
  };
}

/**
 * Standard deviation under exponential weights up to each row, corrected for the weights' bias (as pandas' `ewm(span).std()`);
 * NaN with fewer than two returns. Missing returns count for nothing, and time passes over them.
 */
function weightedDeviations(returns: Float64Array, span: number): Float64Array {
  const decay = 1 - 2 / (span + 1);
  let [weight, squaredWeight, mean, squares, count] = [0, 0, 0, 0, 0];
  return returns.map((value) => {
    weight *= decay;
    squaredWeight *= decay * decay;
    squares *= decay;
    if (Number.isFinite(value)) {
      count++;
      weight += 1;
      squaredWeight += 1;
      const step = value - mean;
      mean += step / weight;
      squares += step * (value - mean);
    }
    if (count < 2) return Number.NaN;
    return Math.sqrt(Math.max(0, squares / (weight - squaredWeight / weight)));
  });
}

/**
 * Rank of each value among all up to its row, ties sharing their mean rank, over their number: in (0, 1]. What `lastRankOf` says of
 * a window that begins with the first value; kept sorted, since that window grows.
 */
function expandingRanks(values: Float64Array): Float64Array {
  const sorted: number[] = [];
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    const below = placeIn(sorted, value, false);
    const upTo = placeIn(sorted, value, true);
    sorted.splice(upTo, 0, value);
    // Equal values have the ranks below + 1 to upTo + 1.
    return (below + 1 + upTo + 1) / 2 / sorted.length;
  });
}

/** How many of the sorted values are below `value`, or at most it. */
function placeIn(sorted: readonly number[], value: number, included: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (included && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
