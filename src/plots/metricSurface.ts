import { ReluctantError } from '../core';
import { formatNumber, Table } from '../tables';
import { Figure, plainText } from './figure';
import { heading } from './panels';
import { COLOURS, PALE_SCALE } from './template';

/** The value of a metric at one point of a grid. */
export interface SurfacePoint {
  x: number;
  y: number;
  value: number;
}

/** Options of {@link metricSurface}. */
export interface MetricSurfaceOptions {
  title?: string;
  subtitle?: string;
  /** What the axes and the value are. */
  xName?: string;
  yName?: string;
  valueName?: string;
  /** Which values are good: marks the best cell. Default `lowest`. */
  best?: 'lowest' | 'highest';
  /** A cell to mark besides the best one, e.g. the setting that is being looked at. */
  chosen?: { x: number; y: number };
}

/**
 * A metric over a grid of two settings as a heat map, the value written into every cell (up to 144 cells) and the best cell
 * framed. The grid's steps are drawn evenly, whatever their distance, since weights are usually chosen by factors.
 *
 * @param points one per cell; a missing cell or NaN stays empty.
 * @param options names, `best`.
 * @throws `rows-empty` without points.
 *
 * @example
 * metricSurface([{ x: 0.1, y: 0.1, value: 2 }, { x: 1, y: 0.1, value: 1 }]).summary.rows.length; // 1
 */
export function metricSurface(points: readonly SurfacePoint[], options: MetricSurfaceOptions = {}): Figure {
  if (points.length === 0) {
    throw new ReluctantError({
      code: 'rows-empty',
      operation: 'plots.metricSurface',
      problem: 'the grid has no point',
      expected: 'at least one { x, y, value }',
    });
  }
  const { xName = 'x', yName = 'y', valueName = 'value', best = 'lowest' } = options;
  const [xs, ys] = (['x', 'y'] as const).map((side) =>
    [...new Set(points.map((point) => point[side]))].sort((a, b) => a - b),
  ) as [number[], number[]];
  const byPlace = new Map(points.map((point) => [`${point.x} ${point.y}`, point.value]));
  const z = ys.map((y) => xs.map((x) => byPlace.get(`${x} ${y}`) ?? Number.NaN));
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const sign = best === 'lowest' ? 1 : -1;
  const winner = finite.reduce<SurfacePoint | undefined>(
    (best, point) => (best === undefined || sign * point.value < sign * best.value ? point : best),
    undefined,
  );
  const [column, line] = winner ? [xs.indexOf(winner.x), ys.indexOf(winner.y)] : [-1, -1];
  const labels = (values: number[]): string[] => values.map(short);
  const shown = points.length <= 144;
  // Names of whole numbers alone would be sorted before all others.
  const rows = ys.map((y, k) => ({
    [`${yName} \\ ${xName}`]: short(y),
    ...Object.fromEntries(xs.map((x, j) => [`at ${short(x)}`, z[k]![j]])),
  }));
  return new Figure(
    [
      {
        type: 'heatmap',
        z,
        x: labels(xs),
        y: labels(ys),
        xgap: 2,
        ygap: 2,
        colorscale: PALE_SCALE,
        reversescale: best === 'lowest',
        colorbar: { title: { text: plainText(valueName), side: 'right' }, thickness: 12, outlinewidth: 0 },
        ...(shown && { texttemplate: '%{z:.3~g}', textfont: { size: 10 } }),
        hovertemplate: `${plainText(xName)} %{x}, ${plainText(yName)} %{y}: %{z:.5g}<extra></extra>`,
      },
    ],
    {
      showlegend: false,
      ...heading(options.title ?? `${valueName} over ${xName} and ${yName}`, options.subtitle),
      height: Math.max(320, 170 + ys.length * 34),
      width: Math.min(860, 240 + xs.length * 70),
      xaxis: { type: 'category', title: { text: plainText(xName) }, showgrid: false, ticks: '' },
      yaxis: { type: 'category', title: { text: plainText(yName) }, showgrid: false, ticks: '' },
      shapes: [
        ...(winner ? [frame(column, line, { color: COLOURS.bad })] : []),
        ...(options.chosen
          ? [frame(xs.indexOf(options.chosen.x), ys.indexOf(options.chosen.y), { color: COLOURS.text, dash: 'dot' })]
          : []),
      ],
    },
    {
      summary: new Table(rows),
      notes: winner
        ? [
            `${best}: ${formatNumber(winner.value)} at ${xName} ${formatNumber(winner.x)}, ${yName} ${formatNumber(winner.y)}`,
          ]
        : ['no cell has a finite value'],
    },
  );
}

/** A frame around one cell. */
function frame(column: number, line: number, style: { color: string; dash?: string }): Record<string, unknown> {
  const place = { x0: column - 0.5, x1: column + 0.5, y0: line - 0.5, y1: line + 0.5 };
  return { type: 'rect', ...place, line: { ...style, width: 3 } };
}

/** Three digits without trailing zeros: grid steps such as 0.03. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
