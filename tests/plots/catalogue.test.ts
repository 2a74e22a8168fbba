import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import * as plots from '../../src/plots';
import { openBrowser } from '../browser';
import { CASES, CATALOGUE, FROM_DATA } from './catalogue';

// Pictures are looked at when they change: UPDATE_SNAPSHOTS=1 npm test -- plots/catalogue, then open them.
const FOLDER = path.join(__dirname, 'pictures');
const UPDATE = process.env['UPDATE_SNAPSHOTS'] === '1';
/** Fonts and rounding differ between machines: so much of a picture may differ, by more than so much of a channel. */
const MOST_CHANGED = 0.03;
const CHANNEL = 48;

describe('the catalogue of figures in a browser', () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  before(async () => {
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 900, height: 900 } });
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('dialog', (dialog) => errors.push(`a dialog: ${dialog.message()}`));
    await page.setContent(
      '<!doctype html><body style="margin:0"><div id="figure" style="width:fit-content"></div></body>',
    );
    await page.addScriptTag({ path: plots.plotlyFile() });
  });
  after(() => browser?.close());

  /** Draws a figure; the boxes of its texts, and the size of the drawing. */
  async function draw(
    figure: plots.Figure,
  ): Promise<{ texts: TextBox[]; width: number; height: number; images: number }> {
    errors.length = 0;
    const json = JSON.stringify(figure.toJSON());
    return page.evaluate(async (text) => {
      const { data, layout } = JSON.parse(text);
      const element = document.getElementById('figure')!;
      const { Plotly } = window as unknown as {
        Plotly: { newPlot(...all: unknown[]): Promise<void>; purge(e: unknown): void };
      };
      Plotly.purge(element);
      await Plotly.newPlot(element, data, layout, { staticPlot: true, responsive: false });
      const frame = element.querySelector('.main-svg')!.getBoundingClientRect();
      const texts = element.querySelectorAll<SVGGraphicsElement>(
        'text.gtitle, text.gtitle-subtitle, .legendtext, text[class$="title"], .annotation-text, .xtick text, .ytick text',
      );
      const boxes = [...new Set(texts)].map((one) => {
        const { left, top, right, bottom } = one.getBoundingClientRect();
        const words = one.textContent ?? '';
        const isTick = one.closest('.xtick, .ytick') !== null;
        return {
          words,
          isTick,
          left: left - frame.left,
          top: top - frame.top,
          right: right - frame.left,
          bottom: bottom - frame.top,
        };
      });
      const images = document.querySelectorAll('img').length;
      return { texts: boxes, width: frame.width, height: frame.height, images };
    }, json);
  }

  for (const [name, make] of Object.entries(CATALOGUE))
    for (const [look, width] of [
      ['light', 860],
      ['dark', 400],
    ] as const)
      test(`${name} in ${look} at ${width} pixels is drawn as it was looked at, without errors and without text over text`, async () => {
        const figure = make({ width });
        const { texts, ...size } = await draw(look === 'dark' ? figure.inDark() : figure);
        assert.deepEqual(errors, []);
        assert.equal(size.width, width);
        assert.deepEqual(overlaps(texts), []);
        assert.deepEqual(outside(texts, size.width, size.height), []);
        assert.ok(
          figure.title.length > 0 && figure.summary.rows.length > 0,
          'a title, and the numbers beside the picture',
        );
        const picture = await page.locator('#figure').screenshot();
        const file = path.join(FOLDER, `${name}-${look}.png`);
        if (UPDATE) {
          fs.mkdirSync(FOLDER, { recursive: true });
          fs.writeFileSync(file, picture);
        }
        const changed = await difference(page, picture, fs.readFileSync(file));
        assert.ok(
          changed < MOST_CHANGED,
          `${(100 * changed).toFixed(1)} % of the picture differs from ${path.basename(file)}`,
        );
      });

  for (const [title, data] of Object.entries(CASES))
    test(`every figure of ${title} is drawn without errors`, { timeout: 120_000 }, async () => {
      const known = Object.keys(FROM_DATA);
      assert.deepEqual(known.sort(), Object.keys(CATALOGUE).sort());
      for (const [name, make] of Object.entries(FROM_DATA)) {
        const figure = make(data);
        const { images } = await draw(figure);
        assert.deepEqual(errors, [], name);
        assert.equal(images, 0, `${name}: a name became an element`);
        assert.ok(figure.toString().length > 0, name);
        assert.ok(JSON.stringify(figure.toJSON()).length < 4e6, `${name} takes too many bytes`);
      }
    });
});

