import { quantileOfSorted } from '../evaluation';
import { Table } from '../tables';
import { type Figure, plainText, type Trace } from './figure';
import { type Numbers, sortedFinite } from './numbers';
import { checkLengths, checkRows, type DrawingOptions, widthOf } from './options';
import { type Panel, panels } from './panels';
import { COLOURS, faded } from './template';

/** Values of one thing (a weight, the activations of a layer, a head's predictions) at several epochs. */
export interface ValuesByEpoch {
  name: string;
  epochs: Numbers;
  /** One list of values per epoch. */
  values: readonly Numbers[];
}

/** The normal distribution at 0, 0.5, 1 and 1.5 deviations on both sides: the percentiles of TensorBoard's distributions. */
const PROBABILITIES = [0, 0.0668, 0.1587, 0.3085, 0.5, 0.6915, 0.8413, 0.9332, 1] as const;
const BANDS = ['minimum to maximum', '6.7 to 93.3 %', '15.9 to 84.1 %', '30.9 to 69.2 %'] as const;

/**
 * Distributions over the epochs as bands around the median, as TensorBoard draws them: a band that narrows to a line is a unit
 * or a weight that stops varying, one that runs away is a run that diverges. Values that are not finite are left out of the
 * bands, counted in the summary, and marked at their epoch.
 *
 * @param series values by epoch, one panel each.
 * @param options `title`, `subtitle`, `width`, and `unit`, which words the axis.
 * @throws ReluctantError `rows-empty` without series or epochs; `lengths-differ` where epochs and values do not pair.
 * @example
 * distributionBands([{ name: 'kernel', epochs: [1, 2], values: [[-1, 0, 1], [-2, 0, 2]] }]).summary.rows.length; // 2
 */
export function distributionBands(
  series: readonly ValuesByEpoch[],
  options: DrawingOptions & { unit?: string } = {},
): Figure {
  const operation = 'plots.distributionBands';
  checkRows(operation, series, 'distributions', '{ name, epochs, values }');
  const rows: SpreadByEpoch[] = [];
  const list = series.map(({ name, epochs, values }): Panel => {
    checkLengths(operation, { name }, { epochs: epochs.length, values: values.length });
    checkRows(operation, values, `epochs of "${name}"`, 'list of values');
    const quantiles = values.map((at, k) => {
      const sorted = sortedFinite(at);
      const all = PROBABILITIES.map((probability) =>
        sorted.length ? quantileOfSorted(sorted, probability) : Number.NaN,
      );
      const notFinite = at.length - sorted.length;
      rows.push({ name, epoch: epochs[k]!, notFinite, minimum: all[0]!, median: all[4]!, maximum: all[8]! });
      return all;
    });
    const x = Array.from(epochs);
    return {
      title: name,
      traces: [...bandTraces(x, quantiles), ...brokenEpochs(rows.slice(-values.length))],
      xTitle: 'epoch',
      ...(options.unit && { yTitle: plainText(options.unit) }),
      xaxis: { zeroline: false },
    };
  });
  return panels(list, {
    title: options.title ?? 'Distributions by epoch',
    subtitle: options.subtitle,
    width: widthOf(operation, options),
    summary: new Table(rows, { headings: { notFinite: 'not finite' } }),
  });
}

interface SpreadByEpoch {
  name: string;
  epoch: number;
  notFinite: number;
  minimum: number;
  median: number;
  maximum: number;
}

function bandTraces(x: number[], quantiles: readonly (readonly number[])[]): Trace[] {
  const bands = BANDS.flatMap((name, k): Trace[] => [
    edge(
      x,
      quantiles.map((at) => at[k]!),
    ),
    {
      ...edge(
        x,
        quantiles.map((at) => at[8 - k]!),
      ),
      name,
      showlegend: true,
      fill: 'tonexty',
      fillcolor: faded(COLOURS.predictions, [0.12, 0.2, 0.25, 0.3][k]!),
      hovertemplate: 'epoch %{x}: up to %{y:.4g}<extra>%{fullData.name}</extra>',
      hoverinfo: 'all',
    },
  ]);
  const median: Trace = {
    type: 'scatter',
    name: 'median',
    mode: x.length === 1 ? 'markers' : 'lines',
    x,
    y: quantiles.map((at) => at[4]!),
    line: { color: COLOURS.predictions, width: 2 },
    marker: { color: COLOURS.predictions, size: 7 },
    hovertemplate: 'epoch %{x}: %{y:.4g}<extra>median</extra>',
  };
  return [...bands, median];
}

/** One side of a band: a thin line, so that one epoch alone and equal values can be seen. */
const edge = (x: number[], y: number[]): Trace => ({
  type: 'scatter',
  mode: x.length === 1 ? 'markers' : 'lines',
  x,
  y,
  line: { color: faded(COLOURS.predictions, 0.35), width: 0.5 },
  marker: { color: faded(COLOURS.predictions, 0.6), size: 5, symbol: 'line-ew-open' },
  hoverinfo: 'skip',
  showlegend: false,
});

/** Epochs at which values were not finite, marked on the axis. */
function brokenEpochs(rows: readonly SpreadByEpoch[]): Trace[] {
  const broken = rows.filter(({ notFinite }) => notFinite > 0);
  if (broken.length === 0) return [];
  const medians = rows.map(({ minimum }) => minimum).filter(Number.isFinite);
  const floor = medians.length ? Math.min(...medians) : 0;
  return [
    {
      type: 'scatter',
      name: 'not finite',
      mode: 'markers',
      x: broken.map(({ epoch }) => epoch),
      y: broken.map(() => floor),
      customdata: broken.map(({ notFinite }) => notFinite),
      marker: { color: COLOURS.bad, symbol: 'x', size: 8 },
      hovertemplate: 'epoch %{x}: %{customdata} values are not finite<extra></extra>',
    },
  ];
}
