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
    const resident = () => {
      collect();
      return process.memoryUsage().rss;
    };
    // What V8 and TensorFlow keep for good is reached after some runs.
    for (let k = 0; k < 250; k++) await once(k);
    const before = { tensors: tf.memory().numTensors, bytes: resident(), graphs: countCompiled() };
    for (let k = 0; k < 1000; k++) await once(k);
    assert.equal(tf.memory().numTensors, before.tensors);
    assert.equal(countCompiled(), before.graphs);
    const grown = (resident() - before.bytes) / 1e6;
    console.log(`${grown.toFixed(1)} MB more after 1,000 runs in mode ${mode}`);
    assert.ok(grown < 50, `${grown} MB`);
  });
}
