import { checkNumber } from '../core';
import { Table } from '../tables';
import { extent } from './extent';
import { Figure, plainText } from './figure';
import { heading } from './panels';
import { COLOURS, colour, WIDTH } from './template';
import { shortened, textWidth } from './textSize';

/** Most pixels for the names of layers beside lying bars. */
const NAME_ROOM = 320;

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
 * the upper edge. More than 24 layers, or names too long to stand beside each other, get a line each.
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
  // Many layers, or long names, need a line each: bars lie, and the figure grows.
  const isLying = layers.length > 24 || layers.reduce((sum, name) => sum + textWidth(name, 11), 0) > 2 * WIDTH;
  const along = (names: string[], norms: (number | null)[]) =>
    isLying ? { x: norms, y: names, orientation: 'h' } : { x: names, y: norms };
  const bar = seriesNames.map((series, k) => {
    const bars = gradients.filter((gradient) => (gradient.series ?? '') === series);
    const norms = bars.map(({ norm }) => (norm > 0 && Number.isFinite(norm) ? norm : null));
    return {
      type: 'bar',
      name: plainText(series || 'gradient norm'),
      ...along(
        bars.map(({ layer }) => plainText(layer)),
        norms,
      ),
      marker: { color: colour(k) },
      hovertemplate: isLying
        ? '%{y}: %{x:.3e}<extra>%{fullData.name}</extra>'
        : '%{x}: %{y:.3e}<extra>%{fullData.name}</extra>',
    };
  });
  const strange = gradients.filter(({ norm }) => !(norm > 0) || !Number.isFinite(norm));
  const { orientation: _, ...places } = {
    orientation: '',
    ...along(
      strange.map(({ layer }) => plainText(layer)),
      strange.map(({ norm }) => 10 ** (norm === 0 ? bottom + 0.15 : top - 0.15)),
    ),
  };
  const crosses = {
    type: 'scatter',
    name: 'zero or not finite',
    mode: 'markers+text',
    ...places,
    text: strange.map(({ norm }) => (norm === 0 ? '= 0' : String(norm))),
    textposition: isLying ? 'middle right' : 'top center',
    textfont: { color: COLOURS.bad, size: 11 },
    marker: { symbol: 'x', size: 9, color: COLOURS.bad },
    hoverinfo: 'text',
    cliponaxis: false,
  };
  const room = Math.min(NAME_ROOM, Math.max(...layers.map((name) => textWidth(name, 10))));
  const [names, size] = axes(layers, [bottom, top], isLying ? room : undefined);
  return new Figure(
    strange.length ? [...bar, crosses] : bar,
    {
      ...heading(options.title ?? 'Gradient norm by layer'),
      height: isLying ? 130 + 15 * layers.length * Math.max(1, seriesNames.length / 2) : 330,
      margin: isLying ? { l: room + 14, r: 40, t: 72, b: 56 } : { l: 72, r: 24, t: 64, b: 60 },
      barmode: 'group',
      ...(isLying ? { xaxis: size, yaxis: names } : { xaxis: names, yaxis: size }),
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

/** The axis of the layers, and that of the norms; with `room` the layers stand under each other, their names in so many pixels. */
function axes(layers: string[], range: [number, number], room?: number): Record<string, unknown>[] {
  const names = {
    type: 'category',
    categoryorder: 'array',
    categoryarray: layers,
    showgrid: false,
    ...(room !== undefined && {
      autorange: 'reversed',
      tickvals: layers,
      ticktext: layers.map((name) => shortened(name, room, 10)),
      tickfont: { size: 10 },
    }),
  };
  const dtick = Math.max(1, Math.ceil((range[1] - range[0]) / 8));
  return [names, { type: 'log', range, dtick, title: { text: 'norm of the gradient' } }];
}
