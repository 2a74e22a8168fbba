import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import { countCompiled } from '../../src/compile';
import { tf } from '../../src/core';
import { fit } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

for (const mode of ['graph', 'xla'] as const) {
  test(`1,000 runs in one process in mode ${mode} leak no tensors, share their graphs, and take under 50 MB more memory`, async () => {
    const data = { ...twoHeadRows(83), validation: twoHeadRows(20, 2) };
    const once = async (k: number) => {
      const model = twoHeadModel();
      const lossWeights = { direction: 1, volatility: k / 1000 };
      const optimizer = { learningRate: 0.001 + k * 1e-6 };
      await fit(model, data, {
        losses: twoHeadLosses,
        lossWeights,
        optimizer,
        epochs: 1,
        batchSize: 16,
        seed: k,
        mode,
      });
      model.dispose();
    };
    // What is resident goes up and down by 50 MB from one moment to the next, as V8 and TensorFlow take blocks and give them
    // back; what has leaked never goes. So the least of many readings is compared.
    const leastResident = async (from: number, count: number) => {
      const readings: number[] = [];
      for (let k = from; k < from + count; k++) {
        await once(k);
        if (k % 10 !== 0) continue;
        collect();
        readings.push(process.memoryUsage().rss);
      }
      return Math.min(...readings);
    };
    // What V8 and TensorFlow keep for good is reached after some runs.
    for (let k = 0; k < 150; k++) await once(k);
    const bytes = await leastResident(150, 150);
    const before = { tensors: tf.memory().numTensors, graphs: countCompiled() };
    for (let k = 300; k < 1150; k++) await once(k);
    const grown = ((await leastResident(1150, 150)) - bytes) / 1e6;
    assert.equal(tf.memory().numTensors, before.tensors);
    assert.equal(countCompiled(), before.graphs);
    console.log(`${grown.toFixed(1)} MB more after 1,000 runs in mode ${mode}`);
    assert.ok(grown < 50, `${grown} MB`);
  });
}
