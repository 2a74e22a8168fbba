import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { robustRecipe } from '../../src/programs';
import { market } from '../../src/synthetic';

const prices = market({ symbols: 1, days: 200, seed: 7 });

test('the preset documented of the robust recipe is the run as its code was', async () => {
  const recipe = robustRecipe(prices);
  const documented = recipe.with(recipe.presets['documented'] as never);
  const { options, model: build } = await documented.parts();
  assert.deepEqual(options.optimizer, { kind: 'adamw', weightDecay: 1e-4, epsilon: 1e-8, learningRate: 1e-4 });
  assert.deepEqual([options.batchSize, options.epochs, options.clipNorm], [16, 50, 1]);
  assert.deepEqual([options.earlyStopping?.patience, options.earlyStopping?.restoreBestWeights], [15, false]);
  const rate = (step: number) => options.schedule!({ step, stepsPerEpoch: 57_140, totalSteps: 2_857_000 });
  assert.deepEqual([rate(499), rate(999), rate(100_000)], [0.5, 1, 1]);
  const model = (await build()) as TF.LayersModel;
  assert.equal(model.countParams(), 299);
  assert.ok(!model.layers.some((layer) => layer.getClassName() === 'Add'));
  assert.equal(model.layers.at(-1)!.getConfig()['activation'], 'sigmoid');
  const loss = options.losses as (t: TF.Tensor, p: TF.Tensor) => TF.Tensor;
  // 0.1 (|e| - 0.05) beyond 0.1, and half the square up to it.
  const values = tf.tidy(() => [...loss(tf.tensor2d([[0], [0]]), tf.tensor2d([[0.5], [0.05]])).dataSync()]);
  assert.ok(Math.abs(values[0]! - 0.045) < 1e-7 && Math.abs(values[1]! - 0.00125) < 1e-7, String(values));
});

test('predicting a half costs 0.020333 under that loss on even ranks: what the documented run trained to was 0.020876', async () => {
  const recipe = robustRecipe(prices);
  const { options } = await recipe.with(recipe.presets['documented'] as never).parts();
  const loss = options.losses as (t: TF.Tensor, p: TF.Tensor) => TF.Tensor;
  const ranks = tf.linspace(0, 1, 100_001).reshape([-1, 1]);
  const constant = tf.mean(loss(ranks, tf.fill([100_001, 1], 0.5))).dataSync()[0]!;
  assert.ok(Math.abs(constant - 0.020333) < 1e-6, String(constant));
  assert.ok(constant < 0.020876);
});

test('other scales than means and deviations are refused for files that are streamed', async () => {
  const recipe = robustRecipe();
  const setting = { memory: 1e9, scaling: 'robust' } as const;
  await assert.rejects(recipe.with(setting as never).parts(), { code: 'scaling-not-streamed' });
});
