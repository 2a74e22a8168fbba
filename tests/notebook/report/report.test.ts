import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { DIAGNOSIS_MIME } from '../../../src/diagnosis/record';
import { claimBundle } from '../../../src/notebook/claims';
import { renderReport, writeReport } from '../../../src/notebook/report';
import { Figure } from '../../../src/plots';
import { openBrowser } from '../../browser';
import { ATTACK, sampleNotebook } from './sample';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'));
const file = path.join(folder, 'made', 'report.html');
let browser: Browser;

before(async () => {
  const notebook = path.join(folder, 'sample.ipynb');
  fs.writeFileSync(notebook, JSON.stringify(sampleNotebook()));
  writeReport(notebook, file);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const cells = (...list: object[]) => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: list });
const codeCell = (...outputs: object[]) => ({ cell_type: 'code', metadata: {}, source: 'x', outputs });

async function open(javaScriptEnabled: boolean): Promise<{ page: Page; asked: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    javaScriptEnabled,
    offline: true,
  });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url())) asked.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, asked };
}

test('writeReport makes one file of sensible size that carries plotly.js once', () => {
  const html = fs.readFileSync(file, 'utf8');
  assert.ok(html.length < 8e6, `${html.length} bytes`);
  assert.equal(html.split('id="plotly"').length - 1, 1);
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['report.html']);
});

test('the report draws its figures alive without a network, and asks for nothing but itself', async () => {
  const { page, asked } = await open(true);
  await page.waitForSelector('figure[data-alive=yes] .main-svg');
  const count = await page.locator('figure[data-figure]').count();
  for (let k = 0; k < count; k++) {
    const figure = page.locator('figure[data-figure]').nth(k);
    await figure.scrollIntoViewIfNeeded();
    await figure.locator('.live .main-svg').first().waitFor();
    assert.equal(await figure.locator('.still').first().isVisible(), false);
  }
  assert.equal(count, 4);
  // Alive: a point answers the mouse.
  const plot = page.locator('figure[data-figure="1"] .live');
  await plot.scrollIntoViewIfNeeded();
  const box = (await plot.locator('.nsewdrag').first().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.8);
  await plot.locator('.hoverlayer .hovertext').first().waitFor({ timeout: 5000 });
  assert.deepEqual(asked, [pathToFileURL(file).href]);
  await page.context().close();
});

test('nothing from the data runs as code, with or without the policy of the page', async () => {
  const { page } = await open(true);
  await page.waitForSelector('figure[data-alive=yes]');
  assert.equal(await page.evaluate(() => (globalThis as Record<string, unknown>)['attacked']), undefined);
  await page.context().close();
  // The same page with its policy taken away: escaping alone must hold.
  const html = fs.readFileSync(file, 'utf8').replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
  const context = await browser.newContext();
  const bare = await context.newPage();
  await bare.setContent(html);
  await bare.waitForSelector('figure[data-alive=yes]');
  assert.equal(await bare.evaluate(() => (globalThis as Record<string, unknown>)['attacked']), undefined);
  assert.equal(
    await bare.locator('a[href^="javascript"], main script, main [onclick], main [onerror], main style').count(),
    0,
  );
  assert.ok((await bare.locator('main').innerText()).includes(ATTACK));
  assert.ok(await bare.locator('text=kept text').isVisible());
  await context.close();
});

test('the report reads without JavaScript: prose, tables and every figure as a picture', async () => {
  const { page } = await open(false);
  const stills = page.locator('figure .still img');
  assert.equal(await stills.count(), 4);
  for (const still of await stills.all()) {
    const box = (await still.boundingBox())!;
    assert.ok(box.width > 400 && box.height > 150);
  }
  assert.ok(await page.locator('h1').isVisible());
  assert.ok(await page.locator('caption', { hasText: 'Verdict' }).isVisible());
  assert.equal(await page.locator('#all-code').isVisible(), false);
  await page.context().close();
});

test('renderReport names the cells that failed and shows the error', () => {
  const html = renderReport(
    cells(
      codeCell(),
      codeCell({ output_type: 'error', ename: 'Error', evalue: '<b>no</b>', traceback: ['\u001b[31mat x\u001b[0m'] }),
    ),
    'a.ipynb',
  );
  assert.match(html, /failed in cell 2/);
  assert.ok(html.includes('&lt;b&gt;no&lt;/b&gt;') && html.includes('<pre>at x</pre>'));
  assert.ok(!html.includes('id="plotly"'), 'without figures plotly.js is left out');
});

