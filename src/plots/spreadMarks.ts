// Marks of spreads that several figures share: bars along one axis, bands over another, and a note at the end of a row.
import { plainText, type Trace } from './figure';
import { COLOURS, faded } from './template';

/** Horizontal bars from `low` to `high`, one per name. */
export const rangeBars = (
  names: readonly string[],
  bar: { title: string; width: number; low: number[]; high: number[]; color: string },
): Trace => ({
  type: 'bar',
  orientation: 'h',
  name: bar.title,
  y: names,
  base: bar.low,
  x: bar.high.map((value, k) => value - bar.low[k]!),
  width: bar.width,
  marker: { color: bar.color },
  customdata: bar.high,
  hovertemplate: '%{base:.4g} to %{customdata:.4g}<extra>%{fullData.name}</extra>',
});

/** A short text to the right of the row that is called so on a vertical axis of names. */
export const rowNote = (row: string, text: string, isBad: boolean): Record<string, unknown> => ({
  text: plainText(text),
  x: 1,
  xref: 'paper',
  xanchor: 'left',
  xshift: 8,
  y: row,
  yref: 'y',
  showarrow: false,
  font: { size: 11, color: isBad ? COLOURS.bad : COLOURS.quietText },
});

/**
 * Bands between two quantiles over `x`, from the wide one to the narrow one, and the median.
 *
 * @param at the quantile of every place at a probability.
 * @param of what the quantiles are of, for the legend.
 */
export function quantileBands(
  x: readonly unknown[],
  at: (probability: number) => number[],
  { color, of = '', hover = '%{y:.4g}' }: { color: string; of?: string; hover?: string },
): Trace[] {
  const mode = x.length === 1 ? 'markers' : 'lines';
  const edge = (probability: number): Trace => ({
    type: 'scatter',
    mode,
    x,
    y: at(probability),
    line: { width: 0, color },
    marker: { color, size: 4 },
    showlegend: false,
    hoverinfo: 'skip',
  });
  const band = (name: string, low: number, high: number, opacity: number): Trace[] => [
    edge(low),
    { ...edge(high), name, showlegend: true, fill: 'tonexty', fillcolor: faded(color, opacity) },
  ];
  return [
    ...band(`5 to 95 %${of}`, 0.05, 0.95, 0.18),
    ...band('25 to 75 %', 0.25, 0.75, 0.31),
    {
      type: 'scatter',
      name: 'median',
      mode,
      x,
      y: at(0.5),
      line: { color, width: 2 },
      marker: { color, size: 6 },
      hovertemplate: `%{x}: ${hover}<extra>median</extra>`,
    },
  ];
}