interface TextBox {
  words: string;
  isTick: boolean;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Pairs of texts that cover each other by more than a hair; ticks of one axis are plotly.js's own matter. */
function overlaps(texts: readonly TextBox[]): string[] {
  return texts.flatMap((a, i) =>
    texts.slice(i + 1).flatMap((b) => {
      if (a.isTick && b.isTick) return [];
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      return width > 2 && height > 3 && a.words && b.words ? [`"${a.words}" and "${b.words}"`] : [];
    }),
  );
}

function outside(texts: readonly TextBox[], width: number, height: number): string[] {
  return texts
    .filter(({ left, top, right, bottom }) => left < -1 || top < -1 || right > width + 1 || bottom > height + 1)
    .map(({ words, left, right }) => `"${words}" from ${left.toFixed(0)} to ${right.toFixed(0)} of ${width}`);
}

/** Share of the pixels of two pictures that differ; 1 where their sizes do. */
async function difference(page: Page, one: Buffer, other: Buffer): Promise<number> {
  const urls = [one, other].map((picture) => `data:image/png;base64,${picture.toString('base64')}`);
  return page.evaluate(
    async ([urls, channel]) => {
      const [a, b] = await Promise.all(
        urls.map(async (url) => {
          const image = new Image();
          image.src = url;
          await image.decode();
          const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
          const context = canvas.getContext('2d')!;
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, image.width, image.height);
        }),
      );
      if (a!.width !== b!.width || a!.height !== b!.height) return 1;
      let changed = 0;
      for (let k = 0; k < a!.data.length; k += 4)
        if ([0, 1, 2].some((c) => Math.abs(a!.data[k + c]! - b!.data[k + c]!) > channel)) changed++;
      return (4 * changed) / a!.data.length;
    },
    [urls, CHANNEL] as const,
  );
}

test('every figure of the catalogue has a still picture, for pages without JavaScript and for print', () => {
  for (const [name, make] of Object.entries(CATALOGUE)) {
    const svg = make({ width: 860 }).toSVG();
    assert.match(svg, /^<svg/, name);
    // Heat maps are pictures within it: they must have been filled.
    for (const [, png] of svg.matchAll(/href="data:image\/png;base64,([^"]*)"/g)) assert.ok(png!.length > 80, name);
  }
});

test('a head keeps its colour from figure to figure, and no two of a figure look alike', () => {
  const colourOf = (figure: plots.Figure, name: string): unknown => {
    const trace = figure.data.find((one) => one.name === name);
    return (trace?.['line'] as { color: string } | undefined)?.color;
  };
  const terms = (names: string[]) => plots.lossStream(names.map((term) => ({ epoch: 1, term, loss: 1 })));
  const all = terms(['direction', 'volatility', 'magnitude']);
  for (const head of ['direction', 'volatility', 'magnitude'])
    assert.equal(colourOf(terms([head]), head), colourOf(all, head));
  const many = terms(Array.from({ length: 24 }, (_, k) => `head ${k}`));
  const looks = many.data
    .slice(0, 24)
    .map(({ line }) => JSON.stringify([(line as { color: string }).color, (line as { dash: string }).dash]));
  assert.equal(new Set(looks).size, 24);
});
