import { checkNumber } from '../core';
import { formatNumber, Table } from '../tables';
import { Figure, plainText, type Trace } from './figure';
import { heading } from './panels';
import { rangeBars, rowNote } from './spreadMarks';
import { COLOURS, faded } from './template';

/** Spread of the values of one thing (a layer, a tensor); NaN where there is nothing to draw. */
export interface QuantileRange {
  name: string;
  min: number;
  /** The 5 % quantile. */
  p05: number;
  p50: number;
  /** The 95 % quantile. */
  p95: number;
  max: number;
  /** Written at the right of the line, e.g. `dead 100 %`. */
  note?: string;
  /** Whether the note is about trouble, which colours it. */
  isBad?: boolean;
}

/** Options of {@link quantileRanges}. */
export interface QuantileRangesOptions {
  title?: string;
  subtitle?: string;
  /** What the horizontal axis measures. Default `value`. */
  axis?: string;
  /** Lines drawn at most, the first ones; all are in the summary. Default 40. */
  maxLines?: number;
}

/**
 * One line per layer or tensor: thin from minimum to maximum, thick from the 5 % to the 95 % quantile, a mark at the median.
 * The axis shows twice the width of the thick lines at least; a thin line that leaves it ends at the edge, and its extremes
 * are in the summary.
 *
 * @param ranges one row per line, in the order of the model.
 * @param options `title`, `subtitle`, `axis`, `maxLines`.
 *
 * @example
 * quantileRanges([{ name: 'head/kernel', min: -2, p05: -1, p50: 0, p95: 1, max: 2 }]).summary.rows.length; // 1
 */
export function quantileRanges(ranges: readonly QuantileRange[], options: QuantileRangesOptions = {}): Figure {
  checkNumber('plots.quantileRanges', 'the number of ranges', ranges.length, 1);
  const shown = ranges.slice(0, options.maxLines ?? 40);
  const names = shown.map(({ name }) => plainText(name));
  const [left, right] = window(shown);
  const bar = (title: string, width: number, low: number[], high: number[], color: string): Trace =>
    rangeBars(names, { title, width, low, high, color });
  const of = (key: 'min' | 'p05' | 'p50' | 'p95' | 'max') => shown.map((range) => range[key]);
  const rest = ranges.length - shown.length;
  const longest = Math.max(...names.map((name) => name.length));
  return new Figure(
    [
      bar('minimum to maximum', 0.08, of('min'), of('max'), COLOURS.neutral),
      bar('5 to 95 %', 0.5, of('p05'), of('p95'), faded(COLOURS.predictions, 0.5)),
      {
        type: 'scatter',
        name: 'median',
        mode: 'markers',
        x: of('p50'),
        y: names,
        marker: { color: COLOURS.text, size: 9, symbol: 'line-ns', line: { color: COLOURS.text, width: 2 } },
        hovertemplate: '%{x:.4g}<extra>median</extra>',
      },
    ],
    {
      ...heading(options.title ?? 'Ranges', options.subtitle),
      height: 150 + 24 * shown.length,
      margin: { l: Math.min(320, 24 + 7 * longest), r: 150, t: 96, b: 48 },
      barmode: 'overlay',
      xaxis: { title: { text: options.axis ?? 'value' }, zeroline: true, range: [left, right] },
      yaxis: { autorange: 'reversed', type: 'category', ticks: '', showgrid: false },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
      annotations: shown.flatMap(({ note, isBad = false }, k) => (note ? rowNote(names[k]!, note, isBad) : [])),
    },
    {
      summary: new Table(
        ranges.map(({ name, min, p05, p50, p95, max, note }) => ({ name, min, p05, p50, p95, max, note: note ?? '' })),
        { headings: { p05: '5 %', p50: 'median', p95: '95 %' } },
      ),
      notes: rest > 0 ? [`${formatNumber(rest)} more are in the table only.`] : [],
    },
  );
}

/** The part of the axis that is shown: every thick line whole, and of the thin ones as much as leaves those legible. */
function window(ranges: readonly QuantileRange[]): [number, number] {
  const finite = (values: number[]) => values.filter(Number.isFinite);
  const [lows, highs] = [finite(ranges.map(({ p05 }) => p05)), finite(ranges.map(({ p95 }) => p95))];
  if (lows.length === 0 || highs.length === 0) return [-1, 1];
  const [low, high] = [Math.min(...lows), Math.max(...highs)];
  const least = Math.min(...finite(ranges.map(({ min }) => min)));
  const most = Math.max(...finite(ranges.map(({ max }) => max)));
  const room = (high - low || Math.abs(high) || 1) * 0.5;
  const edge = (high - low || Math.abs(high) || 1) * 0.03;
  return [Math.max(least, low - room) - edge, Math.min(most, high + room) + edge];
}
