import { quantileOfSorted } from '../evaluation';
import { Table } from '../tables';
import type { Figure, Trace } from './figure';
import { type Numbers, sortedFinite } from './numbers';
import { checkLengths, checkRows, type DrawingOptions, widthOf } from './options';
import { type Panel, panels } from './panels';
import type { HeadPredictions } from './predictionDistributions';
import { quantileBands } from './spreadMarks';
import { COLOURS, seriesStyles } from './template';

/** Targets and predictions of a head in the order of time. */
export interface PredictionsOverTime extends HeadPredictions {
  /** ISO dates, milliseconds since 1970, or any ascending numbers; default: the number of the row. */
  times?: ArrayLike<string | number>;
}

/** As many places in time as a panel can show apart. */
const MOST_PLACES = 150;

/**
 * Residuals (target less prediction) over time: their median and the bands from the 5 % to the 95 % and from the 25 % to the
 * 75 % quantile, in up to 150 places of equally many rows. A median away from 0 is a forecast that has drifted, bands that
 * widen are times that it does not know.
 *
 * @param heads targets and predictions of each head, oldest first, any number of rows.
 * @param options `title`, `subtitle`, `width`.
 * @throws ReluctantError `rows-empty` without heads; `lengths-differ` where the columns do not pair.
 * @example
 * residuals([{ head: 'volatility', targets: [1, 2, 3], predictions: [1, 2, 4] }]).summary.rows.length; // 1
 */
export function residuals(heads: readonly PredictionsOverTime[], options: DrawingOptions = {}): Figure {
  const operation = 'plots.residuals';
  checkRows(operation, heads, 'heads', '{ head, targets, predictions }');
  const styles = seriesStyles(heads.map(({ head }) => head));
  const list = heads.map(({ head, targets, predictions, times }): Panel => {
    const lengths = { targets: targets.length, predictions: predictions.length, ...(times && { times: times.length }) };
    checkLengths(operation, { head }, lengths);
    const differences = Float64Array.from({ length: targets.length }, (_, k) => targets[k]! - predictions[k]!);
    return {
      title: head,
      traces: bands(differences, times, styles.get(head)!.color),
      ...(times === undefined && { xTitle: 'row' }),
      yTitle: 'target − prediction',
      xaxis: { zeroline: false, nticks: 6 },
      yaxis: { zeroline: true, zerolinecolor: COLOURS.bad },
    };
  });
  return panels(list, {
    title: options.title ?? 'Residuals over time',
    subtitle: options.subtitle,
    width: widthOf(operation, options),
    columns: 1,
    panelHeight: 170,
    summary: new Table(heads.map(summaryOf), { headings: { notFinite: 'not finite' } }),
  });
}

function bands(differences: Float64Array, times: ArrayLike<string | number> | undefined, color: string): Trace[] {
  const places = Math.min(MOST_PLACES, differences.length);
  const start = (place: number): number => Math.floor((place * differences.length) / places);
  const parts = Array.from({ length: places }, (_, k) => sortedFinite(differences.subarray(start(k), start(k + 1))));
  const x = parts.map((_, k) => times?.[start(k)] ?? start(k) + 1);
  const at = (probability: number): number[] =>
    parts.map((sorted) => (sorted.length ? quantileOfSorted(sorted, probability) : Number.NaN));
  return quantileBands(x, at, { color });
}

function summaryOf({ head, targets, predictions }: PredictionsOverTime) {
  const differences: Numbers = Float64Array.from({ length: targets.length }, (_, k) => targets[k]! - predictions[k]!);
  const sorted = sortedFinite(differences);
  const [low, median, high] = [0.05, 0.5, 0.95].map((probability) =>
    sorted.length ? quantileOfSorted(sorted, probability) : Number.NaN,
  );
  return { head, rows: targets.length, notFinite: targets.length - sorted.length, '5 %': low, median, '95 %': high };
}
