import { ReluctantError } from '../core';
import { formatNumber, Table } from '../tables';
import { Figure, plainText, type Trace } from './figure';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { heading, headingGrowth } from './panels';
import { COLOURS, faded } from './template';
import { shortened } from './textSize';

/** A run with its settings and measures. */
export interface RunValues {
  name: string;
  values: Readonly<Record<string, number>>;
}

/** Options of {@link parallelCoordinates}. */
export interface ParallelCoordinatesOptions extends DrawingOptions {
  /** Axes from left to right; default: those that the runs have, in order. */
  axes?: readonly string[];
  /** The axis that says how good a run is; the best tenth of the runs (one at least) is drawn in colour. Default: the last. */
  score?: string;
  /** Which scores are good. Default `lowest`. */
  best?: 'lowest' | 'highest';
}

/** Lines drawn at most; the best are always among them. */
const MOST_LINES = 400;

/**
 * Parallel coordinates: an axis per setting or measure, a line per run, the best in colour. Where coloured lines meet on an axis
 * the setting matters; where they cross it anywhere it does not. Every axis runs from its least value to its largest.
 *
 * @param runs values by axis; a missing value or one that is not finite breaks the line.
 * @param options see {@link ParallelCoordinatesOptions}.
 * @throws ReluctantError `rows-empty` without runs; `unknown-axis` for a score that no run has.
 * @example
 * const runs = [{ name: 'a', values: { weight: 1, loss: 2 } }, { name: 'b', values: { weight: 3, loss: 1 } }];
 * parallelCoordinates(runs).summary.rows[0].name; // 'b'
 */
export function parallelCoordinates(runs: readonly RunValues[], options: ParallelCoordinatesOptions = {}): Figure {
  const operation = 'plots.parallelCoordinates';
  checkRows(operation, runs, 'runs', '{ name, values }');
  const width = widthOf(operation, options);
  const axes = options.axes ?? [...new Set(runs.flatMap(({ values }) => Object.keys(values)))];
  checkRows(operation, axes, 'axes', 'value in a run');
  const score = options.score ?? axes.at(-1)!;
  if (!runs.some(({ values }) => Object.hasOwn(values, score))) {
    throw new ReluctantError({
      code: 'unknown-axis',
      operation,
      problem: 'no run has a value for the score',
      received: score,
      expected: `one of ${axes.join(', ')}`,
    });
  }
  const valueAt = (run: RunValues, axis: string): number =>
    Object.hasOwn(run.values, axis) ? run.values[axis]! : Number.NaN;
  const sign = (options.best ?? 'lowest') === 'lowest' ? 1 : -1;
  const rank = (run: RunValues): number =>
    Number.isFinite(valueAt(run, score)) ? sign * valueAt(run, score) : Infinity;
  const order = [...runs].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
  const top = order.slice(0, Math.max(1, Math.ceil(runs.length / 10)));
  const step = Math.max(1, Math.ceil((order.length - top.length) / MOST_LINES));
  const others = order.slice(top.length).filter((_, k) => k % step === 0);
  const ranges = axes.map((axis) => rangeOf(runs.map((run) => valueAt(run, axis))));
  const height = (run: RunValues, k: number): number | null => {
    const value = valueAt(run, axes[k]!);
    return Number.isFinite(value) ? placeOf(value, ranges[k]!) : null;
  };
  const head = heading(
    options.title ?? 'Settings and measures of the runs',
    options.subtitle ?? `in colour: the best tenth by ${score}`,
    width,
  );
  const growth = headingGrowth(head);
  return new Figure(
    [
      lines('other runs', others, axes, height, {
        color: faded(COLOURS.neutral, others.length > 100 ? 0.25 : 0.5),
        width: 1,
      }),
      lines(`best by ${score}`, top, axes, height, { color: COLOURS.training, width: 2 }),
    ],
    {
      ...head,
      width,
      height: 380 + growth,
      margin: { l: 40, r: 40, t: 100 + growth, b: 44 },
      xaxis: {
        range: [-0.25, axes.length - 0.75],
        showticklabels: false,
        ticks: '',
        showline: false,
        gridcolor: COLOURS.axis,
        tickvals: axes.map((_, k) => k),
        zeroline: false,
      },
      yaxis: { range: [-0.06, 1.06], visible: false },
      showlegend: false,
      annotations: axes.flatMap((axis, k) => axisTexts(axis, k, ranges[k]!, (width - 80) / axes.length)),
    },
    {
      summary: new Table(order.slice(0, 20).map(({ name, values }) => ({ name, ...values }))),
      notes: step > 1 ? [`${top.length + others.length} of ${runs.length} runs are drawn, the best among them.`] : [],
    },
  );
}

type Range = readonly [low: number, high: number];

function rangeOf(values: readonly number[]): Range {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [Number.NaN, Number.NaN];
  return [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
}

const placeOf = (value: number, [low, high]: Range): number => (high > low ? (value - low) / (high - low) : 0.5);

/** Lines of several runs as one trace, with a gap after each. */
function lines(
  name: string,
  runs: readonly RunValues[],
  axes: readonly string[],
  height: (run: RunValues, k: number) => number | null,
  line: { color: string; width: number },
): Trace {
  const gap = <T>(values: T[]): (T | null)[] => [...values, null];
  return {
    type: 'scatter',
    name: plainText(name),
    mode: axes.length === 1 ? 'markers' : 'lines',
    x: runs.flatMap(() => gap(axes.map((_, k) => k))),
    y: runs.flatMap((run) => gap(axes.map((_, k) => height(run, k)))),
    text: runs.flatMap((run) =>
      gap(
        axes.map(
          (axis) => `${plainText(run.name)}, ${plainText(axis)} ${formatNumber(run.values[axis] ?? Number.NaN)}`,
        ),
      ),
    ),
    line,
    marker: { color: line.color, size: 6 },
    connectgaps: false,
    hovertemplate: '%{text}<extra></extra>',
  };
}

/** Name and ends of an axis. */
function axisTexts(axis: string, k: number, [low, high]: Range, room: number): object[] {
  const text = (words: string, y: number, yshift: number, bold = false) => ({
    text: bold ? `<b>${words}</b>` : words,
    x: k,
    y,
    yshift,
    xref: 'x',
    yref: 'y',
    showarrow: false,
    font: { size: 11, color: bold ? COLOURS.text : COLOURS.quietText },
  });
  const number = (value: number): string => (Number.isNaN(value) ? 'none' : formatNumber(value, 3));
  const ends = low === high ? [text(number(low), 0, -12)] : [text(number(low), 0, -12), text(number(high), 1, 12)];
  return [text(shortened(plainText(axis), room - 6), 1, 28, true), ...ends];
}
