import { quantileOfSorted } from '../evaluation';
import { formatNumber, Table } from '../tables';
import type { Figure, Trace } from './figure';
import { type Numbers, sortedFinite } from './numbers';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { panels } from './panels';
import { quantileBands } from './spreadMarks';
import { COLOURS, faded } from './template';

/** As many moments as a fan shows apart. */
const MOST_MOMENTS = 300;
/** Single paths drawn behind the fan. */
const MOST_PATHS = 12;

/**
 * The paths of combinatorial purged cross-validation (López de Prado 2018, chapter 12) as a fan: the growth of 1 over time, its
 * median, the bands from 25 to 75 % and from 5 to 95 % of the paths, and some of the paths. One backtest is one of these lines.
 *
 * @param paths simple returns of each path, oldest first; shorter ones end earlier.
 * @param options `title`, `subtitle`, `width`, and `dates` of the periods.
 * @throws ReluctantError `rows-empty` without paths.
 * @example
 * backtestFan([[0.1, 0.1], [0, -0.1], [0, 0]]).summary.rows[0].median; // 1
 */
export function backtestFan(
  paths: readonly Numbers[],
  options: DrawingOptions & { dates?: ArrayLike<string | number> } = {},
): Figure {
  const operation = 'plots.backtestFan';
  checkRows(operation, paths, 'paths', 'list of returns');
  const periods = paths.reduce((most, path) => Math.max(most, path.length), 0);
  checkRows(operation, { length: periods }, 'periods', 'return in a path');
  const growth = paths.map((path) => {
    let wealth = 1;
    return Float64Array.from({ length: path.length }, (_, k) => {
      wealth *= 1 + path[k]!;
      return wealth;
    });
  });
  const moments = Math.min(MOST_MOMENTS, periods);
  const places = Array.from({ length: moments }, (_, k) => Math.floor(((k + 1) * periods) / moments) - 1);
  const x = places.map((place) => options.dates?.[place] ?? place + 1);
  const sorted = places.map((place) => sortedFinite(growth.map((path) => path[place] ?? Number.NaN)));
  const at = (probability: number): number[] =>
    sorted.map((values) => (values.length ? quantileOfSorted(values, probability) : Number.NaN));
  const panel = {
    title: 'growth of 1',
    traces: [
      ...growth.slice(0, MOST_PATHS).map((path, k) =>
        pathLine(
          x,
          places.map((place) => path[place] ?? null),
          k === 0,
        ),
      ),
      ...quantileBands(x, at, { color: COLOURS.predictions, of: ' of the paths', hover: '%{y:.3f}' }),
    ],
    xTitle: options.dates ? undefined : 'period',
    yTitle: 'growth of 1',
    xaxis: { zeroline: false, nticks: 6 },
    yaxis: { zeroline: false },
  };
  const ends = sorted.at(-1)!;
  const end = (probability: number): number => (ends.length ? quantileOfSorted(ends, probability) : Number.NaN);
  const losers = ends.filter((value) => value < 1).length;
  return panels([panel], {
    title: options.title ?? 'Paths of cross-validation',
    subtitle:
      options.subtitle ??
      `${losers} of ${ends.length} paths end with a loss; the median at ${formatNumber(end(0.5), 3)}`,
    width: widthOf(operation, options),
    panelHeight: 280,
    summary: new Table([
      { paths: paths.length, periods, '5 %': end(0.05), median: end(0.5), '95 %': end(0.95), 'with a loss': losers },
    ]),
  });
}

const pathLine = (x: unknown[], y: (number | null)[], named: boolean): Trace => ({
  type: 'scatter',
  name: 'single paths',
  mode: x.length === 1 ? 'markers' : 'lines',
  x,
  y,
  line: { color: faded(COLOURS.neutral, 0.6), width: 0.75 },
  marker: { color: COLOURS.neutral, size: 4 },
  showlegend: named,
  hoverinfo: 'skip',
});