test('renderReport shows the richest form of a value, and text of unknown ones', () => {
  const shown = (data: object) =>
    renderReport(cells(codeCell({ output_type: 'display_data', data, metadata: {} })), 'a.ipynb');
  assert.match(
    shown({ 'text/plain': 'poor', 'text/html': ['<b>ri', 'ch</b>'] }),
    /<div class="html"><b>rich<\/b><\/div>/,
  );
  assert.match(shown({ 'image/png': 'AAAA\n', 'text/plain': 'poor' }), /src="data:image\/png;base64,AAAA"/);
  assert.match(shown({ 'application/x-strange': {}, 'text/plain': 'plain' }), /<pre class="value">plain</);
  assert.match(shown({ 'application/json': { a: 1 } }), /&quot;a&quot;: 1/);
});

test('renderReport draws a figure that brought no picture along', () => {
  const data = { 'application/vnd.plotly.v1+json': { data: [{ type: 'scatter', y: [1, 2] }], layout: {} } };
  const html = renderReport(cells(codeCell({ output_type: 'display_data', data, metadata: {} })), 'a.ipynb');
  assert.match(html, /<img alt="figure 1"/);
});

test('renderReport of an empty notebook is a page', () => {
  assert.match(renderReport(cells(), 'empty.ipynb'), /<title>empty.ipynb<\/title>/);
});

test('renderReport gives the same page twice', () => {
  const first = renderReport(sampleNotebook(), 'a.ipynb');
  assert.ok(renderReport(sampleNotebook(), 'a.ipynb') === first);
});

test('writeReport says what is wrong with a file that is no notebook, and leaves nothing behind', () => {
  const bad = path.join(folder, 'bad.ipynb');
  const out = path.join(folder, 'bad.html');
  for (const content of [
    '{"cells": [',
    '{}',
    '{"nbformat": 3}',
    JSON.stringify(cells({ cell_type: 'odd', source: '' })),
  ]) {
    fs.writeFileSync(bad, content);
    assert.throws(() => writeReport(bad, out), { code: 'not-a-notebook' });
  }
  assert.throws(() => writeReport(path.join(folder, 'none.ipynb'), out), { code: 'file-not-read' });
  fs.writeFileSync(bad, JSON.stringify(cells()));
  assert.throws(() => writeReport(bad, path.join(bad, 'inside-a-file.html')), { code: 'report-not-written' });
  assert.ok(!fs.existsSync(out));
});

test('the report lists all claims at its head, each leading to where it was checked, and opens the list if one is broken', async () => {
  const claim = (text: string, holds: boolean) => ({
    output_type: 'display_data',
    metadata: {},
    data: claimBundle({ claim: text, holds, evidence: { measured: 0.25, [ATTACK]: ATTACK } }),
  });
  const good = renderReport(cells(codeCell(claim('one', true)), codeCell(claim('two', true))), 'good.ipynb');
  assert.match(good, /<details class="claims"><summary>2 of 2 claims hold<\/summary>/);
  assert.match(good, /<a href="#claim-2">two<\/a>/);
  assert.match(good, /id="claim-2".*two.*measured&nbsp;<b>0\.2500<\/b>/s);
  assert.ok(!good.includes(ATTACK));
  const bad = renderReport(cells(codeCell(claim('one', true), claim(ATTACK, false))), 'bad.ipynb');
  assert.match(bad, /<details class="claims failed" open><summary>1 of 2 claims hold<\/summary>/);
  const target = path.join(folder, 'claims.html');
  fs.writeFileSync(target, bad);
  const page = await browser.newPage({ viewport: { width: 1280, height: 300 } });
  await page.goto(pathToFileURL(target).href);
  await page.locator('details.claims li.broken a').click();
  assert.equal(await page.evaluate('location.hash'), '#claim-2');
  assert.equal(await page.evaluate('window.attacked'), undefined);
  await page.close();
});

