import assert from 'node:assert/strict';
import { test } from 'node:test';
import reference from './kerasParity.json';
import { allowed, compareAll, distancesOf, type ParityRun, SENSITIVE } from './parityRuns';

test('20 models, each trained in 5 ways, follow Keras to 1e-4 over 50 steps or are refused by name', async () => {
  const { apart, compared } = await compareAll(reference.runs as unknown as ParityRun[]);
  assert.equal(compared, 100);
  assert.deepEqual(apart, []);
});

test('trainings that Keras does not repeat to 1e-4 itself agree with it until they swing, and then as far as it does with itself', async () => {
  assert.equal(SENSITIVE.length, 3);
  for (const run of SENSITIVE) {
    for (const [optimizer, drift] of Object.entries(run.drift)) {
      const distances = await distancesOf(run, optimizer);
      const swing = drift.findIndex((one) => one > 0);
      assert.ok(swing > 25, `${run.way}: swings from step ${swing} on`);
      const before = Math.max(...distances.slice(0, swing - 1));
      assert.ok(before < 2e-6, `${run.way}: ${before} before it swings`);
      const most = Math.max(...distances);
      assert.ok(most < allowed(run, optimizer), `${run.way}: ${most}, Keras itself ${Math.max(...drift)}`);
    }
  }
});
