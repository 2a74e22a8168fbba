import { checkChoice, checkNumber } from '../core';
import { quantileOfSorted } from '../evaluation';
import { formatShare, Table } from '../tables';
import { Figure, plainText, type Trace } from './figure';
import { type Numbers, sortedFinite, spread } from './numbers';
import { heading } from './panels';
import { COLOURS, faded } from './template';

/** What one layer gave out over a set of samples, flat. */
export interface LayerValues {
  layer: string;
  values: Numbers;
}

/** Options of {@link activationDistributions}. */
export interface ActivationDistributionsOptions {
  title?: string;
  /** What the values are; it words the axis. Default `activations`. */
  kind?: 'activations' | 'pre-activations' | 'gradients';
}

/** Standard normal at -1.5, -1, 0, 1, 1.5, as TensorBoard's distribution bands have it. */
const BANDS = [0.0668, 0.1587, 0.5, 0.8413, 0.9332] as const;

/**
 * The spread of every layer's values on one axis: line from minimum to maximum, a light band for the 6.68 to 93.32 %
 * quantiles, a dark one for 15.87 to 84.13 %, a dot for the median. For pre-activations of ReLU layers what lies left of
 * zero is what is switched off; the share is written at the right.
 *
 * @param layers flat values per layer, in the order of the model.
 * @param options `title`, `kind`.
 *
 * @example
 * activationDistributions([{ layer: 'dense', values: [-1, 0, 2] }], { kind: 'pre-activations' }).summary.rows.length; // 1
 */
export function activationDistributions(
  layers: readonly LayerValues[],
  options: ActivationDistributionsOptions = {},
): Figure {
  const operation = 'plots.activationDistributions';
  checkNumber(operation, 'the number of layers', layers.length, 1);
  const kind = checkChoice(operation, 'kind', options.kind ?? 'activations', [
    'activations',
    'pre-activations',
    'gradients',
  ]);
  const rows = layers.map(({ layer, values }) => row(layer, values));
  const bands = layers.map(({ values }) => {
    const sorted = sortedFinite(values);
    return BANDS.map((probability) => quantileOfSorted(sorted, probability));
  });
  const names = rows.map(({ layer }) => plainText(layer));
  const range = (
    title: string,
    width: number,
    low: (k: number) => number,
    high: (k: number) => number,
    tint: string,
  ): Trace => ({
    type: 'bar',
    orientation: 'h',
    name: title,
    y: names,
    base: rows.map((_, k) => low(k)),
    x: rows.map((_, k) => high(k) - low(k)),
    width,
    marker: { color: tint },
    hovertemplate: '%{base:.4g} to %{customdata:.4g}<extra>%{fullData.name}</extra>',
    customdata: rows.map((_, k) => high(k)),
  });
  const data: Trace[] = [
    range(
      'minimum to maximum',
      0.04,
      (k) => rows[k]!.minimum,
      (k) => rows[k]!.maximum,
      COLOURS.neutral,
    ),
    range(
      '6.7 to 93.3 %',
      0.5,
      (k) => bands[k]![0]!,
      (k) => bands[k]![4]!,
      faded(COLOURS.predictions, 0.28),
    ),
    range(
      '15.9 to 84.1 %',
      0.5,
      (k) => bands[k]![1]!,
      (k) => bands[k]![3]!,
      faded(COLOURS.predictions, 0.55),
    ),
    {
      type: 'scatter',
      name: 'median',
      mode: 'markers',
      x: bands.map((band) => band[2]!),
      y: names,
      marker: { color: COLOURS.text, size: 7, symbol: 'line-ns', line: { color: COLOURS.text, width: 2 } },
    },
  ];
  const offShare = kind === 'pre-activations' ? 'atMostZero' : 'zeroShare';
  return new Figure(
    data,
    {
      ...heading(options.title ?? `${kind[0]!.toUpperCase()}${kind.slice(1)} by layer`),
      height: 150 + 34 * layers.length,
      margin: { l: 120, r: 110, t: 92, b: 48 },
      barmode: 'overlay',
      xaxis: {
        title: { text: kind === 'gradients' ? 'gradient' : kind.replace(/s$/, '') },
        zeroline: true,
        zerolinecolor: COLOURS.bad,
      },
      yaxis: { autorange: 'reversed', type: 'category', ticks: '', showgrid: false },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
      annotations: rows.map((entry, k) => ({
        text: `${kind === 'pre-activations' ? '≤ 0' : '= 0'}: ${formatShare(entry[offShare])}`,
        x: 1,
        xref: 'paper',
        xanchor: 'left',
        xshift: 8,
        y: names[k],
        yref: 'y',
        showarrow: false,
        font: { size: 11, color: entry[offShare] === 1 ? COLOURS.bad : COLOURS.quietText },
      })),
    },
    {
      summary: new Table(rows, {
        headings: { zeroShare: 'zero', atMostZero: 'at most zero', notFinite: 'not finite' },
        formats: { zeroShare: (v) => formatShare(v as number), atMostZero: (v) => formatShare(v as number) },
      }),
    },
  );
}

function row(layer: string, values: Numbers) {
  const { count, notFinite, zeros, minimum, mean, standardDeviation, maximum } = spread(values);
  let atMostZero = 0;
  for (let k = 0; k < values.length; k++) if (values[k]! <= 0) atMostZero += 1;
  return {
    layer,
    values: count,
    notFinite,
    minimum,
    mean,
    standardDeviation,
    maximum,
    zeroShare: zeros / count,
    atMostZero: atMostZero / count,
  };
}