test('the report follows the reader into the dark, its figures too, still and alive', async () => {
  const ground = async (colorScheme: 'light' | 'dark') => {
    const page = await browser.newPage({ colorScheme });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('figure[data-figure="1"][data-alive=yes]');
    const found = await page.evaluate<string[]>(`[
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector('figure .live .main-svg > rect, figure .live .main-svg .bg')).fill,
    ]`);
    // The still picture, as the browser draws it.
    const pixel = await page.evaluate<string>(`(async () => {
      const image = document.querySelector('figure .still img');
      const canvas = Object.assign(document.createElement('canvas'), { width: 4, height: 4 });
      const pen = canvas.getContext('2d');
      await image.decode();
      pen.drawImage(image, 0, 0, 860, 400);
      return Array.from(pen.getImageData(2, 2, 1, 1).data.slice(0, 3)).join(', ');
    })()`);
    await page.close();
    return [...found, pixel];
  };
  assert.deepEqual(await ground('light'), ['rgb(255, 255, 255)', 'rgb(255, 255, 255)', '255, 255, 255']);
  assert.deepEqual(await ground('dark'), ['rgb(18, 24, 29)', 'rgb(20, 27, 34)', '20, 27, 34']);
});

test('at 400 pixels live figures set their panels one under the other, without text over text, and follow the window', async () => {
  const page = await browser.newPage({ viewport: { width: 400, height: 900 } });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('figure[data-figure="1"][data-alive=yes]');
  assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 400);
  const boxes = await page.evaluate<{ words: string; box: number[] }[]>(`
    Array.from(document.querySelectorAll('figure[data-figure="1"] .live :is(.gtitle, .legendtext, .annotation-text, text[class$=title])'))
      .map((one) => { const b = one.getBoundingClientRect(); return { words: one.textContent, box: [b.left, b.top, b.right, b.bottom] }; })
  `);
  assert.ok(boxes.length > 5);
  for (const [k, a] of boxes.entries()) {
    assert.ok(a.box[2]! <= 400, `"${a.words}" ends at ${a.box[2]}`);
    for (const b of boxes.slice(k + 1)) {
      const [width, height] = [0, 1].map(
        (at) => Math.min(a.box[at + 2]!, b.box[at + 2]!) - Math.max(a.box[at]!, b.box[at]!),
      );
      assert.ok(!(width! > 2 && height! > 3), `"${a.words}" and "${b.words}"`);
    }
  }
  const widthOf = () =>
    page.evaluate<number>('document.querySelector("figure .live .main-svg").getBoundingClientRect().width');
  const narrow = await widthOf();
  await page.setViewportSize({ width: 1000, height: 900 });
  for (let k = 0; k < 50 && (await widthOf()) < 700; k++) await page.waitForTimeout(100);
  assert.ok(narrow < 400 && (await widthOf()) > 700, `${narrow} and ${await widthOf()}`);
  await page.close();
});

/** What a diagnosis leaves in a notebook. */
const diagnosed = (name: string, skill: number, harmed: boolean, title = 'A head is dead') => ({
  output_type: 'display_data',
  metadata: {},
  data: {
    'text/plain': 'a diagnosis',
    [DIAGNOSIS_MIME]: {
      name,
      verdicts: harmed
        ? [
            {
              title,
              where: 'volatility',
              sure: '90 % sure',
              says: 'all zero',
              evidence: [{ quantity: 'zeros', value: 1, unit: 'share', threshold: 0.95 }],
              mend: { says: 'use softplus', before: "activation: 'relu'", after: "activation: 'softplus'" },
              wrongIf: 'it were alive',
              explains: [],
            },
          ]
        : [],
      notes: [],
      heads: [{ head: 'volatility', skill, validationSkill: skill, reachable: 0.2, validationReachable: 0.12, harmed }],
    },
  },
});

