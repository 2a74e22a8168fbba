import * as fs from 'node:fs';
import * as vm from 'node:vm';
import type * as JSDOMPackage from 'jsdom';
import { lazy, Random, ReluctantError } from '../core';
import { Raster } from './raster';
import { hashOf } from './template';
import { type Box, textBox, textWidth } from './textSize';

const jsdom = lazy(() => require('jsdom') as typeof JSDOMPackage);

/**
 * The file of plotly.js, for pages that carry it.
 *
 * @example
 * plotlyFile().endsWith('plotly.js'); // true
 */
export function plotlyFile(): string {
  return require.resolve('plotly.js-dist/plotly.js');
}

/** The part of plotly.js that draws; `Snapshot.toSVG` works on a figure that has been laid out. */
interface Plotly {
  newPlot(element: unknown, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  purge(element: unknown): void;
  Snapshot: { toSVG(element: unknown, format: 'svg', scale: number): string };
}

interface Page {
  context: vm.Context;
  window: JSDOMPackage.DOMWindow;
  plotly: Plotly;
}

let page: Page | undefined;

/**
 * Draws a figure given as JSON on a page without a screen. plotly.js lays out synchronously as long as nothing has to be
 * fetched, so the picture is there when this returns. The same JSON gives the same bytes: the identifiers that plotly.js
 * draws at random come from a stream seeded by the figure itself.
 *
 * @param options.milliseconds how long it may take, for a figure that somebody else made.
 */
export function drawSVG(
  json: string,
  { width, height, label, milliseconds }: { width: number; height: number; label: string; milliseconds?: number },
): string {
  page ??= openPage();
  const { window, plotly, context } = page;
  const random = new Random(hashOf(json));
  window.Math.random = () => random.uniform();
  // Parsed inside the page, so that arrays and objects are the page's own.
  const { data, layout } = window.JSON.parse(json);
  const element = window.document.body.appendChild(window.document.createElement('div'));
  let drawn: Promise<unknown> | undefined;
  try {
    const draw = () => {
      drawn = plotly.newPlot(element, data, { ...layout, width, height, autosize: false }, { staticPlot: true });
      return tidy(plotly.Snapshot.toSVG(element, 'svg', 1), label);
    };
    return milliseconds === undefined ? draw() : within(milliseconds, context, draw);
  } catch (cause) {
    throw new ReluctantError({
      code: 'figure-not-drawn',
      operation: 'Figure.toSVG',
      problem: `plotly.js could not draw the figure: ${cause instanceof Error ? cause.message : cause}`,
      fix: 'validate its data and layout with plotly.js',
      cause,
    });
  } finally {
    // Off the page at once: identifiers still on it would not be given out again. plotly.js ends its drawing in a later
    // turn, and only then can its own state be taken away.
    element.remove();
    const clear = (): void => plotly.purge(element);
    // What was drawn in part cannot be taken away whole; it is off the page all the same.
    Promise.resolve(drawn)
      .then(clear, clear)
      .catch(() => undefined);
  }
}

/** What a function of the page gives, if it ends in time; a page on which one did not is given up. */
function within(milliseconds: number, context: vm.Context, draw: () => string): string {
  context['drawWithin'] = draw;
  try {
    return new vm.Script('drawWithin()').runInContext(context, {
      timeout: Math.max(1, Math.round(milliseconds)),
    }) as string;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') page = undefined;
    throw error;
  }
}

function openPage(): Page {
  const { window, ...dom } = openWindow();
  mendWindow(window);
  const file = plotlyFile();
  new vm.Script(fs.readFileSync(file, 'utf8'), { filename: file }).runInContext(dom.context);
  return { window, plotly: (window as unknown as { Plotly: Plotly }).Plotly, context: dom.context };
}

function openWindow(): { window: JSDOMPackage.DOMWindow; context: vm.Context } {
  const dom = new jsdom.JSDOM('<!doctype html><body></body>', { runScripts: 'outside-only' });
  return { window: dom.window, context: dom.getInternalVMContext() };
}

/** Adds what plotly.js asks of a browser and jsdom does not have: sizes of text, a canvas to fill, frames. */
function mendWindow(window: JSDOMPackage.DOMWindow): void {
  const rectangle = ({ left, top, right, bottom }: Box) => {
    const [width, height] = [right - left, bottom - top];
    return { x: left, y: top, left, top, right, bottom, width, height, toJSON: () => ({}) };
  };
  const svg = window.SVGElement.prototype as SVGElement & Record<string, unknown>;
  svg.getBoundingClientRect = function (this: Element) {
    return rectangle(textBox(this));
  };
  svg['getBBox'] = function (this: Element) {
    return rectangle(textBox(this));
  };
  svg['getComputedTextLength'] = function (this: Element) {
    return textWidth(this.textContent ?? '', 12);
  };
  const rasters = new WeakMap<HTMLCanvasElement, Raster>();
  const rasterOf = (canvas: HTMLCanvasElement): Raster => {
    let raster = rasters.get(canvas);
    if (raster?.width !== canvas.width || raster.height !== canvas.height) {
      raster = new Raster(canvas.width, canvas.height);
      rasters.set(canvas, raster);
    }
    return raster;
  };
  const canvas = window.HTMLCanvasElement.prototype;
  canvas.getContext = function (this: HTMLCanvasElement, kind: string) {
    return kind === '2d' ? rasterOf(this) : null;
  } as unknown as HTMLCanvasElement['getContext'];
  canvas.toDataURL = function (this: HTMLCanvasElement) {
    return rasterOf(this).toDataURL();
  };
  // Nothing is fetched for a picture, whatever a figure asks for.
  Object.assign(window, { XMLHttpRequest: undefined, WebSocket: undefined, EventSource: undefined, fetch: undefined });
  window.URL.createObjectURL = () => '';
  window.requestAnimationFrame = (callback) => window.setTimeout(() => callback(0), 0);
  window.matchMedia = (query) =>
    ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;
}

/** Positions to a hundredth of a pixel, styles once each, and a name for those who cannot see the picture. */
function tidy(svg: string, label: string): string {
  const rounded = svg.replace(
    /(\s(?:d|transform|points|x|y|x1|x2|y1|y2|cx|cy|width|height)=")([^"]*)"/g,
    (_, start: string, value: string) =>
      `${start}${value.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100))}"`,
  );
  const name = label.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
  return shareStyles(rounded).replace('<svg ', `<svg role="img" aria-label="${name}" `);
}

