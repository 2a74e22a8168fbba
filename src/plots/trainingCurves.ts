import { ReluctantError } from '../core';
import { Table } from '../tables';
import { extent } from './extent';
import type { Figure, Trace } from './figure';
import { type Panel, panels } from './panels';
import { COLOURS, colour, PALETTE } from './template';

/** One row per epoch, with Keras's names: `loss`, `val_loss`, `volatility_loss`, `val_direction_auc` ... */
export type EpochValues = Readonly<Record<string, number | undefined>>;

/** Options of {@link trainingCurves}. */
export interface TrainingCurvesOptions {
  title?: string;
  /** Metrics to draw, without `val_`; default: all that the rows have. */
  metrics?: readonly string[];
  /** Marked by a line: the epoch whose weights were kept, counted as the rows' `epoch` is (without it, from 1). */
  bestEpoch?: number;
}

/**
 * One panel per metric, training and validation in the two colours that mean these everywhere. Losses whose values span
 * more than two powers of ten get a logarithmic axis. A validation curve that does not move is a head that does not learn.
 *
 * @param history rows of one epoch each; a missing value or NaN is a gap. Epochs are drawn from 1, as people count: rows that begin at 0, as
 *   those of `fit` and of Keras do, are shifted by one.
 * @param options see {@link TrainingCurvesOptions}.
 * @returns a figure whose summary has first, best and last value of each curve, and whether it is constant.
 * @throws `history-empty` without rows or metrics.
 *
 * @example
 * trainingCurves([{ loss: 1, val_loss: 1.2 }, { loss: 0.5, val_loss: 0.9 }]).title; // 'Training and validation by epoch'
 */
export function trainingCurves(history: readonly EpochValues[], options: TrainingCurvesOptions = {}): Figure {
  const metrics = options.metrics ?? metricsOf(history);
  if (history.length === 0 || metrics.length === 0) {
    throw new ReluctantError({
      code: 'history-empty',
      operation: 'plots.trainingCurves',
      problem: history.length === 0 ? 'the history has no rows' : 'the history has no metric',
      expected: 'rows such as { epoch: 1, loss: 0.7, val_loss: 0.8 }',
    });
  }
  const epochs = epochsOf(history);
  const rows: CurveRow[] = [];
  const list = metrics.map((metric): Panel => {
    const traces: Trace[] = [];
    const all: number[] = [];
    for (const [kind, key, tint] of [
      ['training', metric, COLOURS.training],
      ['validation', `val_${metric}`, COLOURS.validation],
    ] as const) {
      if (!history.some((row) => row[key] !== undefined)) continue;
      const values = history.map((row) => row[key] ?? Number.NaN);
      for (const value of values) all.push(value);
      rows.push(curveRow(metric, kind, epochs, values));
      traces.push(
        curve(kind, epochs, values, { color: tint }),
        ...brokenEpochs(
          epochs,
          history.map((row) => row[key]),
        ),
      );
    }
    if (options.bestEpoch !== undefined) traces.push(mark(options.bestEpoch + shiftOf(history), all));
    return {
      title: metric,
      traces,
      xTitle: 'epoch',

      xaxis: wholeNumbers(epochs),
      yaxis: scaleOf(metric, all),
    };
  });
  return panels(list, {
    title: options.title ?? 'Training and validation by epoch',
    summary: new Table(rows),
    panelHeight: list.length === 1 ? 300 : 180,
  });
}

/** One run of a comparison. */
export interface NamedHistory {
  name: string;
  history: readonly EpochValues[];
}

/**
 * The same metrics of several runs, one colour per run, so that a repair can be seen against the fault.
 *
 * @param runs name and history of each run.
 * @param metrics keys of the history's rows, e.g. `val_volatility_loss`.
 * @param options `title`.
 * @throws `history-empty` when no run has any of the metrics.
 *
 * @example
 * runCurves([{ name: 'ReLU', history: [{ val_loss: 1 }, { val_loss: 1 }] }], ['val_loss']).data.length; // 1
 */
