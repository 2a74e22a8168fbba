import assert from 'node:assert/strict';
import { test } from 'node:test';
import reference from './kerasModels.json';
import { MODELS, OPTIMIZERS, run } from './modelRuns';

const models = Object.keys(MODELS) as (keyof typeof MODELS)[];
const optimizers = Object.keys(OPTIMIZERS) as (keyof typeof OPTIMIZERS)[];

for (const model of models) {
  test(`${model} follows Keras to 1e-3 in every loss over 100 steps, with every optimizer`, async () => {
    for (const optimizer of optimizers) {
      const { history } = await run(model, optimizer, { mode: 'graph' });
      for (const [key, expected] of Object.entries(reference.histories[model][optimizer])) {
        const own = key as keyof (typeof history)[number];
        expected.forEach((value, epoch) => {
          const received = history[epoch]![own]!;
          assert.ok(Math.abs(received - value) < 1e-3, `${optimizer} ${key} ${epoch}: ${received}, Keras ${value}`);
        });
      }
    }
  });
}
