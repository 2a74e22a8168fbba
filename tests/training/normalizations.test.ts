import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../src/core';
import * as inspect from '../../src/inspection';
import { evaluate, fit } from '../../src/training';
import { wave } from './modelRuns';
import reference from './normalizations/losses.json';

for (const [name, { losses, after }] of Object.entries(reference)) {
  test(`${name} trains as in Keras, to 1e-4 in every loss over 20 steps, and predicts so afterwards`, async () => {
    const model = await inspect.model(path.join(__dirname, 'normalizations', `${name}.keras`));
    const data = { inputs: tf.add(2, wave([48, 5, 3], 1.3)), targets: wave([48, 1], 0.7) };
    const { history } = await fit(model, data, {
      losses: 'meanSquaredError',
      optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.5 },
      batchSize: 48,
      epochs: 20,
      shuffle: false,
    });
    losses.forEach((loss, epoch) => {
      const own = history[epoch]!['loss']!;
      assert.ok(Math.abs(own - loss) < 1e-4, `epoch ${epoch}: ${own}, Keras ${loss}`);
    });
    const result = await evaluate(model, data, { losses: 'meanSquaredError' });
    assert.ok(Math.abs(result['loss']! - after) < 1e-4, `${result['loss']}, Keras ${after}`);
  });
}
