import { ReluctantError } from '../core';
import { Table } from '../tables';
import type { Figure, Trace } from './figure';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { panels } from './panels';
import { COLOURS } from './template';

/** What `findLearningRate` returns, as far as it is drawn. */
export interface LearningRateCurve {
  points: readonly { learningRate: number; loss: number; smoothedLoss: number }[];
  /** Rates to mark. */
  suggested?: number | undefined;
  lowest?: number | undefined;
}

/**
 * Losses by the learning rate at which they were met, on a logarithmic axis, with the rate that is suggested and the one where the
 * smoothed loss was least.
 *
 * @param found what `findLearningRate` returns; losses that are not finite are gaps.
 * @param options `title`, `subtitle`, `width`.
 * @throws ReluctantError `rows-empty` without a point; `number-out-of-range` for a rate that has no logarithm.
 * @example
 * const points = [1e-3, 1e-2, 1e-1].map((learningRate, k) => ({ learningRate, loss: 3 - k, smoothedLoss: 3 - k }));
 * learningRateSearch({ points, suggested: 1e-2 }).summary.rows[0]; // { rate: 'suggested', learningRate: 0.01, smoothedLoss: 2 }
 */
export function learningRateSearch(found: LearningRateCurve, options: DrawingOptions = {}): Figure {
  const operation = 'plots.learningRateSearch';
  const { points } = found;
  checkRows(operation, points, 'points', 'point');
  const bad = points.findIndex(({ learningRate }) => !(learningRate > 0 && Number.isFinite(learningRate)));
  if (bad >= 0) {
    throw new ReluctantError({
      code: 'number-out-of-range',
      operation,
      problem: 'a learning rate has no logarithm',
      where: { point: bad },
      received: points[bad]!.learningRate,
      expected: 'a finite number above 0',
    });
  }
  const x = Float32Array.from(points, ({ learningRate }) => learningRate);
  // Beyond the largest float32 a loss has no place on an axis either.
  const finite = (values: number[]) =>
    Float32Array.from(values, (value) => (Number.isFinite(Math.fround(value)) ? value : Number.NaN));
  const marks = [
    { rate: 'suggested', at: found.suggested, color: COLOURS.good, symbol: 'star' },
    { rate: 'least loss', at: found.lowest, color: COLOURS.text, symbol: 'diamond-open' },
  ].flatMap(({ at, ...mark }) => (at === undefined ? [] : [{ ...mark, point: nearestTo(points, at) }]));
  const losses = points.map(({ smoothedLoss }) => smoothedLoss).filter((loss) => Number.isFinite(loss));
  const lowest = losses.reduce((a, b) => Math.min(a, b), Infinity);
  const highest = losses.reduce((a, b) => Math.max(a, b), -Infinity);
  const isWide = lowest > 0 && highest > 100 * lowest;
  const hovertemplate = 'rate %{x:.3g}: %{y:.5g}<extra>%{fullData.name}</extra>';
  const traces: Trace[] = [
    {
      type: 'scatter',
      name: 'loss of the batch',
      mode: 'markers',
      x,
      y: finite(points.map(({ loss }) => loss)),
      marker: { color: COLOURS.neutral, size: 4 },
      hovertemplate,
    },
    {
      type: 'scatter',
      name: 'smoothed loss',
      mode: points.length === 1 ? 'markers' : 'lines',
      x,
      y: finite(points.map(({ smoothedLoss }) => smoothedLoss)),
      line: { color: COLOURS.training, width: 2 },
      hovertemplate,
    },
    ...marks.map(({ rate, color, symbol, point }) => ({
      type: 'scatter',
      name: rate,
      mode: 'markers',
      x: [point.learningRate],
      y: finite([point.smoothedLoss]),
      marker: { color, symbol, size: 12, line: { color, width: 2 } },
      hovertemplate,
    })),
  ];
  const last = points.at(-1)!;
  const rows = (marks.length > 0 ? marks : [{ rate: 'last', point: last }]).map(({ rate, point }) => ({
    rate,
    learningRate: point.learningRate,
    smoothedLoss: point.smoothedLoss,
  }));
  const panel = {
    title: 'loss',
    traces,
    xTitle: 'learning rate',
    xaxis: { type: 'log', dtick: 1, zeroline: false },
    yaxis: isWide ? { type: 'log', dtick: 1 } : {},
  };
  return panels([panel], {
    title: options.title ?? 'Loss by learning rate',
    subtitle: options.subtitle,
    width: widthOf(operation, options),
    summary: new Table(rows),
  });
}

function nearestTo(points: LearningRateCurve['points'], rate: number) {
  const away = ({ learningRate }: { learningRate: number }) => Math.abs(Math.log(learningRate / rate));
  return points.reduce((best, point) => (away(point) < away(best) ? point : best));
}