/**
 * Hundreds of marks carry the same style attribute, most of the bytes of a picture. A style that occurs often becomes a
 * class, named after this picture so that several may stand on one page.
 */
function shareStyles(svg: string): string {
  const identifier = /id="defs-(\w+)"/.exec(svg)?.[1];
  if (identifier === undefined) return svg;
  const uses = new Map<string, number>();
  for (const [, style] of svg.matchAll(/\sstyle="([^"]+)"/g)) uses.set(style!, (uses.get(style!) ?? 0) + 1);
  const often = [...uses].filter(([, count]) => count >= 6).map(([style]) => style);
  const classes = new Map(often.map((style, k) => [style, `s${identifier}-${k}`]));
  const shared = svg.replace(/<\w+\s[^<>]*>/g, (tag) => {
    const style = /\sstyle="([^"]+)"/.exec(tag);
    const className = style && classes.get(style[1]!);
    if (!className) return tag;
    const bare = tag.replace(style[0], '');
    return bare.includes(' class="')
      ? bare.replace(' class="', ` class="${className} `)
      : bare.replace(/^<\w+/, (start) => `${start} class="${className}"`);
  });
  const rules = often.map(
    (style) => `.${classes.get(style)}{${style.replaceAll('&quot;', "'").replaceAll('vector-effect: none; ', '')}}`,
  );
  return shared.replace(/<svg [^>]*>/, (root) => `${root}<style>${rules.join('')}</style>`);
}
