import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { claimBundle } from '../../../src/notebook/claims';
import { renderReport, writeReport } from '../../../src/notebook/report';
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

test('the report follows the reader into the dark, and figures keep their light ground', async () => {
  const ground = async (colorScheme: 'light' | 'dark', selector: string) => {
    const page = await browser.newPage({ colorScheme });
    await page.goto(pathToFileURL(file).href);
    const text = `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).backgroundColor`;
    const colour = await page.evaluate<string>(text);
    await page.close();
    return colour;
  };
  assert.equal(await ground('light', 'body'), 'rgb(255, 255, 255)');
  assert.equal(await ground('dark', 'body'), 'rgb(18, 24, 29)');
  assert.equal(await ground('dark', 'figure.figure .still'), 'rgb(255, 255, 255)');
});
