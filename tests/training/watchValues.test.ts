import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { fit, watchValues } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));

test('watchValues sees the weights, gradients and predictions that the model has after each epoch', async () => {
  const data = twoHeadRows(70);
  const model = twoHeadModel();
  const watcher = watchValues({ rows: 70 });
  const expected: { weights: number[]; gradients: number[]; volatility: Float32Array }[] = [];
  const run = await fit(model, data, {
    losses: twoHeadLosses,
    lossWeights: { volatility: 3 },
    epochs: 3,
    mode: 'graph',
    watch: [watcher],
    onEpoch: () => {
      tf.tidy(() => {
        const variables = model.trainableWeights.map((weight) => weight.read() as TF.Variable);
        const { grads } = tf.variableGrads(() => {
          const [direction, volatility] = model.predict(data.inputs) as TF.Tensor[];
          const entropy = tf.losses.softmaxCrossEntropy(data.targets.direction, tf.log(direction!));
          return tf.add(entropy, tf.mul(3, tf.losses.meanSquaredError(data.targets.volatility, volatility!)));
        }, variables);
        expected.push({
          weights: variables.map((variable) => norm(variable.dataSync())),
          gradients: variables.map(({ name }) => norm(grads[name]!.dataSync())),
          volatility: (model.predict(data.inputs) as TF.Tensor[])[1]!.dataSync() as Float32Array,
        });
      });
    },
  });
  assert.equal(run.history.length, 3);
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4 * (1 + Math.abs(b)), `${a}, ${b}`);
  expected.forEach(({ weights, gradients, volatility }, epoch) => {
    const of = <R extends { epoch: number }>(rows: readonly R[]) => rows.filter((row) => row.epoch === epoch);
    of(watcher.weights.rows).forEach((row, k) => void near(row.norm, weights[k]!));
    of(watcher.gradients.rows).forEach((row, k) => void near(row.norm, gradients[k]!));
    const seen = of(watcher.predicted).find(({ head }) => head === 'volatility')!.values;
    seen.forEach((value, k) => void near(value, volatility[k]!));
  });
  assert.equal(watcher.weights.rows.length, 3 * 6);
  assert.deepEqual(watcher.predictions.rows.map(({ epoch, head }) => `${epoch} ${head}`).slice(0, 2), [
    '0 direction',
    '0 volatility',
  ]);
});

test('watchValues looks at evenly spaced rows as often as asked, changes no bit of the run, and leaves no tensors', async () => {
  const data = twoHeadRows(100);
  const options = { losses: twoHeadLosses, epochs: 4, mode: 'graph', metrics: { volatility: ['mae'] } } as const;
  const watched = twoHeadModel();
  const plain = twoHeadModel();
  const watcher = watchValues({ rows: 10, every: 2 });
  const first = await fit(plain, data, options);
  const before = tf.memory().numTensors;
  const second = await fit(watched, data, { ...options, watch: [watcher] });
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(second.history, first.history);
  assert.deepEqual([...new Set(watcher.weights.column('epoch'))], [1, 3]);
  assert.equal(watcher.predicted[1]!.values.length, 10);
});
