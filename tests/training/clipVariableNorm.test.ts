import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { type FitOptions, fit } from '../../src/training';

/** The steps that gradient descent of rate 1 takes of kernel and bias from zero, on one row whose loss is steep. */
async function stepsOf(options: Partial<FitOptions>): Promise<number[]> {
  const zeros = tf.initializers.zeros();
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: zeros, name: 'y' })],
  });
  const data = { inputs: tf.tensor2d([[3, 4]]), targets: tf.tensor2d([[1]]) };
  // The gradient of (y - 1)^2 at y = 0 is -2 (3, 4) for the kernel, of length 10, and -2 for the bias.
  await fit(model, data, {
    losses: 'meanSquaredError',
    epochs: 1,
    optimizer: { kind: 'sgd', learningRate: 1 },
    ...options,
  });
  return model.getWeights().flatMap((weight: TF.Tensor) => [...weight.dataSync()]);
}

for (const mode of ['eager', 'graph', 'xla'] as const) {
  test(`clipVariableNorm, ${mode}: each variable's gradient is scaled down by itself, and a short one is left`, async () => {
    const near = (steps: number[], expected: number[]) =>
      steps.forEach((step, k) => {
        assert.ok(Math.abs(step - expected[k]!) < 1e-5, `${steps} against ${expected}`);
      });
    near(await stepsOf({ mode }), [6, 8, 2]);
    near(await stepsOf({ mode, clipVariableNorm: 1 }), [0.6, 0.8, 1]);
    near(await stepsOf({ mode, clipVariableNorm: 5 }), [3, 4, 2]);
    const norm = Math.sqrt(104);
    near(await stepsOf({ mode, clipNorm: 1 }), [6 / norm, 8 / norm, 2 / norm]);
  });
}
