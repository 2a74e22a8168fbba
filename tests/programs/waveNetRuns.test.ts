import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SampleSet } from '../../src/data';
import { financialWaveNetRecipe } from '../../src/programs';
import type { FitOptions } from '../../src/training';

/** Random windows of the documented shape, as a market's samples. */
function samplesOf(features: number) {
  const names = Array.from({ length: features }, (_, k) => `feature${k}`);
  const set = new SampleSet(20, names, {
    inputs: Float32Array.from({ length: 4 * 20 * features }, (_, k) => Math.sin(k)),
    directions: Uint8Array.of(0, 1, 2, 1),
    volatilities: Float32Array.of(0.01, 0.02, 0.03, 0.01),
    magnitudes: Float32Array.of(0.01, 0.02, 0.03, 0.01),
    forwardReturns: Float32Array.of(0.01, -0.02, 0.03, 0.01),
    dates: Int32Array.of(1, 2, 3, 4),
    symbols: ['A', 'A', 'A', 'A'],
    rows: Int32Array.of(0, 1, 2, 3),
  });
  return { training: set, validation: set, features: names } as never;
}

// learning rate, batch, epochs, patience of stopping and of the rate, dropout, L2, weights, clipping
const DOCUMENTED = {
  run1: [1e-3, 64, 175, 20, 10, 0.3, 1e-4, [0.7, 0.2, 0.3], undefined],
  run2: [5e-4, 64, 150, 25, 10, 0.3, 1e-4, [1, 0.3, 0.3], 1],
  run3: [5e-4, 64, 500, 25, 10, 0.3, 1e-4, [1, 0.3, 0.3], 1],
  run4: [5e-4, 64, 150, 25, 10, 0.3, 1e-4, [1, 0.3, 0.2], 1],
  run5: [5e-4, 64, 150, 25, 10, 0.3, 1e-4, [1, 0.3, 0.3], 1],
  run6: [5e-4, 64, 150, 25, 10, 0.3, 1e-4, [1, 0.3, 0.3], 1],
  conservative: [3e-4, 32, 150, 30, 12, 0.35, 1e-4, [0.7, 0.2, 0.3], 1],
  aggressive: [3e-3, 128, 200, 20, 10, 0.4, 5e-4, [0.7, 0.2, 0.3], 1],
  advanced: [1e-3, 64, 150, 25, undefined, 0.3, 1e-4, [0.7, 0.2, 0.3], 1],
} as const;

const HEADS = {
  run1: ['sigmoid', 'linear', 'GlorotUniform'],
  run2: ['sigmoid', 'linear', 'GlorotUniform'],
  run3: ['relu', 'relu', 'HeNormal'],
  run4: ['relu', 'relu', 'HeNormal'],
  run6: ['softplus', 'softplus', 'GlorotUniform'],
} as const;

for (const [name, documented] of Object.entries(DOCUMENTED)) {
  test(`the preset ${name} of the Financial WaveNet has every documented number`, async () => {
    const [learningRate, batchSize, epochs, patience, plateau, dropout, l2, weights, clip] = documented;
    const recipe = financialWaveNetRecipe(samplesOf(70));
    const { options, model: build } = await recipe.with(recipe.presets[name] as never).parts();
    const { optimizer, lossWeights, earlyStopping, reduceOnPlateau, ...rest } = options as FitOptions;
    assert.deepEqual(
      [optimizer?.learningRate, rest.batchSize, rest.epochs, earlyStopping?.patience, reduceOnPlateau?.patience],
      [learningRate, batchSize, epochs, patience, plateau],
    );
    assert.deepEqual(Object.values(lossWeights!), weights);
    assert.deepEqual(rest.losses, {
      direction: 'categoricalCrossentropy',
      volatility: 'meanSquaredError',
      magnitude: 'huber',
    });
    assert.equal(rest.clipVariableNorm, clip);
    assert.deepEqual([earlyStopping!.monitor, earlyStopping!.mode], ['val_direction_auc', 'max']);
    if (reduceOnPlateau) {
      assert.deepEqual([reduceOnPlateau.factor, reduceOnPlateau.minLearningRate], [0.5, 1e-7]);
      assert.deepEqual([reduceOnPlateau.monitor, reduceOnPlateau.mode], ['val_direction_auc', 'max']);
    }
    const model = (await build()) as import('../../src/core').TF.LayersModel;
    assert.equal(model.countParams(), 2_073_125);
    const rates = model.layers.map((layer) => layer.getConfig()['rate']).filter((rate) => rate !== undefined);
    assert.deepEqual([...new Set(rates)].sort(), [0.1, dropout]);
    const penalty = (model.getLayer('convolution1').getConfig()['kernelRegularizer'] as { config: { l2: number } })
      .config;
    assert.ok(Math.abs(penalty.l2 - l2) < 1e-9);
    const heads = HEADS[name as keyof typeof HEADS];
    if (heads) {
      const config = (head: string) => model.getLayer(head).getConfig();
      assert.deepEqual([config('volatility')['activation'], config('magnitude')['activation']], heads.slice(0, 2));
    }
    model.dispose();
  });
}

test('the preset advanced warms up from 1e-4 to 1e-3 in ten epochs, and falls to nothing at the end', async () => {
  const recipe = financialWaveNetRecipe(samplesOf(3));
  const { options } = await recipe.with(recipe.presets['advanced'] as never).parts();
  const rate = (epoch: number) =>
    1e-3 * options.schedule!({ step: 100 * epoch, stepsPerEpoch: 100, totalSteps: 15_000 });
  assert.ok(Math.abs(rate(0) - 1e-4) < 2e-6);
  assert.ok(Math.abs(rate(5) - 5.5e-4) < 2e-6);
  assert.ok(Math.abs(rate(10) - 1e-3) < 1e-9);
  assert.ok(rate(149.99) < 1e-6);
});
