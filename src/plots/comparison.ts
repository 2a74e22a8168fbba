import { ReluctantError } from '../core';
import { formatNumber, Table } from '../tables';
import { extent } from './extent';
import type { Figure } from './figure';
import { type Panel, panels } from './panels';
import { colour } from './template';

/** One number of one run, e.g. `{ run: 'ReLU', measure: 'zeros', value: 1 }`. */
export interface Measurement {
  run: string;
  measure: string;
  value: number;
}

/**
 * Runs side by side, one panel per measure with a scale of its own (so that a loss of 0.001 is not flattened by an AUC of
 * 0.6), every bar labelled with its value.
 *
 * @param measurements one row per run and measure; a pair that is missing or NaN has no bar.
 * @param options `title`, `subtitle`.
 * @throws `rows-empty` without rows.
 *
 * @example
 * comparison([{ run: 'before', measure: 'zeros', value: 1 }, { run: 'after', measure: 'zeros', value: 0 }]).data.length; // 2
 */
export function comparison(
  measurements: readonly Measurement[],
  options: { title?: string; subtitle?: string } = {},
): Figure {
  if (measurements.length === 0) {
    throw new ReluctantError({
      code: 'rows-empty',
      operation: 'plots.comparison',
      problem: 'there is nothing to compare',
      expected: 'at least one row { run, measure, value }',
    });
  }
  const runs = [...new Set(measurements.map(({ run }) => run))];
  const measures = [...new Set(measurements.map(({ measure }) => measure))];
  const measured = (run: string, measure: string): number =>
    measurements.find((row) => row.run === run && row.measure === measure)?.value ?? Number.NaN;
  const list = measures.map((measure): Panel => {
    const values = runs.map((run) => measured(run, measure));
    const finite = [0, ...values.filter(Number.isFinite)];
    const [low, high] = extent(finite);
    const room = (high - low || 1) * 0.18;
    return {
      title: measure,
      traces: runs.map((run, k) => ({
        type: 'bar',
        name: run,
        x: [run],
        y: [values[k]],
        text: [Number.isNaN(values[k]) ? '' : formatNumber(values[k]!, 3)],
        textposition: 'outside',
        cliponaxis: false,
        textfont: { size: 11 },
        marker: { color: colour(k) },
        width: 0.7,
        hovertemplate: '%{y:.6g}<extra>%{fullData.name}</extra>',
      })),
      xaxis: { type: 'category', showticklabels: false, ticks: '', showgrid: false },
      yaxis: { range: [low < 0 ? low - room : 0, high + room], nticks: 4, tickformat: '.3~g' },
    };
  });
  const rows = measures.map((measure) => ({
    measure,
    ...Object.fromEntries(runs.map((run) => [run, measured(run, measure)])),
  }));
  return panels(list, {
    title: options.title ?? 'Before and after',
    subtitle: options.subtitle,
    panelHeight: 130,
    columns: Math.min(measures.length, measures.length === 4 ? 2 : 3),
    summary: new Table(rows),
  });
}
