import type { Table } from '../tables';
import { Figure, type FigureLayout, plainText, type Trace } from './figure';
import { COLOURS, WIDTH } from './template';
import { shortened, textWidth, wrapped } from './textSize';

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
  /** Width of the figure in pixels. Default 860; below 560 the panels stand one under the other. */
  width?: number;
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
/** Below this width panels stand one under the other. */
const NARROW = 560;
const HEADING_MARGIN = 16;
const [TITLE_SIZE, SUBTITLE_SIZE] = [16, 12];

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
  const { width = WIDTH } = options;
  const margin = { l: LEFT, r: RIGHT, ...(options.layout?.['margin'] as { l?: number; r?: number } | undefined) };
  const columns = Math.min(count, width < NARROW ? 1 : (options.columns ?? (count === 4 ? 2 : 3)));
  const rows = Math.ceil(count / columns);
  const [plotWidth, panelHeight] = [width - margin.l - margin.r, options.panelHeight ?? (count === 1 ? 290 : 210)];
  const head = heading(options.title, options.subtitle, width);
  const top =
    TOP + headingGrowth(head) + LEGEND_ROW * (legendRows(list, plotWidth) - 1 + besideSubtitle(list, head, width));
  const plotHeight = rows * panelHeight + (rows - 1) * GAP_Y;
  const legendNames = new Set<string>();
  const data: Trace[] = [];
  const layout: FigureLayout = {
    ...options.layout,
    ...head,
    width,
    height: plotHeight + top + BOTTOM,
    margin: { ...margin, t: top, b: BOTTOM },
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
      // A panel alone has no title above it: its axis says what is drawn.
      ...axis(panel.yTitle ?? (count === 1 ? plainText(panel.title) : undefined), panel.yaxis),
      domain: y,
      anchor: `x${suffix}`,
      automargin: false,
    };
    if (count > 1)
      (layout['annotations'] as unknown[]).push(
        panelTitle(panel.title, x[0], y[1], plotWidth * (x[1] - x[0]) + GAP_X / 2),
      );
    for (const trace of panel.traces) {
      const named = trace.name !== undefined && trace['showlegend'] !== false;
      data.push({
        ...trace,
        xaxis: `x${suffix}`,
        yaxis: `y${suffix}`,
        ...(trace.name !== undefined && { name: plainText(trace.name), legendgroup: `of ${trace.name}` }),
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

/** Title and subtitle of a figure as layout, broken into lines that fit its width. */
export function heading(title: string, subtitle?: string, width = WIDTH): FigureLayout {
  const room = width - 2 * HEADING_MARGIN;
  const text = wrapped(plainText(title), room, TITLE_SIZE, true).join('<br>');
  const below = subtitle && wrapped(plainText(subtitle), room, SUBTITLE_SIZE).join('<br>');
  return { title: { text, ...(below && { subtitle: { text: below } }) } };
}

/** Pixels that a heading takes beyond one line of title and one of subtitle. */
export function headingGrowth({ title }: FigureLayout): number {
  const more = (text = ''): number => text.split('<br>').length - 1;
  const subtitle = title?.['subtitle'] as { text: string } | undefined;
  return 1.3 * (TITLE_SIZE * more(title?.text) + SUBTITLE_SIZE * more(subtitle?.text));
}

function legendNamesOf(list: readonly Panel[]): string[] {
  const shown = list.flatMap(({ traces }) => traces.filter((trace) => trace['showlegend'] !== false));
  return [...new Set(shown.flatMap(({ name }) => (name === undefined ? [] : [name])))];
}

/** How many rows the legend takes, at least one. */
function legendRows(list: readonly Panel[], width: number): number {
  const names = legendNamesOf(list);
  // plotly.js sets the entries in columns as wide as the widest.
  const widest = Math.max(0, ...names.map((name) => textWidth(name, 11) + LEGEND_MARK));
  const perRow = Math.max(1, Math.floor(width / Math.max(1, widest)));
  const total = names.reduce((sum, name) => sum + textWidth(name, 11) + LEGEND_MARK, 0);
  return total <= width ? 1 : Math.ceil(names.length / perRow);
}

/** 1 if the subtitle and the legend's first row do not fit beside each other, else 0. */
function besideSubtitle(list: readonly Panel[], { title }: FigureLayout, width: number): number {
  const subtitle = title?.['subtitle'] as { text: string } | undefined;
  const names = legendNamesOf(list);
  if (!subtitle || names.length === 0) return 0;
  const line = Math.max(...subtitle.text.split('<br>').map((text) => textWidth(text, SUBTITLE_SIZE)));
  const legend = names.reduce((sum, name) => sum + textWidth(name, 11) + LEGEND_MARK, 0);
  return line + legend + 2 * HEADING_MARGIN > width ? 1 : 0;
}

function span(at: number, of: number, size: number, gap: number): [number, number] {
  const width = (size - gap * (of - 1)) / of;
  const start = at * (width + gap);
  return [start / size, Math.min(1, (start + width) / size)];
}

function panelTitle(text: string, x: number, y: number, room: number): Record<string, unknown> {
  return {
    text: `<b>${shortened(plainText(text), room / 1.06, 12)}</b>`,
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
