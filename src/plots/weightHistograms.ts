import { checkNumber } from '../core';
import { Table } from '../tables';
import { binCount, histogram } from './bins';
import type { Figure } from './figure';
import { type Numbers, spread } from './numbers';
import { type Panel, panels } from './panels';
import { bars } from './predictionDistributions';
import { colour } from './template';

/** The values of one weight, flat. */
export interface WeightValues {
  /** E.g. `volatility/kernel`. */
  name: string;
  values: Numbers;
}

/** Options of {@link weightHistograms}. */
export interface WeightHistogramsOptions {
  title?: string;
  subtitle?: string;
  /** Weights drawn at most, the first ones; all are in the summary. Default 12. */
  maxPanels?: number;
}

/**
 * One histogram per weight. NaN and infinities are counted in the panel's title and never silently dropped: they are the
 * failure one looks for.
 *
 * @param weights name and flat values of each weight.
 * @param options `title`, `subtitle`, `maxPanels`.
 *
 * @example
 * weightHistograms([{ name: 'dense/kernel', values: new Float32Array([-1, 0, 1]) }]).summary.rows.length; // 1
 */
export function weightHistograms(weights: readonly WeightValues[], options: WeightHistogramsOptions = {}): Figure {
  checkNumber('plots.weightHistograms', 'the number of weights', weights.length, 1);
  const shown = weights.slice(0, options.maxPanels ?? 12);
  const list = shown.map(({ name, values }, k): Panel => {
    const bins = histogram(values, values.length === 1 ? 1 : binCount(values));
    const broken = bins.notFinite ? ` (${bins.notFinite} not finite)` : '';
    return {
      title: `${name}${broken}`,
      traces: [{ ...bars(name, bins, values.length, colour(k)), showlegend: false }],
      yaxis: { tickformat: '.0%', rangemode: 'tozero' },
    };
  });
  const rest = weights.length - shown.length;
  return panels(list, {
    title: options.title ?? 'Weights',
    subtitle: options.subtitle ?? 'share of the values per bin',
    summary: new Table(weights.map(({ name, values }) => ({ weight: name, ...spread(values) }))),
    notes: rest > 0 ? [`${rest} more weights are in the table only.`] : [],
    panelHeight: 120,
  });
}
