import { ReluctantError } from '../core';
import { Table } from '../tables';
import { extent } from './extent';
import { Figure, plainText, type Trace } from './figure';
import { heading } from './panels';
import { COLOURS, faded } from './template';
import { textWidth } from './textSize';

/** A run and its two measures. */
export interface ParetoPoint {
  name: string;
  x: number;
  y: number;
}

/** Options of {@link paretoFront}. */
export interface ParetoFrontOptions {
  title?: string;
  xName?: string;
  yName?: string;
  /** Which end of each measure is good. Defaults `lowest`. */
  xBest?: 'lowest' | 'highest';
  yBest?: 'lowest' | 'highest';
}

/**
 * Marks the points that no other point dominates: none is at least as good in every measure and better in one
 * (Pareto 1906). Equal points keep each other on the front; a point with a NaN is never on it.
 *
 * @param measures per point its measures, all of one length.
 * @param best per measure, which end is good.
 * @returns per point, whether it is on the front.
 *
 * @example
 * isOnParetoFront([[1, 2], [2, 1], [2, 2]], ['lowest', 'lowest']); // [true, true, false]
 */
export function isOnParetoFront(
  measures: readonly (readonly number[])[],
  best: readonly ('lowest' | 'highest')[],
): boolean[] {
  const costs = measures.map((point) => point.map((value, k) => (best[k] === 'highest' ? -value : value)));
  return costs.map(
    (point, k) =>
      point.every((value) => !Number.isNaN(value)) &&
      !costs.some(
        (other, j) =>
          j !== k && other.every((value, m) => value <= point[m]!) && other.some((value, m) => value < point[m]!),
      ),
  );
}

/**
 * Runs by two measures with their Pareto front: the runs for which one measure can only be bettered by worsening the other.
 *
 * @param points name and both measures of each run.
 * @param options names of the measures and which end is good.
 * @throws `rows-empty` without points.
 *
 * @example
 * paretoFront([{ name: 'a', x: 1, y: 2 }, { name: 'b', x: 2, y: 1 }]).data.length; // 2
 */
export function paretoFront(points: readonly ParetoPoint[], options: ParetoFrontOptions = {}): Figure {
  if (points.length === 0) {
    throw new ReluctantError({
      code: 'rows-empty',
      operation: 'plots.paretoFront',
      problem: 'there is no run to show',
      expected: 'at least one { name, x, y }',
    });
  }
  const { xName = 'x', yName = 'y', xBest = 'lowest', yBest = 'lowest' } = options;
  const front = isOnParetoFront(
    points.map(({ x, y }) => [x, y]),
    [xBest, yBest],
  );
  const on = points.filter((_, k) => front[k]).sort((a, b) => a.x - b.x);
  const off = points.filter((_, k) => !front[k]);
  const trace = (name: string, list: ParetoPoint[], more: Record<string, unknown>): Trace => ({
    type: 'scatter',
    name,
    x: list.map(({ x }) => x),
    y: list.map(({ y }) => y),
    text: list.map((point) => plainText(point.name)),
    hovertemplate: '%{text}<br>%{x:.5g}, %{y:.5g}<extra></extra>',
    ...more,
  });
  const arrow = (best: string): string => (best === 'lowest' ? 'lower is better' : 'higher is better');
  return new Figure(
    [
      trace('other runs', off, { mode: 'markers', marker: { size: 8, color: faded(COLOURS.neutral, 0.6) } }),
      trace('Pareto front', on, {
        mode: 'lines+markers+text',
        // All names are in the hover; on the picture those that do not cover each other.
        texttemplate: '%{customdata}',
        customdata: withRoom(on, points),
        textposition: 'top center',
        textfont: { size: NAME_SIZE },
        marker: { size: 10, color: COLOURS.predictions },
        line: { color: COLOURS.predictions, width: 1, dash: 'dot' },
        cliponaxis: false,
      }),
    ],
    {
      ...heading(options.title ?? `${yName} against ${xName}`),
      height: 420,
      xaxis: { title: { text: plainText(`${xName} (${arrow(xBest)})`) } },
      yaxis: { title: { text: plainText(`${yName} (${arrow(yBest)})`) } },
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom' },
    },
    {
      summary: new Table(
        points.map((point, k) => ({ run: point.name, [xName]: point.x, [yName]: point.y, front: front[k] })),
      ),
    },
  );
}

const NAME_SIZE = 10;

/** The names of points of the front, left out where one would cover the name before it. */
function withRoom(on: readonly ParetoPoint[], all: readonly ParetoPoint[]): string[] {
  const scale = (key: 'x' | 'y', pixels: number): ((value: number) => number) => {
    const values = all.map((point) => point[key]).filter(Number.isFinite);
    const [low, high] = extent(values);
    return (value) => ((value - low) / (high - low || 1)) * pixels;
  };
  const [x, y] = [scale('x', 700), scale('y', 260)];
  const placed: { x: number; y: number; width: number }[] = [];
  return on.map((point) => {
    const name = plainText(point.name);
    const box = { x: x(point.x), y: y(point.y), width: textWidth(name, NAME_SIZE) };
    const covers = placed.some(
      (other) =>
        Math.abs(other.y - box.y) < 1.6 * NAME_SIZE && Math.abs(other.x - box.x) < (other.width + box.width) / 2,
    );
    if (covers) return '';
    placed.push(box);
    return name;
  });
}
