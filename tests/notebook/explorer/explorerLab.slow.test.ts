// The explorer in a real JupyterLab, driven by hand: npm run test:lab, or npm test -- explorerLab.slow. Times are printed, pictures are kept.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { formatNumber } from '../../../src/tables';
import { JupyterLab, waitFor } from '../jupyterLab';

/** The small multi-task model of notebook 07, on its market. */
const CELLS = [
  `import * as rl from 'reluctant';
const { tf } = rl;
const market = rl.synthetic.market({ symbols: 8, days: 400, seed: 7, informationCoefficient: 0.3 });
const samples = rl.data.makeSamples(market, { window: 8, horizon: 3 });
const data: rl.TrainingData = { ...samples.training.toTensors(), validation: samples.validation.toTensors() };
const weighted = rl.program({
  name: 'three heads',
  defaults: { seed: 1, learningRate: 0.003, epochs: 30, lossWeights: { direction: 1, volatility: 1, magnitude: 1 } },
  choices: { headActivation: ['softplus', 'relu'] },
  data,
  model: ({ seed, headActivation: activation }) => {
    const dense = (units: number, activation: 'tanh' | 'softmax' | 'softplus' | 'relu', k: number, name?: string) => {
      // Softplus starts at ln(1 + e^-4) = 0.018, near the mean of the targets, instead of at 0.69.
      const value = k < 4 ? 0 : activation === 'softplus' ? -4 : 0.02;
      const [kernelInitializer, biasInitializer] = [tf.initializers.glorotUniform({ seed: seed * 100 + k }), tf.initializers.constant({ value })];
      return tf.layers.dense({ name, units, activation, kernelInitializer, biasInitializer });
    };
    const through = (x: rl.TF.SymbolicTensor, layer: rl.TF.layers.Layer) => layer.apply(x) as rl.TF.SymbolicTensor;
    const input = tf.input({ shape: [8, samples.features.length] });
    const trunk = [tf.layers.flatten(), dense(24, 'tanh', 1), dense(16, 'tanh', 2)].reduce(through, input);
    const heads = [dense(3, 'softmax', 3, 'direction'), dense(1, activation, 4, 'volatility'), dense(1, activation, 5, 'magnitude')];
    return tf.model({ inputs: input, outputs: heads.map((head) => through(trunk, head)) });
  },
  options: {
    losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'meanSquaredError' },
    metrics: { direction: ['auc'], volatility: ['mae'], magnitude: ['mae'] },
    batchSize: 128,
  },
});
const explorer = await rl.explore(weighted, {
  presets: { 'balanced (1, 0.3, 0.3)': { lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 } } },
});`,
  `const surface = await explorer.surface('volatility', 'magnitude', { weights: [0.1, 0.3, 1, 3, 10, 30, 100, 300] });
surface`,
  `console.log(tf.memory().numTensors, process.memoryUsage().rss / 1e6);`,
];

/** What is remembered in the page between a key press and the frame that answers it. */
interface Watched {
  first: number;
  whole: number;
}

/** Runs in the page: text, because the compiler of the tests would call its own functions in it. */
const WATCH = `
  const figure = document.querySelector('.reluctant-live-figure');
  const title = () => figure.layout.title.text;
  const points = () => figure.data.filter(({ name }) => name === 'val_direction_auc')[0]?.y.length ?? 0;
  const before = title();
  window.answer = new Promise((resolve) => {
    let pressed;
    let first;
    document.addEventListener('keydown', () => (pressed = performance.now()), { once: true, capture: true });
    const observer = new MutationObserver(() => {
      if (title() === before || points() === 0) return;
      first ??= performance.now() - pressed;
      if (points() < 30) return;
      observer.disconnect();
      resolve({ first, whole: performance.now() - pressed });
    });
    observer.observe(figure, { attributes: true, attributeFilter: ['data-frame'] });
  });
  0`;

