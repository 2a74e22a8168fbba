import { ReluctantError } from '../core';
import { Table } from '../tables';
import { binCount, centres, histogram } from './bins';
import { Figure, type Trace } from './figure';
import { type Numbers, spread } from './numbers';
import { heading } from './panels';
import { AXIS, COLOURS, faded } from './template';

/** Daily prices of one symbol, oldest first. */
export interface PriceHistory {
  symbol: string;
  /** ISO dates, or milliseconds since 1970. */
  dates: ArrayLike<string | number>;
  open: Numbers;
  high: Numbers;
  low: Numbers;
  close: Numbers;
  volume?: Numbers;
}

/** Options of {@link marketOverview}. */
export interface MarketOverviewOptions {
  title?: string;
  /** Days drawn as candles, the latest ones; returns use all days. Default 250. */
  candles?: number;
}

/**
 * Draws a price history before anything is fitted to it: candles of its last days, daily log returns over time
 * (clusters of volatility), and their histogram against the normal density of the same mean and spread (heavy tails).
 *
 * @param prices open, high, low, close (and volume) by day, one length.
 * @param options `title`, `candles`.
 * @throws `prices-too-few` for fewer than three days; `lengths-differ` for columns of several lengths.
 *
 * @example
 * const close = [100, 101, 99, 102];
 * marketOverview({ symbol: 'A', dates: [0, 1, 2, 3], open: close, high: close, low: close, close }).title; // 'A: prices and returns'
 */
export function marketOverview(prices: PriceHistory, options: MarketOverviewOptions = {}): Figure {
  check(prices);
  const days = prices.close.length;
  const returns = Float64Array.from({ length: days - 1 }, (_, k) => Math.log(prices.close[k + 1]! / prices.close[k]!));
  const from = Math.max(0, days - (options.candles ?? 250));
  const { count, notFinite, mean, standardDeviation, minimum, maximum } = spread(returns);
  const fourth = returns.reduce((sum, r) => sum + (Number.isFinite(r) ? (r - mean) ** 4 : 0), 0);
  const data = [...dailyTraces(prices, returns, from), ...returnTraces(returns, mean, standardDeviation)];
  const layout = {
    ...heading(
      options.title ?? `${prices.symbol}: prices and returns`,
      `the last ${days - from} of ${days} days as candles`,
    ),
    ...LAYOUT,
  };
  return new Figure(data, layout, {
    summary: new Table([
      {
        symbol: prices.symbol,
        days,
        'mean return': mean,
        'daily volatility': standardDeviation,
        'yearly volatility': standardDeviation * Math.sqrt(252),
        kurtosis: fourth / (count - notFinite) / standardDeviation ** 4,
        worst: minimum,
        best: maximum,
      },
    ]),
  });
}

/** Candles of the last days, and all returns day by day. */
function dailyTraces(prices: PriceHistory, returns: Float64Array, from: number): Trace[] {
  const dates = Array.from(prices.dates);
  const part = (values: Numbers): number[] => Array.from(values).slice(from);
  return [
    {
      type: 'candlestick',
      name: prices.symbol,
      x: dates.slice(from),
      open: part(prices.open),
      high: part(prices.high),
      low: part(prices.low),
      close: part(prices.close),
      increasing: { line: { color: COLOURS.training, width: 1 }, fillcolor: COLOURS.training },
      decreasing: { line: { color: COLOURS.validation, width: 1 }, fillcolor: COLOURS.validation },
      showlegend: false,
    },
    {
      type: 'bar',
      name: 'daily log return',
      x: dates.slice(1),
      y: returns,
      marker: { color: COLOURS.targets, line: { width: 0 } },
      xaxis: 'x2',
      yaxis: 'y2',
      showlegend: false,
      hovertemplate: '%{x}: %{y:.2%}<extra></extra>',
    },
  ];
}

/** The histogram of returns within six deviations, and the normal density that has their mean and spread. */
function returnTraces(returns: Float64Array, mean: number, deviation: number): Trace[] {
  const bins = histogram(returns, Math.max(30, binCount(returns)), mean - 6 * deviation, mean + 6 * deviation);
  const width = bins.edges[1]! - bins.edges[0]!;
  const at = centres(bins);
  const scale = (returns.length * width) / (deviation * Math.sqrt(2 * Math.PI));
  return [
    {
      type: 'bar',
      name: 'returns',
      x: at,
      y: bins.counts,
      width,
      marker: { color: faded(COLOURS.predictions, 0.55), line: { color: COLOURS.predictions, width: 0.5 } },
      xaxis: 'x3',
      yaxis: 'y3',
    },
    {
      type: 'scatter',
      name: 'normal of the same spread',
      mode: 'lines',
      x: at,
      y: at.map((x) => scale * Math.exp(-(((x - mean) / deviation) ** 2) / 2)),
      line: { color: COLOURS.bad, width: 2 },
      xaxis: 'x3',
      yaxis: 'y3',
    },
  ];
}

const title = (text: string) => ({ ...AXIS.title, text });

/** Candles above; returns by day and their histogram beside each other below. */
const LAYOUT = {
  height: 560,
  bargap: 0,
  xaxis: { domain: [0, 1], anchor: 'y', rangeslider: { visible: false }, automargin: false },
  yaxis: { domain: [0.46, 1], anchor: 'x', title: title('price'), automargin: false },
  xaxis2: { domain: [0, 0.54], anchor: 'y2', automargin: false },
  yaxis2: { domain: [0, 0.33], anchor: 'x2', tickformat: '.0%', title: title('daily log return'), automargin: false },
  xaxis3: { domain: [0.64, 1], anchor: 'y3', tickformat: '.0%', automargin: false, title: title('daily log return') },
  yaxis3: { domain: [0, 0.33], anchor: 'x3', title: title('days'), automargin: false },
  legend: { x: 1, xanchor: 'right', y: 0.345, yanchor: 'bottom', orientation: 'h' },
};

function check(prices: PriceHistory): void {
  const days = prices.close.length;
  if (days < 3) {
    throw new ReluctantError({
      code: 'prices-too-few',
      operation: 'plots.marketOverview',
      problem: 'there are too few days to draw returns of',
      where: { symbol: prices.symbol },
      received: days,
      expected: 'at least 3',
    });
  }
  for (const column of ['dates', 'open', 'high', 'low', 'volume'] as const) {
    const length = prices[column]?.length ?? days;
    if (length === days) continue;
    throw new ReluctantError({
      code: 'lengths-differ',
      operation: 'plots.marketOverview',
      problem: `column "${column}" is not as long as "close"`,
      where: { symbol: prices.symbol },
      received: length,
      expected: String(days),
    });
  }
}
