import type { Table } from '../tables';
import { Figure, type FigureLayout, plainText, type Trace } from './figure';
import { COLOURS, WIDTH } from './template';
import { textWidth } from './textSize';

/** One of several small plots that share a figure. */
export interface Panel {
  title: string;
  traces: readonly Trace[];
  xTitle?: string;
  yTitle?: string;
  /** More attributes of the axes, e.g. `{ type: 'log' }`. */
  xaxis?: Record<string, unknown>;
  yaxis?: Record<string, unknown>;
}

/** Options of {@link panels}. */
export interface PanelOptions {
  title: string;
  subtitle?: string;
  /** Panels beside each other; default: as many as are legible, at most 3. */
  columns?: number;
  /** Height of one panel's plotting area in pixels. Default 210. */
  panelHeight?: number;
  summary?: Table<object>;
  notes?: readonly string[];
  layout?: FigureLayout;
}

const GAP_X = 78;
const GAP_Y = 84;
const TOP = 92;
/** Of one row of the legend, and of a mark with the room around it. */
const LEGEND_ROW = 20;
const LEGEND_MARK = 46;
const BOTTOM = 56;
const LEFT = 66;
const RIGHT = 24;

/**
 * Small plots in a grid, each with its own axes and title. A name that occurs in several panels stands in the legend once.
 * The legend lies under the title, in one row.
 *
 * @example
 * const panel = { title: 'a', traces: [{ type: 'scatter', x: [0, 1], y: [1, 2] }] };
 * panels([panel, { ...panel, title: 'b' }], { title: 'Two' }) instanceof rl.Figure; // true
 */
export function panels(list: readonly Panel[], options: PanelOptions): Figure {
  const count = Math.max(1, list.length);
  const columns = Math.min(count, options.columns ?? (count === 4 ? 2 : 3));
  const rows = Math.ceil(count / columns);
  const [plotWidth, panelHeight] = [WIDTH - LEFT - RIGHT, options.panelHeight ?? (count === 1 ? 290 : 210)];
  const top = TOP + LEGEND_ROW * (legendRows(list, plotWidth) - 1);
  const plotHeight = rows * panelHeight + (rows - 1) * GAP_Y;
  const legendNames = new Set<string>();
  const data: Trace[] = [];
  const layout: FigureLayout = {
    ...options.layout,
    ...heading(options.title, options.subtitle),
    height: plotHeight + top + BOTTOM,
    margin: { l: LEFT, r: RIGHT, t: top, b: BOTTOM },
    annotations: [],
    ...(list.some(({ traces }) => traces.some(({ type }) => type === 'bar')) && { barmode: 'overlay', bargap: 0 }),
  };
  for (const [k, panel] of list.entries()) {
    const suffix = k === 0 ? '' : String(k + 1);
    const x = span(k % columns, columns, plotWidth, GAP_X);
    const y = span(rows - 1 - Math.floor(k / columns), rows, plotHeight, GAP_Y);
    const axis = (title: string | undefined, more: Record<string, unknown> = {}) => ({
      ...more,
      ...(title && { title: { text: title } }),
    });
    // Under an axis title sits the next row's panel title: only the margins of the whole figure may grow.
    layout[`xaxis${suffix}`] = {
      ...axis(panel.xTitle, panel.xaxis),
      domain: x,
      anchor: `y${suffix}`,
      automargin: false,
    };
    layout[`yaxis${suffix}`] = {
      ...axis(panel.yTitle, panel.yaxis),
      domain: y,
      anchor: `x${suffix}`,
      automargin: false,
    };
    if (count > 1) (layout['annotations'] as unknown[]).push(panelTitle(panel.title, x[0], y[1]));
    for (const trace of panel.traces) {
      const named = trace.name !== undefined && trace['showlegend'] !== false;
      data.push({
        ...trace,
        xaxis: `x${suffix}`,
        yaxis: `y${suffix}`,
        ...(trace.name !== undefined && { name: plainText(trace.name), legendgroup: trace.name }),
        showlegend: named && !legendNames.has(trace.name!),
      });
      if (named) legendNames.add(trace.name!);
    }
  }
  layout['showlegend'] = legendNames.size > 0;
  layout['legend'] = {
    orientation: 'h',
    x: 1,
    xanchor: 'right',
    y: 1 + (count > 1 ? 28 : 8) / plotHeight,
    yanchor: 'bottom',
    ...((options.layout?.['legend'] as object | undefined) ?? {}),
  };
  return new Figure(data, layout, { summary: options.summary, notes: options.notes });
}

/** Title and subtitle of a figure as layout. */
export function heading(title: string, subtitle?: string): FigureLayout {
  return { title: { text: plainText(title), ...(subtitle && { subtitle: { text: plainText(subtitle) } }) } };
}

/** How many rows the legend takes, at least one. */
function legendRows(list: readonly Panel[], width: number): number {
  const shown = list.flatMap(({ traces }) => traces.filter((trace) => trace['showlegend'] !== false));
  const names = new Set(shown.flatMap(({ name }) => (name === undefined ? [] : [name])));
  // plotly.js sets the entries in columns as wide as the widest.
  const widest = Math.max(0, ...[...names].map((name) => textWidth(name, 11) + LEGEND_MARK));
  const perRow = Math.max(1, Math.floor(width / Math.max(1, widest)));
  const total = [...names].reduce((sum, name) => sum + textWidth(name, 11) + LEGEND_MARK, 0);
  return total <= width ? 1 : Math.ceil(names.size / perRow);
}

function span(at: number, of: number, size: number, gap: number): [number, number] {
  const width = (size - gap * (of - 1)) / of;
  const start = at * (width + gap);
  return [start / size, Math.min(1, (start + width) / size)];
}

function panelTitle(text: string, x: number, y: number): Record<string, unknown> {
  return {
    text: `<b>${plainText(text)}</b>`,
    x,
    y,
    xref: 'paper',
    yref: 'paper',
    xanchor: 'left',
    yanchor: 'bottom',
    yshift: 6,
    showarrow: false,
    font: { size: 12, color: COLOURS.text },
  };
}
