import { brief, ReluctantError } from '../core';
import { formatNumber, Table } from '../tables';
import { inDarkColours } from './dark';
import { FIGURE_MIME } from './mime';
import { encodeNumbers, type Numbers, spread } from './numbers';
import { drawSVG } from './staticPicture';
import { AXIS, LAYOUT, WIDTH } from './template';

/** One trace of a figure, in plotly.js's own attributes (https://plotly.com/javascript/reference/). */
export interface Trace {
  type: string;
  name?: string;
  [attribute: string]: unknown;
}

/** A layout, in plotly.js's own attributes. */
export interface FigureLayout {
  title?: { text: string; [attribute: string]: unknown };
  width?: number;
  height?: number;
  [attribute: string]: unknown;
}

/** Options of {@link Figure}, beyond plotly.js's two parts. */
export interface FigureOptions {
  /** The numbers behind the picture, as they are printed where no picture can be shown. Default: one row per trace. */
  summary?: Table<object>;
  /** Sentences a reader should see under the numbers, e.g. that points were thinned out. */
  notes?: readonly string[];
}

/** A figure as JSON: what a notebook file and `Plotly.newPlot` take. */
export interface FigureJSON {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
  config: Record<string, unknown>;
}

/** Trace types drawn with WebGL, or on maps that are fetched: they are alive in a browser, and have no static picture. */
const WITHOUT_PICTURE =
  /gl$|^(surface|mesh3d|cone|streamtube|volume|isosurface|scatter3d|parcoords|(scatter|density|choropleth)map(box)?|scattergeo|choropleth)$/;
const CONFIG = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'] };

/**
 * A picture with its numbers: plotly.js's data and layout in this project's look. A notebook shows it alive, a file shows
 * its static picture, a terminal shows the numbers; all three come from the one object.
 *
 * Text of titles, names and labels is data: plotly.js reads a small set of tags (`<b>`, `<br>` ...) in it and escapes the
 * rest, and {@link plainText} takes those few away as well.
 *
 * @example
 * const figure = new Figure([{ type: 'scatter', x: [1, 2, 3], y: [3, 1, 2], name: 'loss' }], { title: { text: 'Loss' } });
 * figure.toString().includes('loss'); // true
 */
export class Figure {
  readonly data: readonly Trace[];
  readonly layout: FigureLayout;
  readonly summary: Table<object>;
  readonly notes: readonly string[];
  private picture: string | undefined;

  /**
   * @param data traces; arrays may be typed arrays.
   * @param layout merged over the template: what is given here wins.
   * @throws `figure-without-type` when a trace does not say its type.
   */
  constructor(data: readonly Trace[], layout: FigureLayout = {}, { summary, notes = [] }: FigureOptions = {}) {
    for (const [k, trace] of data.entries()) {
      if (typeof trace?.type === 'string') continue;
      throw new ReluctantError({
        code: 'figure-without-type',
        operation: 'Figure',
        problem: 'a trace does not say its type',
        where: { trace: k },
        received: trace,
        expected: 'an object such as { type: "scatter", x, y }',
      });
    }
    this.data = data;
    this.layout = withTemplate(data, layout);
    this.summary = summary ?? summaryOf(data);
    this.notes = notes;
  }

  /** The title without its tags; empty when there is none. */
  get title(): string {
    return stripTags(this.layout.title?.text ?? '');
  }

  /**
   * The same figure for a dark page: same marks, colours exchanged one for one.
   *
   * @example
   * new Figure([]).inDark().layout['paper_bgcolor']; // '#141B22'
   */
  inDark(): Figure {
    const { data, layout, summary, notes } = this;
    return new Figure(inDarkColours(data), inDarkColours(layout), { summary, notes });
  }

  /** Plain JSON: long typed arrays in base64, which plotly.js (2.28 and later) reads back exactly. */
  toJSON(): FigureJSON {
    return JSON.parse(JSON.stringify({ data: this.data, layout: this.layout, config: CONFIG }, encodeNumbers));
  }

