import assert from 'node:assert/strict';
import { test } from 'node:test';
import reference from './kerasParity.json';
import { compareAll, type ParityRun } from './parityRuns';

test('20 models, each trained in 5 ways, follow Keras to 1e-4 over 50 steps or are refused by name', async () => {
  const { apart, compared } = await compareAll(reference.runs as unknown as ParityRun[]);
  assert.equal(compared, 100);
  assert.deepEqual(apart, []);
});
