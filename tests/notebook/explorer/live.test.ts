import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Random, tf } from '../../../src/core';
import { type Drawing, Explorer, LiveExplorer } from '../../../src/notebook/explorer';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from '../../training/models';

const data = { ...twoHeadRows(400), validation: twoHeadRows(60, 2) };

function live(epochs: number): { live: LiveExplorer; drawings: (Drawing & { stale: boolean; at: number })[] } {
  const explorer = new Explorer({
    model: () => twoHeadModel(),
    data,
    losses: twoHeadLosses,
    epochs,
    batchSize: 20,
    verdicts: false,
    presets: { quiet: { lossWeights: { direction: 1, volatility: 0.1 } } },
  });
  const drawings: (Drawing & { stale: boolean; at: number })[] = [];
  const made: LiveExplorer = new LiveExplorer(explorer, (drawing) => {
    const stale = JSON.stringify(drawing.setting) !== JSON.stringify(made.setting);
    drawings.push({ ...drawing, stale, at: performance.now() });
  });
  return { live: made, drawings };
}

test('moving a slider trains at once and ends with the run of where it stands', async () => {
  const { live: explorer, drawings } = live(4);
  explorer.weights['volatility']!.value = 10;
  await explorer.settled();
  // Compiled once; from here on a move is what it costs every time.
  const start = performance.now();
  drawings.length = 0;
  explorer.weights['volatility']!.value = 0.1;
  await explorer.settled();
  assert.equal(drawings[0]!.history.length, 1);
  // 300 ms on a quiet machine; this one may be shared.
  assert.ok(drawings[0]!.at - start < 1500, `${drawings[0]!.at - start} ms to the first point`);
  assert.equal(explorer.drawing!.run!.record.setting.lossWeights['volatility'], 0.1);
  assert.equal(explorer.explorer.runs.length, 2);
  explorer.close();
});

test('a preset moves the sliders, and moving one leaves the preset', async () => {
  const { live: explorer } = live(1);
  explorer.preset.value = 'quiet';
  await explorer.settled();
  assert.equal(explorer.weights['volatility']!.value, 0.1);
  assert.equal(explorer.explorer.runs.length, 1);
  explorer.seed.value = 3;
  assert.equal(explorer.preset.value, 'as the sliders stand');
  await explorer.settled();
  assert.equal(explorer.drawing!.setting.seed, 3);
  explorer.close();
});

test('moving sliders wildly shows no stale result, runs the last setting, and leaves no tensors', async () => {
  const { live: explorer, drawings } = live(6);
  const random = new Random(1);
  explorer.seed.value = 2;
  await explorer.settled();
  const before = tf.memory().numTensors;
  for (let k = 0; k < 30; k++) {
    const sliders = [...Object.values(explorer.weights), explorer.learningRate];
    const slider = sliders[random.integer(0, sliders.length - 1)]!;
    slider.value = slider.min * (slider.max / slider.min) ** random.uniform();
    await wait(random.integer(0, 60));
  }
  await explorer.settled();
  assert.deepEqual(
    drawings.filter(({ stale }) => stale),
    [],
  );
  assert.deepEqual(explorer.drawing!.run!.record.setting, explorer.setting);
  assert.equal(tf.memory().numTensors, before);
  explorer.close();
});

test('a setting without a meaning trains nothing and says why', async () => {
  const { live: explorer } = live(1);
  explorer.apply({ ...explorer.setting, lossWeights: { direction: 1, volatility: 0 } });
  await explorer.settled();
  explorer.balancer.value = 'equal';
  explorer.weights['direction']!.value = 5;
  await explorer.settled();
  assert.match(explorer.status.value, /"equal".*weighs every term 1/);
  explorer.close();
});
