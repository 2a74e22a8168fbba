import { formatNumber, Table } from '../tables';
import { type Figure, plainText, type Trace } from './figure';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { type Panel, panels } from './panels';
import { COLOURS, SEQUENTIAL_SCALE } from './template';
import { shortened, textWidth } from './textSize';

/** Norm of the gradient in one layer at one epoch. */
export interface LayerGradientNorm {
  epoch: number;
  layer: string;
  norm: number;
  /** The loss term that the gradient belongs to; default: the total loss. */
  term?: string;
}

/**
 * Gradients of every layer over the epochs as a heat map of powers of ten, one panel per loss term: rows that fade towards the
 * inputs vanish, rows that glow explode. A gradient of exactly 0 has no logarithm and stays empty with a dot; one that is not
 * finite is a cross.
 *
 * @param rows one per epoch and layer (and term), layers in the order of the model.
 * @param options `title`, `subtitle`, `width`.
 * @throws ReluctantError `rows-empty` without rows.
 * @example
 * gradientFlow([{ epoch: 1, layer: 'dense', norm: 0.1 }, { epoch: 1, layer: 'head', norm: 0 }]).data.length; // 2
 */
export function gradientFlow(rows: readonly LayerGradientNorm[], options: DrawingOptions = {}): Figure {
  const operation = 'plots.gradientFlow';
  checkRows(operation, rows, 'gradients', '{ epoch, layer, norm }');
  const width = widthOf(operation, options);
  const layers = [...new Set(rows.map(({ layer }) => layer))];
  const terms = [...new Set(rows.map(({ term }) => term ?? ''))];
  const logs = rows.filter(({ norm }) => norm > 0 && Number.isFinite(norm)).map(({ norm }) => Math.log10(norm));
  const [low, high] = logs.length
    ? [logs.reduce((a, b) => Math.min(a, b)), logs.reduce((a, b) => Math.max(a, b))]
    : [0, 1];
  const labels = layers.map((layer) => shortened(plainText(layer), 0.3 * width));
  const list = terms.map((term, k): Panel => {
    const part = rows.filter((row) => (row.term ?? '') === term);
    const epochs = [...new Set(part.map(({ epoch }) => epoch))].sort((a, b) => a - b);
    const scale = { zmin: low, zmax: high > low ? high : low + 1 };
    return {
      title: term || 'total loss',
      traces: [heat(part, layers, epochs, { ...scale, showscale: k === 0 }), ...marks(part, layers)],
      xTitle: 'epoch',
      yTitle: '', // the layers' names say what the axis is
      xaxis: { zeroline: false, showgrid: false, ...(epochs.length <= 6 && { tickvals: epochs }) },
      yaxis: {
        autorange: 'reversed',
        tickvals: layers.map((_, at) => at),
        ticktext: labels,
        showgrid: false,
        zeroline: false,
        tickfont: { size: layers.length > 30 ? 8 : 11 },
      },
    };
  });
  const widest = Math.max(...labels.map((label) => textWidth(label, 11)));
  return panels(list, {
    title: options.title ?? 'Gradient norm by layer and epoch',
    subtitle: options.subtitle,
    width,
    columns: 1,
    panelHeight: Math.max(120, Math.min(900, layers.length * (layers.length > 30 ? 13 : 20))),
    summary: new Table(summaryOf(rows)),
    layout: { margin: { l: widest + 24, r: 92 } },
  });
}

function heat(rows: readonly LayerGradientNorm[], layers: string[], epochs: number[], more: object): Trace {
  const byPlace = new Map(rows.map(({ layer, epoch, norm }) => [`${epoch} ${layer}`, norm]));
  const norms = layers.map((layer) => epochs.map((epoch) => byPlace.get(`${epoch} ${layer}`) ?? Number.NaN));
  return {
    type: 'heatmap',
    x: epochs,
    y: layers.map((_, k) => k),
    z: norms.map((line) => line.map((norm) => (norm > 0 && Number.isFinite(norm) ? Math.log10(norm) : null))),
    customdata: norms,
    colorscale: SEQUENTIAL_SCALE,
    colorbar: {
      title: { text: 'norm', side: 'top' },
      tickprefix: '10<sup>',
      ticksuffix: '</sup>',
      thickness: 12,
      outlinewidth: 0,
    },
    hoverongaps: false,
    hovertemplate: 'epoch %{x}: %{customdata:.4g}<extra></extra>',
    ...more,
  };
}

/** What a logarithm cannot show. */
function marks(rows: readonly LayerGradientNorm[], layers: string[]): Trace[] {
  const mark = (name: string, symbol: string, color: string, test: (norm: number) => boolean): Trace[] => {
    const places = rows.filter(({ norm }) => test(norm));
    if (places.length === 0) return [];
    return [
      {
        type: 'scatter',
        name,
        mode: 'markers',
        x: places.map(({ epoch }) => epoch),
        y: places.map(({ layer }) => layers.indexOf(layer)),
        marker: { symbol, color, size: places.length > 400 ? 3 : 6 },
        hovertemplate: `epoch %{x}: ${name}<extra></extra>`,
      },
    ];
  };
  return [
    ...mark('exactly 0', 'circle', COLOURS.bad, (norm) => norm === 0),
    ...mark('not finite', 'x', COLOURS.bad, (norm) => !Number.isFinite(norm)),
  ];
}

function summaryOf(rows: readonly LayerGradientNorm[]) {
  const last = rows.reduce((most, { epoch }) => Math.max(most, epoch), -Infinity);
  return rows
    .filter(({ epoch }) => epoch === last)
    .map(({ layer, term, epoch, norm }) => ({ layer, term: term ?? 'total', epoch, norm: formatNumber(norm) }));
}
