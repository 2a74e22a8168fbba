import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import { robustMLP } from '../../src/models';

test('robustMLP has the 299 weights of the documented robust run', () => {
  assert.equal(robustMLP({ features: 5 }).countParams(), 299);
});

test('robustMLP begins at its initial output and stays finite for inputs of any size', () => {
  const model = robustMLP({ features: 3, initialOutput: 0.5 });
  const predict = (value: number) =>
    (
      model.predict(tf.fill([1, 3], value).mul(tf.tensor1d([1, -2, 3]))) as never as { dataSync(): Float32Array }
    ).dataSync()[0]!;
  for (const size of [0, 1, 1e6, 1e15]) assert.ok(Math.abs(predict(size) - 0.5) < 0.3, `${size}: ${predict(size)}`);
});

test('robustMLP gives the same weights for the same seed, 0 included, and others for another', () => {
  const weights = (seed: number) =>
    robustMLP({ features: 5, seed })
      .getWeights()
      .map((tensor) => [...tensor.dataSync()]);
  assert.deepEqual(weights(0), weights(0));
  assert.notDeepEqual(weights(0), weights(1));
});

test('robustMLP without normalisation and shortcuts has dense weights only', () => {
  assert.equal(robustMLP({ features: 5, normalize: false, residual: false }).countParams(), 96 + 136 + 9);
});
