import { checkChoice, checkNumber } from '../core';
import { quantileOfSorted } from '../evaluation';
import { formatShare, Table } from '../tables';
import { Figure, type FigureLayout, plainText, type Trace } from './figure';
import { type Numbers, sortedFinite, spread } from './numbers';
import { heading } from './panels';
import { rangeBars, rowNote } from './spreadMarks';
import { COLOURS, faded } from './template';

/** Outputs of one layer over a set of samples, flat. */
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
  return new Figure(
    bandTraces(rows, bands),
    { ...heading(options.title ?? `${kind[0]!.toUpperCase()}${kind.slice(1)} by layer`), ...layoutOf(rows, kind) },
    {
      summary: new Table(rows, {
        headings: { zeroShare: 'zero', atMostZero: 'at most zero', notFinite: 'not finite' },
        formats: { zeroShare: (v) => formatShare(v as number), atMostZero: (v) => formatShare(v as number) },
      }),
    },
  );
}

/** The spread of each layer, from the widest part to the median. */
function bandTraces(rows: readonly LayerSpread[], bands: readonly (readonly number[])[]): Trace[] {
  const names = rows.map(({ layer }) => plainText(layer));
  const range = (title: string, width: number, low: number[], high: number[], color: string): Trace =>
    rangeBars(names, { title, width, low, high, color });
  const quantile = (k: number): number[] => bands.map((band) => band[k]!);
  const { neutral, predictions, text } = COLOURS;
  const extremes = [rows.map(({ minimum }) => minimum), rows.map(({ maximum }) => maximum)] as const;
  return [
    range('minimum to maximum', 0.04, ...extremes, neutral),
    range('6.7 to 93.3 %', 0.5, quantile(0), quantile(4), faded(predictions, 0.28)),
    range('15.9 to 84.1 %', 0.5, quantile(1), quantile(3), faded(predictions, 0.55)),
    {
      type: 'scatter',
      name: 'median',
      mode: 'markers',
      x: quantile(2),
      y: names,
      marker: { color: text, size: 7, symbol: 'line-ns', line: { color: text, width: 2 } },
    },
  ];
}

function layoutOf(rows: readonly LayerSpread[], kind: string): FigureLayout {
  const isBefore = kind === 'pre-activations';
  const offShare = isBefore ? 'atMostZero' : 'zeroShare';
  return {
    height: 150 + 34 * rows.length,
    margin: { l: 120, r: 110, t: 92, b: 48 },
    barmode: 'overlay',
    xaxis: {
      title: { text: kind === 'gradients' ? 'gradient' : kind.replace(/s$/, '') },
      zeroline: true,
      zerolinecolor: COLOURS.bad,
    },
    yaxis: { autorange: 'reversed', type: 'category', ticks: '', showgrid: false },
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
    annotations: rows.map((entry) =>
      rowNote(
        plainText(entry.layer),
        `${isBefore ? '≤ 0' : '= 0'}: ${formatShare(entry[offShare])}`,
        entry[offShare] === 1,
      ),
    ),
  };
}

type LayerSpread = ReturnType<typeof row>;

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