test('a report answers first: question, verdict and skill of each run, the upshot, the claims, how to make it again', () => {
  const about = { head: 'volatility', skill: -1.07, harmed: true, verdicts: [] };
  const record = { claim: 'it is positive', holds: true, evidence: {}, head: about };
  const table = {
    output_type: 'execute_result',
    metadata: {},
    data: { 'text/html': '<b>the upshot</b>', 'text/plain': '' },
  };
  const html = renderReport(
    cells(
      { cell_type: 'markdown', metadata: {}, source: '# Why is it zero?\n\nA question.\n\nMore.' },
      codeCell(diagnosed('ReLU heads', -1, true), diagnosed('softplus heads', 0.1, false)),
      codeCell({ output_type: 'display_data', metadata: {}, data: claimBundle(record) }),
      { ...codeCell(table), metadata: { tags: ['verdict'] } },
    ),
    'a.ipynb',
    {
      command: 'npx reluctant run a.ipynb',
      parameters: { seed: 1 },
      versions: { Node: '20.1.0' },
      date: '2026-11-27',
      duration: '3 s',
    },
  );
  const [header, rest] = [html.slice(0, html.indexOf('class="card"')), html.slice(html.indexOf('class="card"'))];
  const top = rest.slice(0, rest.indexOf('</section>'));
  assert.match(header, /Why is it zero.*<p>A question/s);
  assert.match(
    top,
    /✘ ReLU heads<\/a>: A head is dead \(volatility\), 90 % sure.*skill <b>-100 %<\/b>.*12\.0 % easily reached/s,
  );
  assert.match(top, /✔ softplus heads<\/a>: No verdict/);
  assert.match(
    top,
    /the upshot.*1 of 1 claim holds.*it is positive<\/a><small class="poor">skill of volatility -107\.0 %/s,
  );
  assert.match(top, /npx reluctant run a\.ipynb.*seed 1.*Node 20\.1\.0.*2026-11-27.*3 s/s);
  assert.match(
    rest.slice(top.length),
    /<p>More\..*<del[^>]*>- activation: &#39;relu&#39;<\/del>\n<ins[^>]*>\+ activation/s,
  );
});

test('a picture within a table that draws itself follows the reader into the dark', () => {
  const svg = new Figure([{ type: 'scatter', y: [1, 2] }]).toSVG();
  const html = `<b>rows</b><img alt="x" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;
  const page = renderReport(
    cells(codeCell({ output_type: 'display_data', metadata: {}, data: { 'text/html': html, 'text/plain': '' } })),
    'a.ipynb',
  );
  const [, base64] = /src="data:image\/svg\+xml;base64,([^"]*)"/.exec(page)!;
  assert.match(Buffer.from(base64!, 'base64').toString(), /prefers-color-scheme:dark/);
});

test('a head that a constant beats is never ticked', () => {
  const marks = [0.1, -0.17].map((skill) => renderReport(cells(codeCell(diagnosed('run', skill, false))), 'a.ipynb'));
  assert.match(marks[0]!, /✔ volatility: skill <b>10\.0 %/);
  assert.match(marks[1]!, /◐ volatility: skill <b>-17\.0 %<\/b>.*a constant does better/);
  assert.ok(!marks[1]!.includes('✔ volatility'));
});

test('a diagnosis from a hostile notebook is shown letter by letter, or as text where it is none', () => {
  const html = renderReport(cells(codeCell(diagnosed(ATTACK, -1, true, ATTACK))), 'a.ipynb');
  assert.ok(html.includes('&lt;script&gt;window.attacked') && !html.includes(ATTACK));
  const broken = { ...diagnosed('x', 0, false), data: { 'text/plain': 'as text', [DIAGNOSIS_MIME]: { verdicts: 3 } } };
  assert.match(renderReport(cells(codeCell(broken)), 'a.ipynb'), /<pre class="value">as text/);
});

test('code stays out of sight until it is asked for, and lines of progress that are stale are left out', () => {
  const text =
    'relu: 1/5 (20.0 %), about 9 s left\nsgd: 1/2 (50.0 %), starting\nrelu: 5/5 (100 %), in 8 s  best\nkept: 3/4\n';
  const html = renderReport(
    cells({ ...codeCell({ output_type: 'stream', name: 'stderr', text }), source: 'const secret = 1;' }),
    'a.ipynb',
  );
  assert.match(html, /<summary>code, 1 line<\/summary>/);
  assert.match(
    html,
    /<pre class="stream stderr">sgd: 1\/2 \(50\.0 %\), starting\nrelu: 5\/5 \(100 %\), in 8 s {2}best\nkept: 3\/4/,
  );
});

test('a page that is printed in the dark is light, and nothing on it is cut', async () => {
  const page = await browser.newPage({ colorScheme: 'dark', viewport: { width: 700, height: 900 } });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('figure[data-alive=yes]');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
  const cut = await page.evaluate<string[]>(`Array.from(document.querySelectorAll('main *'))
    .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible')
    .map((one) => one.outerHTML.slice(0, 80))`);
  assert.deepEqual(cut, []);
  assert.equal(await page.locator('figure .still').first().isVisible(), true);
  await page.close();
});
