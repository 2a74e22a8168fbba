import { finiteRows, type Numbers } from '../statistics/rows';

/** The worst fall of wealth from a peak. */
export interface Drawdown {
  /** Share lost from the peak, in [0, 1]; 0 if wealth never fell. */
  depth: number;
  /** Row after which wealth was at the peak; -1 for the start. */
  peak: number;
  /** Row after which it was lowest. */
  trough: number;
  /** Row after which the peak was reached again; undefined if it was not. */
  recovered?: number;
  /** Share below the latest peak after every row, at most 0. */
  series: Float64Array;
}

/**
 * The drawdowns of a series of simple returns, reinvested.
 *
 * @example
 * drawdown([0.1, -0.5, 0.2, 1]).depth; // 0.5
 */
export function drawdown(returns: Numbers): Drawdown {
  const column = finiteRows('drawdown', 'returns', returns);
  const series = new Float64Array(column.length);
  let [wealth, highest, peakRow] = [1, 1, -1];
  const worst = { depth: 0, peak: -1, trough: -1, height: 1 };
  let recovered: number | undefined;
  for (const [row, value] of column.entries()) {
    wealth = Math.max(0, wealth * (1 + value));
    if (wealth >= highest) {
      if (worst.depth > 0 && recovered === undefined && wealth >= worst.height) recovered = row;
      [highest, peakRow] = [wealth, row];
    }
    series[row] = wealth / highest - 1;
    if (-series[row]! > worst.depth) {
      Object.assign(worst, { depth: -series[row]!, peak: peakRow, trough: row, height: highest });
      recovered = undefined;
    }
  }
  const { depth, peak, trough } = worst;
  return { depth, peak, trough, ...(recovered === undefined ? {} : { recovered }), series };
}
