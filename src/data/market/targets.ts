import { checkChoice, checkInteger } from '../../core';
import type { Column } from '../table/column';
import type { Dataset } from '../table/dataset';
import { panelOrder } from './order';

/** How the volatility over the horizon is measured. */
export type VolatilityMeasure = 'deviation' | 'realised' | 'range';

/** What {@link addTargets} looks ahead for. */
export interface TargetOptions {
  /** Rows ahead, at least 1 (2 for `deviation`). Default 3. */
  horizon?: number;
  /**
   * `deviation` (default): sample standard deviation of the log returns ahead; `realised`: root of their mean square;
   * `range`: from highs and lows, sqrt(mean(ln(high/low)^2) / (4 ln 2)) (Parkinson 1980). All per row, not per year.
   */
  volatility?: VolatilityMeasure;
}

/**
 * Market data with three columns about what comes next, each from the `horizon` rows after the present one:
 * `forwardReturn` = close[t + horizon] / close[t] - 1, `forwardVolatility` and `forwardMagnitude` = |forwardReturn|;
 * and `labelEnd`, the date (or instant) on which the target is known. Rows too near a symbol's end are NaN.
 *
 * @param market data with the names of `toMarket`; need not be sorted.
 * @throws ReluctantError for a horizon out of range, `column-not-found`.
 * @example
 * const prices = rl.synthetic.market({ symbols: 1, days: 30, seed: 7 });
 * addTargets(prices, { horizon: 5 }).numbers('forwardReturn').length; // 30
 */
export function addTargets(market: Dataset, { horizon = 3, volatility = 'deviation' }: TargetOptions = {}): Dataset {
  const operation = 'data.addTargets';
  checkChoice(operation, 'volatility', volatility, ['deviation', 'realised', 'range'] as const);
  checkInteger(operation, 'horizon', horizon, volatility === 'deviation' ? 2 : 1, 10_000);
  const { order, starts } = panelOrder(market);
  const close = market.numbers('close');
  const dates = market.column('date');
  const squares = volatility === 'range' ? squaredRanges(market) : undefined;
  const empty = () => new Float64Array(market.rows).fill(Number.NaN);
  const [forwardReturn, forwardVolatility, forwardMagnitude] = [empty(), empty(), empty()];
  const labelEnd = dates.values.slice();
  for (let group = 0; group + 1 < starts.length; group++) {
    for (let k = starts[group]!; k + horizon < starts[group + 1]!; k++) {
      const row = order[k]!;
      // Running sums: every row has a window of its own.
      let sum = 0;
      let sumOfSquares = 0;
      for (let ahead = 1; ahead <= horizon; ahead++) {
        const next = order[k + ahead]!;
        const r = Math.log(close[next]! / close[order[k + ahead - 1]!]!);
        sum += r;
        sumOfSquares += squares ? squares[next]! : r * r;
      }
      const variance =
        volatility === 'deviation'
          ? (sumOfSquares - (sum * sum) / horizon) / (horizon - 1)
          : sumOfSquares / horizon / (volatility === 'range' ? 4 * Math.LN2 : 1);
      const last = order[k + horizon]!;
      const change = close[last]! / close[row]! - 1;
      if (!Number.isFinite(change) || !Number.isFinite(variance)) continue;
      forwardReturn[row] = change;
      forwardVolatility[row] = Math.sqrt(Math.max(0, variance));
      forwardMagnitude[row] = Math.abs(change);
      labelEnd[row] = dates.values[last]!;
    }
  }
  const number = (values: Float64Array): Column => ({ kind: 'number', values });
  return market.withColumns({
    forwardReturn: number(forwardReturn),
    forwardVolatility: number(forwardVolatility),
    forwardMagnitude: number(forwardMagnitude),
    labelEnd: { ...dates, values: labelEnd } as Column,
  });
}

function squaredRanges(market: Dataset): Float64Array {
  const high = market.numbers('high');
  const low = market.numbers('low');
  return Float64Array.from({ length: market.rows }, (_, row) => Math.log(high[row]! / low[row]!) ** 2);
}