  /**
   * The static picture, drawn by plotly.js itself without a screen or a network. The first one of a process takes about
   * a second (plotly.js is read), later ones 50 to 200 ms; each figure draws once.
   *
   * @param milliseconds how long it may take, for a figure that somebody else made; default: as long as it takes.
   * @throws `figure-not-static` for traces that only WebGL can draw, and for maps; `figure-not-drawn`.
   */
  toSVG(milliseconds?: number): string {
    const live = this.data.find(({ type }) => WITHOUT_PICTURE.test(type));
    if (live) {
      throw new ReluctantError({
        code: 'figure-not-static',
        operation: 'Figure.toSVG',
        problem: `traces of type "${live.type}" are drawn with WebGL or on a map that is fetched, and have no static picture`,
        fix: 'use another type (scatter for scattergl), or show the figure in a browser',
      });
    }
    this.picture ??= drawSVG(JSON.stringify(this.toJSON()), {
      width: this.layout.width ?? WIDTH,
      height: this.layout.height ?? 400,
      label: this.title,
      ...(milliseconds !== undefined && { milliseconds }),
    });
    return this.picture;
  }

  /** Title, numbers and notes. */
  toString(): string {
    return [this.title, this.summary.toString(), ...this.notes].filter((part) => part !== '').join('\n');
  }

  /** The MIME bundle of a notebook cell: alive, as a picture, and as text. */
  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const bundle: Record<string, unknown> = {
      [FIGURE_MIME]: this.toJSON(),
      'text/plain': this.toString(),
    };
    try {
      bundle['image/svg+xml'] = this.toSVG();
    } catch (error) {
      // A figure that is alive and readable as text is better than a failed cell; the text says what is missing.
      bundle['text/plain'] =
        `${this.toString()}\n(no static picture: ${error instanceof Error ? error.message : error})`;
    }
    return bundle;
  }

  /** What Node's REPL prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * Takes away what plotly.js would read as a tag, so that a name from data is shown letter by letter.
 *
 * @example
 * plainText('<b>'); // '‹b›'
 */
export function plainText(text: unknown): string {
  return String(text).replaceAll('<', '‹').replaceAll('>', '›');
}

function stripTags(text: string): string {
  return text.replace(/<br\s*\/?>/g, ' ').replace(/<\/?\w[^<>]*>/g, '');
}

/** The template's layout under the given one; every axis that a trace uses gets the template's axis. */
function withTemplate(data: readonly Trace[], layout: FigureLayout): FigureLayout {
  const merged = merge(LAYOUT, { width: WIDTH, height: 400, ...layout }) as FigureLayout;
  const axes = new Set(['xaxis', 'yaxis', ...Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))]);
  for (const trace of data) {
    for (const side of ['x', 'y']) {
      const name = trace[`${side}axis`];
      if (typeof name === 'string' && /^[xy]\d*$/.test(name)) axes.add(`${side}axis${name.slice(1)}`);
    }
  }
  for (const axis of axes) merged[axis] = merge(AXIS, layout[axis] ?? {});
  if (merged['showlegend'] === false) delete merged['legend'];
  if (merged.title) {
    merged.title = merge(
      {
        x: 0,
        xref: 'container',
        xanchor: 'left',
        y: 1,
        yref: 'container',
        yanchor: 'top',
        pad: { l: 16, t: 16 },
        font: { size: 16, weight: 600 },
        subtitle: { font: { size: 12, color: AXIS.title.font.color } },
      },
      merged.title,
    ) as FigureLayout['title'];
  }
  return merged;
}

function merge(under: unknown, over: unknown): unknown {
  if (!isPlain(under) || !isPlain(over)) return over === undefined ? under : over;
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) result[key] = merge(under[key], value);
  return result;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function summaryOf(data: readonly Trace[]): Table<object> {
  const rows = data.map((trace, k) => {
    const values = (trace['y'] ?? trace['x'] ?? trace['values'] ?? []) as Numbers;
    const numeric = typeof values[0] === 'number' ? spread(values) : undefined;
    return {
      trace: trace.name ?? `${trace.type} ${k + 1}`,
      points: values.length ?? 0,
      ...(numeric && { minimum: numeric.minimum, mean: numeric.mean, maximum: numeric.maximum }),
      ...(!numeric && values.length && { first: brief(values[0], 24) }),
    };
  });
  return new Table(rows, { formats: { points: (value) => formatNumber(value as number) } });
}