export function runCurves(
  runs: readonly NamedHistory[],
  metrics: readonly string[],
  options: { title?: string } = {},
): Figure {
  const rows: (CurveRow & { run: string })[] = [];
  const list = metrics.map((metric): Panel => {
    const all: number[] = [];
    const traces = runs.flatMap(({ name, history }, k): Trace[] => {
      if (!history.some((row) => row[metric] !== undefined)) return [];
      const values = history.map((row) => row[metric] ?? Number.NaN);
      const epochs = epochsOf(history);
      for (const value of values) all.push(value);
      rows.push({
        run: name,
        ...curveRow(metric, metric.startsWith('val_') ? 'validation' : 'training', epochs, values),
      });
      // After the last colour they begin again, with another dash.
      const style = { color: colour(k), dash: DASHES[Math.floor(k / PALETTE.length) % DASHES.length]! };
      return [
        curve(name, epochs, values, style),
        ...brokenEpochs(
          epochs,
          history.map((row) => row[metric]),
        ),
      ];
    });
    return { title: metric, traces, xTitle: 'epoch', xaxis: { zeroline: false }, yaxis: scaleOf(metric, all) };
  });
  if (rows.length === 0) {
    throw new ReluctantError({
      code: 'history-empty',
      operation: 'plots.runCurves',
      problem: 'no run has any of the metrics',
      received: metrics,
      expected: `among ${[...new Set(runs.flatMap(({ history }) => metricsOf(history)))].join(', ') || 'the histories (all are empty)'}`,
    });
  }
  return panels(list, { title: options.title ?? 'Runs compared', summary: new Table(rows), panelHeight: 200 });
}

interface CurveRow {
  metric: string;
  part: string;
  first: number;
  lowest: number;
  highest: number;
  last: number;
  constant: boolean;
}

function curveRow(metric: string, part: string, epochs: readonly number[], values: readonly number[]): CurveRow {
  const finite = values.filter(Number.isFinite);
  const [lowest, highest] = extent(finite);
  return {
    metric,
    part,
    first: finite[0] ?? Number.NaN,
    lowest: finite.length ? lowest : Number.NaN,
    highest: finite.length ? highest : Number.NaN,
    last: values[epochs.length - 1] ?? Number.NaN,
    constant: finite.length > 1 && lowest === highest,
  };
}

/** Rows of `fit` and of Keras count from 0, people from 1. */
const shiftOf = (history: readonly EpochValues[]): number => (history[0]?.['epoch'] === 0 ? 1 : 0);

const epochsOf = (history: readonly EpochValues[]): number[] =>
  history.map((row, k) => (row['epoch'] === undefined ? k + 1 : row['epoch'] + shiftOf(history)));

const DASHES = ['solid', 'dash', 'dot', 'dashdot'] as const;

/** Epochs whose value is recorded and not finite, at the height of the last one that was: a curve does not end without a word. */
function brokenEpochs(epochs: readonly number[], values: readonly (number | undefined)[]): Trace[] {
  const places: { x: number; y: number }[] = [];
  let height = values.find((value) => Number.isFinite(value)) ?? 1;
  for (const [k, value] of values.entries()) {
    if (value === undefined) continue;
    if (Number.isFinite(value)) height = value;
    else places.push({ x: epochs[k]!, y: height });
  }
  if (places.length === 0) return [];
  return [
    {
      type: 'scatter',
      name: 'not finite',
      mode: 'markers',
      x: places.map(({ x }) => x),
      y: places.map(({ y }) => y),
      marker: { color: COLOURS.bad, symbol: 'x', size: 8 },
      hovertemplate: 'epoch %{x}: not finite<extra></extra>',
    },
  ];
}

function curve(
  name: string,
  x: readonly number[],
  y: readonly number[],
  { color: tint, dash = 'solid' }: { color: string; dash?: string },
): Trace {
  return {
    type: 'scatter',
    name,
    x,
    y,
    mode: y.length > 60 ? 'lines' : 'lines+markers',
    line: { color: tint, width: 2, ...(dash !== 'solid' && { dash }) },
    marker: { color: tint, size: y.length > 30 ? 3 : 5 },
    hovertemplate: 'epoch %{x}: %{y:.5g}<extra>%{fullData.name}</extra>',
  };
}

function mark(epoch: number, values: readonly number[]): Trace {
  const finite = values.filter(Number.isFinite);
  return {
    type: 'scatter',
    name: 'weights kept',
    mode: 'lines',
    x: [epoch, epoch],
    y: extent(finite),
    line: { color: COLOURS.neutral, width: 1, dash: 'dot' },
    hoverinfo: 'skip',
  };
}

function metricsOf(history: readonly EpochValues[]): string[] {
  const keys = new Set(history.flatMap((row) => Object.keys(row)));
  for (const key of ['epoch', 'seconds', 'learningRate', 'step']) keys.delete(key);
  const names = [...keys].map((key) => key.replace(/^val_/, ''));
  return [...new Set(names)].filter((name) =>
    history.some((row) => typeof row[name] === 'number' || typeof row[`val_${name}`] === 'number'),
  );
}

function scaleOf(metric: string, values: readonly number[]): Record<string, unknown> {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const [low, high] = extent(positive);
  const wide =
    /loss|mse|mae/.test(metric) && positive.length === values.filter(Number.isFinite).length && high > low * 100;
  return wide ? { type: 'log', dtick: 1 } : {};
}

function wholeNumbers(epochs: readonly number[]): Record<string, unknown> {
  return { zeroline: false, ...(epochs.length <= 6 && { dtick: 1 }) };
}
