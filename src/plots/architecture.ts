import { formatNumber, Table } from '../tables';
import { Figure, plainText, type Trace } from './figure';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { heading, headingGrowth } from './panels';
import { COLOURS, faded } from './template';
import { shortened } from './textSize';

/** A layer as it stands in a model. */
export interface ArchitectureLayer {
  name: string;
  /** Class of the layer, e.g. `Dense`. */
  kind: string;
  /** Names of the layers it takes its inputs from. */
  inputs: readonly string[];
  /** Shape of its output, e.g. `16 × 32`. */
  shape?: string;
  parameters?: number;
  /** What the diagnosis says of it; a layer with a verdict is red. */
  verdicts?: readonly string[];
}

const ROW = 64;
const BOX = { height: 40, gap: 14, widest: 210 };

/**
 * The architecture of a model from its inputs at the top to its heads at the bottom, every layer with its class, shape and
 * parameters; layers that the diagnosis speaks of are red, with the verdict beside or under the pointer.
 *
 * @param layers every layer once; an input that names no layer of the list is left out.
 * @param options `title`, `subtitle`, `width`.
 * @throws ReluctantError `rows-empty` without layers.
 * @example
 * const layers = [{ name: 'x', kind: 'InputLayer', inputs: [] }, { name: 'y', kind: 'Dense', inputs: ['x'], verdicts: ['dead-head'] }];
 * architecture(layers).summary.rows[1].verdicts; // 'dead-head'
 */
export function architecture(layers: readonly ArchitectureLayer[], options: DrawingOptions = {}): Figure {
  const operation = 'plots.architecture';
  checkRows(operation, layers, 'layers', '{ name, kind, inputs }');
  const width = widthOf(operation, options);
  const rows = levels(layers);
  const room = width - 32;
  const boxes = rows.flatMap((row, level) => {
    const size = Math.min(BOX.widest, (room - BOX.gap * (row.length - 1)) / row.length);
    const start = (room - row.length * size - BOX.gap * (row.length - 1)) / 2;
    return row.map((layer, k) => ({
      layer,
      x: start + k * (size + BOX.gap) + size / 2,
      y: level * ROW + ROW / 2,
      size,
    }));
  });
  const places = new Map(boxes.map((box) => [box.layer.name, box]));
  const ailing = layers.filter(({ verdicts = [] }) => verdicts.length > 0);
  const head = heading(
    options.title ?? 'Architecture',
    options.subtitle ??
      (ailing.length ? `${ailing.length} of ${layers.length} layers have a verdict` : `${layers.length} layers`),
    width,
  );
  const top = 70 + headingGrowth(head);
  return new Figure(
    [arrows(boxes, places), hover(boxes)],
    {
      ...head,
      width,
      height: top + rows.length * ROW + 16,
      margin: { l: 16, r: 16, t: top, b: 16 },
      showlegend: false,
      xaxis: { visible: false, range: [0, room], fixedrange: true },
      yaxis: { visible: false, range: [rows.length * ROW, 0], fixedrange: true },
      shapes: boxes.map(frame),
      annotations: boxes.flatMap(labels),
    },
    {
      summary: new Table(
        layers.map(({ name, kind, shape = '', parameters, verdicts = [] }) => ({
          layer: name,
          kind,
          shape,
          parameters: parameters ?? Number.NaN,
          verdicts: verdicts.join(', '),
        })),
      ),
    },
  );
}

interface Box {
  layer: ArchitectureLayer;
  /** Middle, in pixels. */
  x: number;
  y: number;
  size: number;
}

/** Layers in rows: each below all that it takes from. A layer in a circle of inputs stands where it is met. */
function levels(layers: readonly ArchitectureLayer[]): ArchitectureLayer[][] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const depths = new Map<string, number>();
  const open = new Set<string>();
  const depthOf = (layer: ArchitectureLayer): number => {
    const depth = depths.get(layer.name);
    if (depth !== undefined) return depth;
    if (open.has(layer.name)) return 0;
    open.add(layer.name);
    const above = layer.inputs.flatMap((name) => byName.get(name) ?? []).map(depthOf);
    open.delete(layer.name);
    const below = above.length ? Math.max(...above) + 1 : 0;
    depths.set(layer.name, below);
    return below;
  };
  const rows: ArchitectureLayer[][] = [];
  for (const layer of layers) {
    const depth = depthOf(layer);
    rows[depth] = [...(rows[depth] ?? []), layer];
  }
  return rows.filter((row) => row !== undefined);
}

/** Lines from every layer to those that take from it. */
function arrows(boxes: readonly Box[], places: ReadonlyMap<string, Box>): Trace {
  const ends = boxes.flatMap((box) =>
    box.layer.inputs.flatMap((name) => (places.has(name) ? [[places.get(name)!, box] as const] : [])),
  );
  const half = BOX.height / 2;
  return {
    type: 'scatter',
    mode: 'lines',
    x: ends.flatMap(([from, to]) => [from.x, to.x, null]),
    y: ends.flatMap(([from, to]) => [from.y + half, to.y - half, null]),
    line: { color: COLOURS.neutral, width: 1.25 },
    hoverinfo: 'skip',
  };
}

/** What is told of a layer under the pointer. */
const hover = (boxes: readonly Box[]): Trace => ({
  type: 'scatter',
  mode: 'markers',
  x: boxes.map(({ x }) => x),
  y: boxes.map(({ y }) => y),
  marker: { size: BOX.height, symbol: 'square', opacity: 0 },
  text: boxes.map(({ layer }) =>
    [`${layer.name}: ${layer.kind}`, ...factsOf(layer), ...(layer.verdicts ?? [])].map(plainText).join('<br>'),
  ),
  hovertemplate: '%{text}<extra></extra>',
});

const isAiling = ({ verdicts = [] }: ArchitectureLayer): boolean => verdicts.length > 0;

const factsOf = ({ shape, parameters }: ArchitectureLayer): string[] => [
  ...(shape ? [shape] : []),
  ...(parameters ? [`${formatNumber(parameters)} parameters`] : []),
];

const frame = ({ layer, x, y, size }: Box): object => ({
  type: 'rect',
  x0: x - size / 2,
  x1: x + size / 2,
  y0: y - BOX.height / 2,
  y1: y + BOX.height / 2,
  fillcolor: faded(isAiling(layer) ? COLOURS.bad : COLOURS.training, isAiling(layer) ? 0.25 : 0.1),
  line: { color: isAiling(layer) ? COLOURS.bad : COLOURS.training, width: isAiling(layer) ? 2 : 1 },
});

/** Name and facts in the box, as much as fits; a verdict takes the place of the facts. */
function labels({ layer, x, y, size }: Box): object[] {
  if (size < 36) return [];
  const room = size - 8;
  const below = isAiling(layer) ? layer.verdicts!.join(', ') : [layer.kind, layer.shape].filter(Boolean).join(' · ');
  const text = (words: string, yshift: number, font: object) => ({ text: words, x, y, yshift, showarrow: false, font });
  return [
    text(`<b>${shortened(plainText(layer.name), room * 0.94)}</b>`, 8, { size: 11, color: COLOURS.text }),
    text(shortened(plainText(below), room, 10), -8, {
      size: 10,
      color: isAiling(layer) ? COLOURS.text : COLOURS.quietText,
    }),
  ];
}
