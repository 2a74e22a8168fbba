// Every model of the project with every optimiser, step by step and compiled. About two minutes: eager steps are slow.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestDifference, MODELS, OPTIMIZERS, run } from './modelRuns';

const models = Object.keys(MODELS) as (keyof typeof MODELS)[];
const optimizers = Object.keys(OPTIMIZERS) as (keyof typeof OPTIMIZERS)[];

for (const model of models) {
  for (const optimizer of optimizers) {
    test(`${model} with ${optimizer}: eager, graph and XLA agree to 1e-4 in every loss of 20 epochs, dropout included`, async () => {
      const options = { dropoutRate: 0.3, shuffle: true };
      const { history } = await run(model, optimizer, { ...options, mode: 'eager' });
      for (const mode of ['graph', 'xla'] as const) {
        const compiled = await run(model, optimizer, { ...options, mode });
        assert.equal(compiled.mode, mode);
        const difference = largestDifference(history, compiled.history);
        assert.ok(difference < 1e-4, `${mode}: ${difference}`);
      }
    });
  }
}
