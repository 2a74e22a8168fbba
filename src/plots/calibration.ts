import { Table } from '../tables';
import type { Figure, Trace } from './figure';
import type { Numbers } from './numbers';
import { checkLengths, checkRows, type DrawingOptions, widthOf } from './options';
import { type Panel, panels } from './panels';
import { diagonal, type HeadPredictions } from './predictionDistributions';
import { COLOURS, seriesStyles } from './template';

/** Options of {@link calibration}. */
export interface CalibrationOptions extends DrawingOptions {
  /** Groups of equally many predictions, 2 to 100. Default 10. */
  groups?: number;
}

/**
 * Calibration of each head: predictions in equally full groups against the mean of the targets in each, with bars of two
 * standard errors. On the diagonal a forecast means what it says; flatter than it, the forecast is too bold. For targets of 0
 * and 1 this is the reliability diagram (Murphy and Winkler 1977).
 *
 * @param heads targets and predictions of each head; pairs that are not finite are left out and counted in the summary.
 * @param options `title`, `subtitle`, `width`, `groups`.
 * @throws ReluctantError `rows-empty` without heads; `lengths-differ` where targets and predictions do not pair.
 * @example
 * calibration([{ head: 'up', targets: [0, 1, 1, 1], predictions: [0.1, 0.6, 0.7, 0.9] }], { groups: 2 }).summary.rows.length; // 2
 */
export function calibration(heads: readonly HeadPredictions[], options: CalibrationOptions = {}): Figure {
  const operation = 'plots.calibration';
  checkRows(operation, heads, 'heads', '{ head, targets, predictions }');
  const styles = seriesStyles(heads.map(({ head }) => head));
  const rows: CalibrationGroup[] = [];
  const list = heads.map(({ head, targets, predictions }): Panel => {
    checkLengths(operation, { head }, { targets: targets.length, predictions: predictions.length });
    const groups = groupsOf(head, targets, predictions, options.groups ?? 10);
    rows.push(...groups);
    const ends = groups.flatMap(({ prediction, target }) => [prediction, target]);
    return {
      title: head,
      traces: [
        ...(ends.length ? [diagonal(Math.min(...ends), Math.max(...ends))] : []),
        line(groups, styles.get(head)!.color),
      ],
      xTitle: 'prediction',
      yTitle: 'mean of the targets',
      xaxis: { nticks: 6 },
    };
  });
  return panels(list, {
    title: options.title ?? 'Calibration',
    subtitle: options.subtitle ?? 'mean of the targets in equally full groups of predictions, ± 2 standard errors',
    width: widthOf(operation, options),
    panelHeight: 230,
    summary: new Table(rows, { headings: { standardError: 'standard error' } }),
  });
}

interface CalibrationGroup {
  head: string;
  rows: number;
  prediction: number;
  target: number;
  standardError: number;
}

function groupsOf(head: string, targets: Numbers, predictions: Numbers, wanted: number): CalibrationGroup[] {
  const order = Uint32Array.from({ length: targets.length }, (_, k) => k)
    .filter((k) => Number.isFinite(targets[k]!) && Number.isFinite(predictions[k]!))
    .sort((a, b) => predictions[a]! - predictions[b]!);
  const count = Math.min(Math.max(2, Math.min(100, Math.floor(wanted))), order.length);
  return Array.from({ length: count }, (_, g) => {
    const part = order.subarray(Math.floor((g * order.length) / count), Math.floor(((g + 1) * order.length) / count));
    const mean = (values: Numbers): number => part.reduce((sum, k) => sum + values[k]!, 0) / part.length;
    const target = mean(targets);
    const squares = part.reduce((sum, k) => sum + (targets[k]! - target) ** 2, 0);
    const standardError = part.length > 1 ? Math.sqrt(squares / (part.length - 1) / part.length) : Number.NaN;
    return { head, rows: part.length, prediction: mean(predictions), target, standardError };
  });
}

const line = (groups: readonly CalibrationGroup[], color: string): Trace => ({
  type: 'scatter',
  name: 'groups',
  mode: 'lines+markers',
  x: groups.map(({ prediction }) => prediction),
  y: groups.map(({ target }) => target),
  error_y: {
    type: 'data',
    array: groups.map(({ standardError }) => (Number.isFinite(standardError) ? 2 * standardError : 0)),
    color: COLOURS.neutral,
    thickness: 1,
    width: 3,
  },
  customdata: groups.map(({ rows }) => rows),
  line: { color, width: 2 },
  marker: { color, size: 6 },
  showlegend: false,
  hovertemplate: 'prediction %{x:.4g}, target %{y:.4g}, %{customdata} rows<extra></extra>',
});
