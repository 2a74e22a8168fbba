import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import { snapshot } from '../../src/inspection';
import { type FitOptions, fit } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const data = twoHeadRows(64);
const options: FitOptions = { losses: twoHeadLosses, epochs: 2, batchSize: 16, mode: 'graph' };

test('a run remembers the call it comes from, and its initial weights under the names of inspections', async () => {
  const model = twoHeadModel();
  const before = snapshot(model);
  const run = await fit(model, data, options);
  assert.ok(run.origin!.model === model && run.origin!.data === data && run.origin!.options === options);
  assert.deepEqual([...run.initialWeights!], [...before]);
  assert.notDeepEqual([...snapshot(model)], [...before]);
  model.dispose();
});

test('a run without a finished epoch says why it has no last row', async () => {
  const model = twoHeadModel();
  const inputs = tf.fill([16, 5], Number.NaN);
  const targets = { direction: tf.zeros([16, 3]), volatility: tf.zeros([16, 1]) };
  const run = await fit(model, { inputs, targets }, options);
  assert.equal(run.stopReason, 'not-finite');
  assert.throws(() => run.last, { code: 'run-without-epochs', message: /epoch 0, step 0, term direction.*not-finite/ });
  assert.throws(() => run.best, { code: 'run-without-epochs' });
  assert.match(run.summary(), /stopped: direction not finite/);
  model.dispose();
});

test('what a run remembers is in no JSON of it and in no copy of its fields', async () => {
  const model = twoHeadModel();
  const run = await fit(model, data, options);
  const { history, stopReason } = run;
  const written = JSON.parse(JSON.stringify(run)) as Record<string, unknown>;
  assert.deepEqual([written['history'], written['stopReason']], [history, stopReason]);
  for (const plain of [written, { ...run }]) assert.ok(!('origin' in plain) && !('initialWeights' in plain));
  model.dispose();
});
