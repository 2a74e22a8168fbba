import { checkInteger, Random } from '../core';
import { quantileOfSorted } from '../evaluation';
import { formatNumber } from '../tables';
import { histogram } from './bins';
import type { Figure, Trace } from './figure';
import { type Numbers, sortedFinite } from './numbers';
import { type Panel, panels } from './panels';
import {
  bars,
  checkPairs,
  diagonal,
  type HeadPredictions,
  type PredictionFigureOptions,
  predictionSummary,
} from './predictionDistributions';
import { COLOURS, faded } from './template';

/** Options of {@link predictionScatter}. */
export interface PredictionScatterOptions extends PredictionFigureOptions {
  /** Points drawn per head at most; a larger set is thinned at random (seeded), the summary still counts all. Default 800. */
  maxPoints?: number;
  /** Seed of the thinning. Default 0. */
  seed?: number;
}

/**
 * Predictions over targets, one panel per head, with the diagonal and the median of the predictions in ten equally full
 * groups of the targets: a head that has learnt follows the diagonal, a collapsed one is a flat line. Where the targets are
 * two values only (a column of classes) it is the distribution of the predictions for each of the two: apart if it has learnt.
 *
 * @param heads targets and predictions of each head.
 * @param options `title`, `subtitle`, `maxPoints`, `seed`.
 * @throws `lengths-differ` when a head's two lists do not pair.
 *
 * @example
 * predictionScatter([{ head: 'volatility', targets: [1, 2, 3], predictions: [1.1, 1.9, 3] }]).title; // 'Predictions over targets'
 */
export function predictionScatter(heads: readonly HeadPredictions[], options: PredictionScatterOptions = {}): Figure {
  checkPairs('plots.predictionScatter', heads);
  const notes: string[] = [];
  return panels(
    heads.map((head) => predictionPanel(head, options, notes)),
    {
      title: options.title ?? 'Predictions over targets',
      subtitle: options.subtitle,
      summary: predictionSummary(heads),
      notes,
      panelHeight: 230,
    },
  );
}

/**
 * One panel of {@link predictionScatter}, to stand among others.
 *
 * @param notes what a reader should know is added here.
 *
 * @example
 * predictionPanel({ head: 'up', targets: [0, 1, 1], predictions: [0.2, 0.7, 0.9] }).xTitle; // 'prediction'
 */
export function predictionPanel(
  { head, targets, predictions }: HeadPredictions,
  options: Pick<PredictionScatterOptions, 'maxPoints' | 'seed'> = {},
  notes: string[] = [],
): Panel {
  const maxPoints = checkInteger('plots.predictionScatter', 'maxPoints', options.maxPoints ?? 800, 1, 20_000);
  const classes = twoValues(targets);
  if (classes) return classPanel(head, classes, targets, predictions);
  const shown = chosen(targets.length, maxPoints, options.seed ?? 0);
  if (shown.length < targets.length) {
    notes.push(`${head}: ${shown.length} of ${targets.length} points are drawn, chosen at random.`);
  }
  const sorted = sortedFinite(targets);
  const [xaxis, yaxis] = [bulkAxis(sorted), bulkAxis(sortedFinite(predictions))];
  if (xaxis.range || yaxis.range) notes.push(`${head}: the axes leave out points that lie far from all others.`);
  return {
    title: head,
    traces: [
      points(shown, targets, predictions),
      diagonal(quantileOfSorted(sorted, 0.002), quantileOfSorted(sorted, 0.998)),
      groupMedians(targets, predictions),
    ],
    xTitle: 'target',
    xaxis: { nticks: 6, ...xaxis },
    yTitle: 'prediction',
    yaxis,
  };
}

/** How many times as wide as the bulk of the values a range may be before the axis keeps to the bulk. */
const FAR = 5;

/** An axis over the bulk of sorted values, where a few that lie far out would flatten all others; else plotly.js's own. */
function bulkAxis(sorted: Float64Array): { range?: [number, number] } {
  const [low, high] = [quantileOfSorted(sorted, 0.005), quantileOfSorted(sorted, 0.995)];
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  if (!(high > low) || most - least <= FAR * (high - low)) return {};
  const room = 0.25 * (high - low);
  return { range: [Math.max(least, low - room), Math.min(most, high + room)] };
}

/** The two values of the targets, lower first, if they have no more and no less. */
function twoValues(targets: Numbers): [number, number] | undefined {
  const values = new Set<number>();
  for (let k = 0; k < targets.length && values.size <= 2; k++) values.add(targets[k]!);
  if (values.size !== 2) return undefined;
  return [...values].sort((a, b) => a - b) as [number, number];
}

function classPanel(head: string, classes: [number, number], targets: Numbers, predictions: Numbers): Panel {
  const finite = sortedFinite(predictions);
  const low = finite[0] ?? 0;
  const high = Math.max(finite.at(-1) ?? 1, low + 1e-6);
  const traces = classes.map((value, k) => {
    const ofClass = Float32Array.from({ length: predictions.length }, (_, at) => predictions[at]!).filter(
      (_, at) => targets[at] === value,
    );
    const tint = k === 0 ? COLOURS.neutral : COLOURS.predictions;
    return bars(`target ${formatNumber(value, 3)}`, histogram(ofClass, 30, low, high), ofClass.length, tint);
  });
  return {
    title: head,
    traces,
    xTitle: 'prediction',
    xaxis: { nticks: 6 },
    yTitle: 'share of the class',
    yaxis: { tickformat: '.0%', rangemode: 'tozero' },
  };
}

function chosen(count: number, limit: number, seed: number): Int32Array {
  if (count <= limit) return Int32Array.from({ length: count }, (_, k) => k);
  return new Random(seed).fork('points').permutation(count).subarray(0, limit).sort();
}

function points(shown: Int32Array, targets: Numbers, predictions: Numbers): Trace {
  return {
    type: 'scatter',
    name: 'samples',
    mode: 'markers',
    x: Float32Array.from(shown, (k) => targets[k]!),
    y: Float32Array.from(shown, (k) => predictions[k]!),
    marker: { color: faded(COLOURS.predictions, 0.3), size: 4 },
    hovertemplate: 'target %{x:.4g}, prediction %{y:.4g}<extra></extra>',
  };
}

function groupMedians(targets: Numbers, predictions: Numbers): Trace {
  const order = Array.from({ length: targets.length }, (_, k) => k)
    .filter((k) => Number.isFinite(targets[k]!) && Number.isFinite(predictions[k]!))
    .sort((a, b) => targets[a]! - targets[b]!);
  const groups = Math.min(10, order.length);
  const parts = Array.from({ length: groups }, (_, g) =>
    order.slice(Math.floor((g * order.length) / groups), Math.floor(((g + 1) * order.length) / groups)),
  );
  const median = (values: Numbers, part: number[]): number =>
    quantileOfSorted(sortedFinite(part.map((k) => values[k]!)), 0.5);
  return {
    type: 'scatter',
    name: 'medians',
    mode: 'lines+markers',
    x: parts.map((part) => median(targets, part)),
    y: parts.map((part) => median(predictions, part)),
    line: { color: COLOURS.bad, width: 2 },
    marker: { color: COLOURS.bad, size: 6 },
  };
}