/** Presses a key on a slider and waits in the page for the first point of the new curve and for the last one. */
async function press(page: Page, key: 'ArrowRight' | 'ArrowLeft'): Promise<Watched> {
  await page.locator('.noUi-handle').first().focus();
  await page.evaluate(WATCH);
  await page.keyboard.press(key);
  return page.evaluate('window.answer');
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Runs a cell and waits for its end. */
async function run(page: Page, index: number): Promise<void> {
  const cell = page.locator('.jp-CodeCell').nth(index);
  const prompt = () => cell.locator('.jp-InputPrompt').first().textContent();
  const before = await prompt();
  await cell.locator('.jp-InputArea-editor').click();
  await page.keyboard.press('Control+Enter');
  await waitFor(async () => /\[\d+\]/.test((await prompt()) ?? '') && (await prompt()) !== before, 120_000);
}

/** Tensors, and megabytes of resident memory of the kernel. */
async function memory(page: Page): Promise<[number, number]> {
  await run(page, 2);
  const text = await page.locator('.jp-CodeCell').nth(2).locator('.jp-OutputArea-output').textContent();
  return text!.trim().split(/\s+/).map(Number) as [number, number];
}

/** Drags the sliders about with the mouse, from end to end and anywhere between, for some seconds. */
async function dragWildly(page: Page, seconds: number): Promise<number> {
  const bars = page.locator('.noUi-base');
  await bars.first().scrollIntoViewIfNeeded();
  const end = Date.now() + seconds * 1000;
  let moves = 0;
  for (let k = 0; Date.now() < end; k++) {
    const bar = (await bars.nth(k % 4).boundingBox())!;
    const y = bar.y + bar.height / 2;
    await page.mouse.move(bar.x + bar.width / 2, y);
    await page.mouse.down();
    for (let j = 0; j < 40 && Date.now() < end; j++, moves++) {
      await page.mouse.move(bar.x + bar.width * (0.5 + 0.52 * Math.sin(k + j / 3)), y);
    }
    await page.mouse.up();
    await new Promise((resolve) => setTimeout(resolve, (k % 5) * 150));
  }
  return moves;
}

/** The weights in the fields beside the sliders, as the figure's title gives them. */
async function weights(page: Page): Promise<string> {
  const fields = page.locator('.widget-slider ~ .widget-text input');
  const values = await Promise.all([0, 1, 2].map((k) => fields.nth(k).inputValue()));
  return values.map((value) => formatNumber(Number(value), 3)).join('/');
}

const title = (page: Page) => page.locator('.reluctant-live-figure .gtitle').first().textContent();
/** Whether the figure is that of where the sliders stand. */
const isCurrent = async (page: Page) => `${await title(page)},`.startsWith(`${await weights(page)},`);
const judged = (page: Page) =>
  page.waitForSelector('.widget-label:text-matches("finished in .*;")', { timeout: 60_000 });
const finished = (page: Page) => page.waitForSelector('.widget-label:has-text("finished in")', { timeout: 60_000 });

/** Waits until the last run is judged, and a moment more: then the kernel has nothing left to do. */
async function rest(page: Page): Promise<void> {
  await judged(page);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}

describe('the explorer in JupyterLab', { timeout: 600_000 }, () => {
  let lab: JupyterLab;
  let page: Page;
  const complaints: string[] = [];
  before(async () => {
    lab = await JupyterLab.start();
    page = await lab.open('explorer.ipynb', CELLS);
    await page.setViewportSize({ width: 1280, height: 1400 });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await run(page, 0);
    await page.waitForSelector('.reluctant-live-figure .gtitle', { timeout: 60_000 });
  });
  after(() => lab?.close());

  test("a slider's move shows the first point of the new curves in 300 ms, and the whole run in 2 s", async () => {
    const answers: Watched[] = [];
    // The first move compiles.
    await press(page, 'ArrowRight');
    for (let k = 0; k < 15; k++) {
      // As a user would: looks at the curves and the verdict, then moves on.
      await judged(page);
      answers.push(await press(page, k % 2 ? 'ArrowRight' : 'ArrowLeft'));
    }
    const [first, whole] = [median(answers.map((one) => one.first)), median(answers.map((one) => one.whole))];
    const slowest = Math.max(...answers.map((one) => one.first));
    console.log(`slider to first point: median ${first.toFixed(0)} ms (slowest ${slowest.toFixed(0)} ms)`);
    console.log(`slider to the end of 30 epochs: median ${whole.toFixed(0)} ms`);
    await finished(page);
    assert.ok(await isCurrent(page));
    await lab.screenshot(page, 'explorer');
    assert.ok(first < 300, `median ${first} ms to the first point`);
    assert.ok(whole < 2000, `median ${whole} ms for 30 epochs`);
  });

  test('a slider torn to its left end is at exactly 0 and trains without that head', async () => {
    await page.locator('.noUi-handle').nth(2).focus();
    await page.keyboard.press('Home');
    await waitFor(async () => (await weights(page)).endsWith('/0') && ((await title(page)) ?? '').includes('/0'));
    await finished(page);
  });

  test('a click on a cell of the surface loads its weights into the sliders and trains them', async () => {
    await run(page, 1);
    const surface = page.locator('.jp-CodeCell').nth(1).locator('.reluctant-live-figure');
    const map = surface.locator('.heatmaplayer image, .heatmaplayer .hm image').first();
    await map.waitFor({ timeout: 60_000 });
    const box = (await map.boundingBox())!;
    // Third column, sixth row from below: volatility 1, magnitude 30.
    await page.mouse.click(box.x + (box.width * 2.5) / 8, box.y + (box.height * 2.5) / 8);
    await waitFor(async () => /\/1\/30$/.test(await weights(page)));
    await waitFor(async () => /\/1\/30/.test((await title(page)) ?? ''));
    await finished(page);
    await surface.scrollIntoViewIfNeeded();
    await lab.screenshot(page, 'surface');
  });

  test('sliders dragged wildly for 60 s: no crash, the last setting on the screen, under 50 MB more memory', async () => {
    await dragWildly(page, 10);
    await rest(page);
    const before = await memory(page);
    const moves = await dragWildly(page, 60);
    await rest(page);
    await waitFor(() => isCurrent(page));
    await page.locator('.widget-slider').first().scrollIntoViewIfNeeded();
    await lab.screenshot(page, 'explorer-after-60-seconds');
    const after = await memory(page);
    const [tensors, megabytes] = [after[0] - before[0], after[1] - before[1]];
    console.log(`${moves} moves of the mouse in 60 s: ${tensors} tensors and ${megabytes.toFixed(1)} MB more`);
    assert.equal(tensors, 0);
    assert.ok(megabytes < 50, `${megabytes} MB`);
  });

  test('the page had nothing to complain about', () => {
    assert.deepEqual(
      complaints.filter((text) => !/favicon|Failed to load resource/.test(text)),
      [],
    );
  });
});
