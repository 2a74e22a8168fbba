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
  `const pick = (options: { losses: 'meanSquaredError' | 'huber' }) => options.losses`,
  `pick({ losses: 'meanS' })`,
  `prompt('your name')`,
  `import { execSync } from 'node:child_process'; console.log('begun'); execSync('sleep 97')`,
];

describe('the kernel in JupyterLab', { timeout: 300_000 }, () => {
  let lab: JupyterLab;
  let page: Page;
  const cell = (k: number) => page.locator('.jp-CodeCell').nth(k);
  const text = async (k: number) => (await cell(k).locator('.jp-OutputArea-output').allInnerTexts()).join('').trim();
  /** The number of a process that a cell shows; 0 when it shows none. */
  const processOf = async (k: number) => Number(/^\d+$/.exec(await text(k))?.[0] ?? 0);
  // A signal to process 0 would go to the test itself.
  const isAlive = (pid: number) => pid > 1 && process.kill(pid, 0);
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

  test('completion inside a text replaces what is typed, and a tooltip tells the signature', async () => {
    await runCell(4);
    await waitFor(async () => (await cell(4).locator('.jp-InputPrompt').innerText()).match(/\[\d+\]/) !== null, 30_000);
    await cell(5).locator('.cm-content').click();
    await page.keyboard.press('End');
    for (let k = 0; k < "' })".length; k++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Tab');
    await page.locator('.jp-Completer').filter({ hasText: 'meanSquaredError' }).waitFor({ timeout: 30_000 });
    await lab.screenshot(page, 'kernel-completion');
    await page.keyboard.press('Enter');
    await waitFor(async () => (await cell(5).innerText()).includes("'meanSquaredError' })"), 30_000);
    await page.keyboard.press('Home');
    for (let k = 0; k < 'pick('.length; k++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+Tab');
    await page.locator('.jp-Tooltip').filter({ hasText: 'losses' }).waitFor({ timeout: 30_000 });
    await lab.screenshot(page, 'kernel-tooltip');
    await page.keyboard.press('Escape');
  });

  test('a question is asked below the cell', async () => {
    await runCell(6);
    await page.locator('.jp-Stdin-input').fill('Ada');
    await lab.screenshot(page, 'kernel-question');
    await page.keyboard.press('Enter');
    await waitFor(async () => (await text(6)).includes("'Ada'"), 30_000);
  });

  test('a child process that the cell waits for is interrupted', async () => {
    await runCell(7);
    await waitFor(async () => (await text(7)).includes('begun'), 30_000);
    await page.click('.lm-MenuBar-itemLabel:text-is("Kernel")');
    await page.click('.lm-Menu-itemLabel:text-is("Interrupt Kernel")');
    await waitFor(async () => /Interrupted|Error/.test(await text(7)), 30_000);
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

  test('kill -9 in mid-cell: the cell says so, a new kernel answers, and the notebook on disk is whole', async () => {
    await runCell(0);
    // The number of the process before the restart stands there until the cell has run anew.
    await waitFor(async () => isAlive(await processOf(0)), 60_000);
    const killed = await processOf(0);
    assert.ok(isAlive(killed));
    await page.click('.lm-MenuBar-itemLabel:text-is("File")');
    await page.click('.lm-Menu-itemLabel:text-is("Save Notebook")');
    await waitFor(() => lab.read('kernel.ipynb').includes(String(killed)), 30_000);
    await runCell(2);
    await waitFor(async () => (await text(2)).includes('begun'), 60_000);
    process.kill(killed, 'SIGKILL');
    await waitFor(async () => /KernelDied[\s\S]*killed from outside/.test(await text(2)), 60_000);
    await lab.screenshot(page, 'kernel-killed');
    const saved = JSON.parse(lab.read('kernel.ipynb')) as { cells: { source: string | string[] }[] };
    assert.deepEqual(
      // JupyterLab has added an empty cell, because the last one was run.
      saved.cells.map(({ source }) => [source].flat().join('')).filter(Boolean),
      CELLS.map((source) => source.replace("'meanS'", "'meanSquaredError'")),
    );
    await runCell(0);
    await waitFor(async () => isAlive(await processOf(0)) && (await processOf(0)) !== killed, 60_000);
  });

  test('restart and run all, twice, gives the same answers under the same numbers', async () => {
    page = await lab.open('again.ipynb', ['let count = 1;', 'count += 1;', 'await Promise.resolve(count)']);
    for (const name of ['first', 'second']) {
      await page.click('.lm-MenuBar-itemLabel:text-is("Kernel")');
      await page.click('.lm-Menu-itemLabel:text-is("Restart Kernel and Run All Cells…")');
      await page.click('.jp-Dialog-button.jp-mod-accept');
      // What an earlier run has left is cleared while the kernel starts anew.
      if (name === 'second') await waitFor(async () => (await text(2)) === '', 30_000);
      await waitFor(async () => (await text(2)) === '2', 60_000);
      const numbers = [0, 1, 2].map((k) => cell(k).locator('.jp-InputPrompt').innerText());
      assert.deepEqual(await Promise.all(numbers), ['[1]:', '[2]:', '[3]:'], name);
    }
    await lab.screenshot(page, 'kernel-run-all');
  });
});
