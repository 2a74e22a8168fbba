// The explorer in a real JupyterLab: a slider is moved by hand, and its curves grow. A picture is kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JupyterLab } from '../jupyterLab';

const CELL = `
import * as rl from 'reluctant';
const { tf } = rl;
const inputs = tf.randomNormal([512, 4], 0, 1, 'float32', 1);
const targets = { a: inputs.sum(1, true), b: inputs.square().mean(1, true) };
const data: rl.TrainingData = { inputs, targets, validation: { inputs, targets } };
const kernel = (seed: number) => ({ kernelInitializer: tf.initializers.glorotUniform({ seed }) });
const explorer = await rl.explore({
  model: ({ seed }) => {
    const input = tf.input({ shape: [4] });
    const trunk = tf.layers.dense({ units: 16, activation: 'tanh', ...kernel(seed) }).apply(input) as rl.TF.SymbolicTensor;
    const outputs = [1, 2].map((k) => tf.layers.dense({ units: 1, ...kernel(seed + k) }).apply(trunk) as rl.TF.SymbolicTensor);
    const model = tf.model({ inputs: input, outputs });
    model.outputNames = ['a', 'b'];
    return model;
  },
  data: data,
  losses: { a: 'meanSquaredError', b: 'meanSquaredError' },
  epochs: 30,
  verdicts: false,
});
`;

test('a slider moved in JupyterLab trains anew and draws its curves', async () => {
  const lab = await JupyterLab.start();
  try {
    const page = await lab.open('explorer.ipynb', [CELL]);
    await page.locator('.jp-CodeCell .jp-InputArea-editor').first().click();
    await page.keyboard.press('Shift+Enter');
    const handle = page.locator('.widget-slider .noUi-handle').first();
    await handle.waitFor({ timeout: 120_000 });
    await handle.focus();
    const started = Date.now();
    await page.keyboard.press('ArrowRight');
    await page
      .locator('.jp-RenderedSVG img, .js-plotly-plot .scatterlayer .point')
      .first()
      .waitFor({ timeout: 60_000 });
    console.log(`first point after ${Date.now() - started} ms`);
    await page.locator('text=/finished in/').waitFor({ timeout: 60_000 });
    const again = Date.now();
    await page.keyboard.press('ArrowRight');
    await page.locator('text=/^training /').waitFor({ timeout: 10_000 });
    console.log(`next training announced after ${Date.now() - again} ms`);
    // The figure on the screen is that of the last setting, complete.
    await page.locator('.js-plotly-plot .gtitle', { hasText: '1.58/1' }).waitFor({ timeout: 60_000 });
    assert.ok((await page.locator('.js-plotly-plot .scatterlayer .point').count()) > 100);
    await lab.screenshot(page, 'explorer');
    assert.ok((await page.locator('.js-plotly-plot .scatterlayer .trace').count()) >= 4);
    assert.ok(await page.locator('text=val_a_loss').first().isVisible());
  } finally {
    await lab.close();
  }
});
