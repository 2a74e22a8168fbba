import { checkNumber } from '../core';
import { Table } from '../tables';
import { extent } from './extent';
import { Figure, plainText } from './figure';
import { heading } from './panels';
import { COLOURS, colour } from './template';

/** The gradient of one layer's weights. */
export interface LayerGradient {
  layer: string;
  /** Euclidean norm of the gradient. */
  norm: number;
  /** Whose gradient, when there are several (a loss term, a run). */
  series?: string;
}

/**
 * The norm of each layer's gradient on a logarithmic axis. A norm of exactly zero has no place on such an axis; it is drawn as
 * a cross at the lower edge and named, since it means that nothing reaches the layer. One that is not finite stands likewise at
 * the upper edge.
 *
 * @param gradients rows in the order of the model; several `series` stand side by side.
 * @param options `title`.
 *
 * @example
 * gradientNorms([{ layer: 'trunk', norm: 0.1 }, { layer: 'volatility', norm: 0 }]).summary.rows.length; // 2
 */
export function gradientNorms(gradients: readonly LayerGradient[], options: { title?: string } = {}): Figure {
  checkNumber('plots.gradientNorms', 'the number of gradients', gradients.length, 1);
  const seriesNames = [...new Set(gradients.map(({ series }) => series ?? ''))];
  const layers = [...new Set(gradients.map(({ layer }) => layer))].map(plainText);
  const positive = gradients.map(({ norm }) => norm).filter((norm) => norm > 0 && Number.isFinite(norm));
  const [low, high] = positive.length ? extent(positive) : [1e-3, 1];
  const [bottom, top] = [Math.floor(Math.log10(low)) - 1, Math.ceil(Math.log10(high)) + 0.5];
  const bar = seriesNames.map((series, k) => {
    const bars = gradients.filter((gradient) => (gradient.series ?? '') === series);
    return {
      type: 'bar',
      name: plainText(series || 'gradient norm'),
      x: bars.map(({ layer }) => plainText(layer)),
      y: bars.map(({ norm }) => (norm > 0 && Number.isFinite(norm) ? norm : null)),
      marker: { color: colour(k) },
      hovertemplate: '%{x}: %{y:.3e}<extra>%{fullData.name}</extra>',
    };
  });
  const strange = gradients.filter(({ norm }) => !(norm > 0) || !Number.isFinite(norm));
  const crosses = {
    type: 'scatter',
    name: 'zero or not finite',
    mode: 'markers+text',
    x: strange.map(({ layer }) => plainText(layer)),
    y: strange.map(({ norm }) => 10 ** (norm === 0 ? bottom + 0.15 : top - 0.15)),
    text: strange.map(({ norm }) => (norm === 0 ? '= 0' : String(norm))),
    textposition: 'top center',
    textfont: { color: COLOURS.bad, size: 11 },
    marker: { symbol: 'x', size: 9, color: COLOURS.bad },
    hoverinfo: 'text',
    cliponaxis: false,
  };
  return new Figure(
    strange.length ? [...bar, crosses] : bar,
    {
      ...heading(options.title ?? 'Gradient norm by layer'),
      height: 330,
      margin: { l: 72, r: 24, t: 64, b: 60 },
      barmode: 'group',
      xaxis: { type: 'category', categoryorder: 'array', categoryarray: layers, showgrid: false },
      yaxis: {
        type: 'log',
        range: [bottom, top],
        dtick: Math.max(1, Math.ceil((top - bottom) / 8)),
        title: { text: 'norm of the gradient' },
      },
      showlegend: seriesNames.length > 1 || strange.length > 0,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom' },
    },
    {
      summary: new Table(
        gradients.map(({ layer, norm, series }) => ({ layer, ...(series !== undefined && { series }), norm })),
      ),
    },
  );
}
