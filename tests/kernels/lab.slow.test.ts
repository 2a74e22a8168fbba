import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { JupyterLab, waitFor } from '../notebook/jupyterLab';

const CELLS = [
  `import * as rl from 'reluctant';
let kept = 41; process.pid`,
  `new rl.Figure([{ type: 'scatter', name: 'line', x: [1, 2, 3], y: [1, 4, 9] }], { title: { text: 'squares' }, height: 300 })`,
  `console.log('begun'); for (;;) kept++`,
  `kept > 41`,
];

describe('the kernel in JupyterLab', { timeout: 300_000 }, () => {
  let lab: JupyterLab;
  let page: Page;
  const cell = (k: number) => page.locator('.jp-CodeCell').nth(k);
  const text = async (k: number) => (await cell(k).locator('.jp-OutputArea-output').allInnerTexts()).join('').trim();
  /** Runs one cell, as a user does: into the cell, Shift and Enter. */
  const runCell = async (k: number) => {
    await cell(k).locator('.cm-content').click();
    await page.keyboard.press('Shift+Enter');
  };
  before(async () => {
    lab = await JupyterLab.start();
    page = await lab.open('kernel.ipynb', CELLS);
  });
  after(() => lab?.close());

  test('cells run and a Plotly figure is drawn', async () => {
    await runCell(0);
    await runCell(1);
    await page.waitForSelector('.js-plotly-plot .gtitle');
    assert.equal(await page.locator('.js-plotly-plot .gtitle').textContent(), 'squares');
    await lab.screenshot(page, 'kernel-figure');
  });

  test('an endless loop is interrupted from the menu, and its variables are there', async () => {
    await runCell(2);
    await waitFor(async () => (await text(2)).includes('begun'), 60_000);
    await page.click('.lm-MenuBar-itemLabel:text-is("Kernel")');
    await page.click('.lm-Menu-itemLabel:text-is("Interrupt Kernel")');
    await waitFor(async () => (await text(2)).includes('Interrupted'), 30_000);
    await lab.screenshot(page, 'kernel-interrupted');
    await runCell(3);
    await waitFor(async () => (await text(3)).includes('true'), 30_000);
  });

  test('a restart from the menu forgets the variables', async () => {
    await page.click('.lm-MenuBar-itemLabel:text-is("Kernel")');
    await page.click('.lm-Menu-itemLabel:text-is("Restart Kernel…")');
    await page.click('.jp-Dialog-button.jp-mod-accept');
    await page.waitForFunction(() =>
      /\(reluctant\) \| Idle/.test(document.querySelector('#jp-main-statusbar')?.textContent ?? ''),
    );
    await runCell(3);
    await waitFor(async () => (await text(3)).includes("Cannot find name 'kept'"), 60_000);
    await lab.screenshot(page, 'kernel-restarted');
  });
});
