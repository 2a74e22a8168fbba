import { formatShare, Table } from '../tables';
import { extent } from './extent';
import type { Figure, Trace } from './figure';
import type { Numbers } from './numbers';
import { checkLengths, checkRows, type DrawingOptions, widthOf } from './options';
import { panels } from './panels';
import { faded, type SeriesStyle, seriesStyles } from './template';

/** Simple returns of a strategy, oldest first. */
export interface ReturnSeries {
  name: string;
  /** 0.01 is one per cent. A return that is not finite counts as 0 and is counted in the summary. */
  returns: Numbers;
  /** ISO dates, or milliseconds since 1970; default: the number of the period. */
  dates?: ArrayLike<string | number>;
}

/** More points than this are not seen on a screen: each stretch keeps its lowest and highest. */
const MOST_POINTS = 2000;

/**
 * What one unit of money became, compounded, and below it the drawdown: how far each moment lies under the highest before it.
 * The growth is on a logarithmic axis where it spans more than a factor of ten, so that equal losses look equal.
 *
 * @param series returns of each strategy.
 * @param options `title`, `subtitle`, `width`.
 * @throws ReluctantError `rows-empty` without series; `lengths-differ` where dates and returns do not pair.
 * @example
 * cumulativeReturns([{ name: 'long', returns: [0.1, -0.5] }]).summary.rows[0]['deepest drawdown']; // -0.5
 */
export function cumulativeReturns(series: readonly ReturnSeries[], options: DrawingOptions = {}): Figure {
  const operation = 'plots.cumulativeReturns';
  checkRows(operation, series, 'series', '{ name, returns }');
  const styles = seriesStyles(series.map(({ name }) => name));
  const paths = series.map(({ name, returns, dates }) => {
    checkLengths(operation, { name }, { returns: returns.length, ...(dates && { dates: dates.length }) });
    return { name, dates, ...wealthOf(returns) };
  });
  const all = paths.flatMap(({ wealth }) => extremes(wealth));
  const [low, high] = extent(all);
  const isLogarithmic = low > 0 && high > 10 * low;
  const line = (path: (typeof paths)[number], values: Float64Array, more: object): Trace =>
    lineOf(path.name, path.dates, values, styles.get(path.name)!, more);
  return panels(
    [
      {
        title: 'growth of 1',
        traces: paths.map((path) =>
          line(path, path.wealth, { hovertemplate: '%{x}: %{y:.3f}<extra>%{fullData.name}</extra>' }),
        ),
        yTitle: 'growth of 1',
        xaxis: { zeroline: false, nticks: 6 },
        yaxis: isLogarithmic ? { type: 'log' } : { zeroline: false },
      },
      {
        title: 'drawdown',
        traces: paths.map((path) =>
          line(path, path.drawdown, {
            hovertemplate: '%{x}: %{y:.1%}<extra>%{fullData.name}</extra>',
            ...(paths.length === 1 && { fill: 'tozeroy', fillcolor: faded(styles.get(path.name)!.color, 0.2) }),
          }),
        ),
        yTitle: 'drawdown',
        xTitle: series.every(({ dates }) => dates === undefined) ? 'period' : undefined,
        xaxis: { zeroline: false, nticks: 6 },
        yaxis: { tickformat: '.0%', rangemode: 'tozero' },
      },
    ],
    {
      title: options.title ?? 'Cumulative returns and drawdown',
      subtitle: options.subtitle ?? `compounded; ${isLogarithmic ? 'logarithmic axis' : 'linear axis'}`,
      width: widthOf(operation, options),
      columns: 1,
      panelHeight: 190,
      summary: new Table(
        paths.map(({ name, wealth, drawdown, notFinite }) => ({
          name,
          periods: wealth.length,
          'not finite': notFinite,
          'total return': (wealth.at(-1) ?? 1) - 1,
          'deepest drawdown': drawdown.reduce((least, value) => Math.min(least, value), 0),
        })),
        {
          formats: {
            'total return': (value) => formatShare(value as number),
            'deepest drawdown': (value) => formatShare(value as number),
          },
        },
      ),
    },
  );
}

function wealthOf(returns: Numbers): { wealth: Float64Array; drawdown: Float64Array; notFinite: number } {
  const [wealth, drawdown] = [new Float64Array(returns.length), new Float64Array(returns.length)];
  let [now, highest, notFinite] = [1, 1, 0];
  for (let k = 0; k < returns.length; k++) {
    if (Number.isFinite(returns[k]!)) now *= 1 + returns[k]!;
    else notFinite++;
    highest = Math.max(highest, now);
    wealth[k] = now;
    drawdown[k] = now / highest - 1;
  }
  return { wealth, drawdown, notFinite };
}

const extremes = (values: Float64Array): [number, number] =>
  values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)] as [number, number], [
    1, 1,
  ] as [number, number]);

function lineOf(
  name: string,
  dates: ArrayLike<string | number> | undefined,
  values: Float64Array,
  { color, dash }: SeriesStyle,
  more: object,
): Trace {
  const places = thinned(values);
  return {
    type: 'scatter',
    name,
    mode: places.length === 1 ? 'markers' : 'lines',
    x: places.map((k) => dates?.[k] ?? k + 1),
    y: places.map((k) => values[k]!),
    line: { color, dash, width: 1.75 },
    marker: { color, size: 7 },
    ...more,
  };
}

/** Places to draw: all, or of each stretch those of its lowest and its highest value. */
function thinned(values: Float64Array): number[] {
  if (values.length <= MOST_POINTS) return Array.from(values, (_, k) => k);
  const stretches = MOST_POINTS / 2;
  const places = Array.from({ length: stretches }, (_, s) => {
    const [from, to] = [s, s + 1].map((at) => Math.floor((at * values.length) / stretches)) as [number, number];
    let [low, high] = [from, from];
    for (let k = from; k < to; k++) {
      if (values[k]! < values[low]!) low = k;
      if (values[k]! > values[high]!) high = k;
    }
    return [Math.min(low, high), Math.max(low, high)];
  }).flat();
  return [...new Set([0, ...places, values.length - 1])].sort((a, b) => a - b);
}
