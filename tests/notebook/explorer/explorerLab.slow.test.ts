// The explorer in a real JupyterLab, driven by hand. npm run test:lab -- ; figures are printed, pictures are kept.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { JupyterLab, runAll, waitFor } from '../jupyterLab';

/** The small multi-task model of notebook 07, on its market. */
const CELLS = [
  `import * as rl from 'reluctant';
const { tf } = rl;
const market = rl.synthetic.market({ symbols: 8, days: 400, seed: 7, informationCoefficient: 0.3 });
const samples = rl.data.makeSamples(market, { window: 8, horizon: 3 });
const data: rl.TrainingData = { ...samples.training.toTensors(), validation: samples.validation.toTensors() };
function build({ seed, choices }: rl.Setting) {
  const kernel = (k: number) => ({ kernelInitializer: tf.initializers.glorotUniform({ seed: seed * 100 + k }) });
  const input = tf.input({ shape: [8, samples.features.length] });
  const flat = tf.layers.flatten().apply(input) as rl.TF.SymbolicTensor;
  const first = tf.layers.dense({ units: 24, activation: 'tanh', ...kernel(1) }).apply(flat);
  const trunk = tf.layers.dense({ units: 16, activation: 'tanh', ...kernel(2) }).apply(first) as rl.TF.SymbolicTensor;
  const activation = choices['headActivation'] as 'softplus' | 'relu';
  const outputs = [
    tf.layers.dense({ units: 3, activation: 'softmax', ...kernel(3) }).apply(trunk),
    tf.layers.dense({ units: 1, activation, ...kernel(4) }).apply(trunk),
    tf.layers.dense({ units: 1, activation, ...kernel(5) }).apply(trunk),
  ] as rl.TF.SymbolicTensor[];
  const model = tf.model({ inputs: input, outputs });
  model.outputNames = ['direction', 'volatility', 'magnitude'];
  return model;
}
const explorer = await rl.explore({
  model: build,
  data: data,
  losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'meanSquaredError' },
  metrics: { direction: ['auc'], volatility: ['mae'], magnitude: ['mae'] },
  epochs: 30,
  batchSize: 128,
  start: { learningRate: 0.003 },
  choices: { headActivation: ['softplus', 'relu'] },
  presets: { 'balanced (1, 0.3, 0.3)': { lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 } } },
});`,
  `const surface = await explorer.surface('volatility', 'magnitude', { weights: [0.1, 0.3, 1, 3, 10, 30, 100, 300] });
surface`,
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

/** Runs a cell below the others and reads what it prints. */
async function ask(page: Page, source: string): Promise<string> {
  await page.keyboard.press('Escape');
  await page.locator('.jp-CodeCell .jp-InputArea-editor').last().click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(source);
  await page
    .locator('.jp-CodeCell')
    .last()
    .locator('.jp-OutputArea-output')
    .waitFor({ state: 'detached', timeout: 1 })
    .catch(() => {});
  await page.keyboard.press('Control+Enter');
  const output = page.locator('.jp-CodeCell').last().locator('.jp-OutputArea-output');
  await waitFor(async () => /^answer/.test((await output.textContent()) ?? ''), 60_000);
  return (await output.textContent())!;
}

describe('the explorer in JupyterLab', { timeout: 600_000 }, () => {
  let lab: JupyterLab;
  let page: Page;
  const complaints: string[] = [];
  before(async () => {
    lab = await JupyterLab.start();
    page = await lab.open('explorer.ipynb', [...CELLS, '']);
    await page.setViewportSize({ width: 1280, height: 1400 });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.locator('.jp-CodeCell .jp-InputArea-editor').first().click();
    await page.keyboard.press('Shift+Enter');
    await page.waitForSelector('.reluctant-live-figure .gtitle', { timeout: 120_000 });
  });
  after(() => lab?.close());

  test("a slider's move shows the first point of the new curves in 300 ms, and the whole run in 2 s", async () => {
    const answers: Watched[] = [];
    // The first move compiles.
    await press(page, 'ArrowRight');
    for (let k = 0; k < 11; k++) answers.push(await press(page, k % 2 ? 'ArrowRight' : 'ArrowLeft'));
    const [first, whole] = [median(answers.map((one) => one.first)), median(answers.map((one) => one.whole))];
    const slowest = Math.max(...answers.map((one) => one.first));
    console.log(`slider to first point: median ${first.toFixed(0)} ms (slowest ${slowest.toFixed(0)} ms)`);
    console.log(`slider to the end of 30 epochs: median ${whole.toFixed(0)} ms`);
    await page.waitForSelector('.widget-label:has-text("finished in")');
    await lab.screenshot(page, 'explorer');
    assert.ok(first < 300, `median ${first} ms to the first point`);
    assert.ok(whole < 2000, `median ${whole} ms for 30 epochs`);
  });
});
