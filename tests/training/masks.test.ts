import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReluctantError, type TF, tf } from '../../src/core';
import { forwardWithMasks } from '../../src/layers';
import { evaluate, type FitOptions, fit, predict } from '../../src/training';
import { wave } from './modelRuns';

/** Rows of a length each, padded with zeros to 6 steps. */
const LENGTHS = [3, 6, 1, 4, 2, 5, 6, 3];
const isStep = (row: number, step: number) => step < LENGTHS[row % 8]!;
const steps = tf.tensor(
  Float32Array.from({ length: 48 }, (_, k) => (isStep(Math.floor(k / 6), k % 6) ? 1 : 0)),
  [8, 6, 1],
);
const inputs = wave([8, 6, 2], 1.3).add(2).mul(steps) as TF.Tensor3D;
const targets = inputs.sum(2, true);
const options: FitOptions = { losses: 'meanSquaredError', epochs: 2, batchSize: 8, shuffle: false, mode: 'graph' };

function perStep(): TF.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.masking({ maskValue: 0, inputShape: [6, 2] }),
      tf.layers.gru({ units: 3, returnSequences: true }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.setWeights(model.getWeights().map((weight, k) => wave(weight.shape, 1.7 + 0.31 * k, 0.4)));
  return model;
}

test('masked steps count neither in losses nor in metrics, of training, validation and evaluate', async () => {
  for (const mode of ['graph', 'eager'] as const) {
    const model = perStep();
    const outputs = (model.predict(inputs) as TF.Tensor).reshape([-1]).arraySync() as number[];
    const wanted = targets.reshape([-1]).arraySync() as number[];
    const counted = outputs.flatMap((value, k) =>
      isStep(Math.floor(k / 6), k % 6) ? [[wanted[k]!, value] as const] : [],
    );
    const mean = (of: (t: number, p: number) => number) =>
      counted.reduce((sum, [t, p]) => sum + of(t, p), 0) / counted.length;
    const loss = mean((t, p) => (t - p) ** 2);
    const mae = mean((t, p) => Math.abs(t - p));
    const data = { inputs, targets, validation: { inputs, targets } };
    const still = { optimizer: { kind: 'sgd', learningRate: 0 }, metrics: ['mae', 'r2'], epochs: 1 } as const;
    const { last } = await fit(model, data, { ...options, ...still, mode });
    const row = await evaluate(
      model,
      { inputs, targets },
      { losses: 'meanSquaredError', metrics: ['mae', 'r2'], batchSize: 3 },
    );
    for (const [key, value] of [
      ['loss', loss],
      ['mae', mae],
    ] as const)
      for (const received of [last[key], last[`val_${key}`], row[key]])
        assert.ok(Math.abs(received! - value) < 1e-5, `${mode} ${key}: ${received}, ${value}`);
    const level = counted.reduce((sum, [t]) => sum + t, 0) / counted.length;
    const r2 = 1 - loss / mean((t) => (t - level) ** 2);
    for (const received of [last['r2'], last['val_r2'], row['r2']])
      assert.ok(Math.abs(received! - r2) < 1e-4, `${received} ${r2}`);
  }
});

test('what stands in masked steps changes nothing that is learnt', async () => {
  const [first, second] = [perStep(), perStep()];
  await fit(first, { inputs, targets }, options);
  const other = targets.add(steps.sub(1).mul(-50));
  await fit(second, { inputs, targets: other }, options);
  for (const [k, weight] of first.getWeights().entries())
    assert.deepEqual(Array.from(weight.dataSync()), Array.from(second.getWeights()[k]!.dataSync()));
});

test('weights of steps count like as many losses', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [6, 2] })] });
  const sampleWeights = wave([8, 6], 0.9).abs() as TF.Tensor2D;
  const squares = (model.predict(inputs) as TF.Tensor).sub(targets).square().reshape([8, 6]);
  const expected = squares.mul(sampleWeights).mean().dataSync()[0]!;
  const still = { ...options, optimizer: { kind: 'sgd', learningRate: 0 }, epochs: 1 } as const;
  const { last } = await fit(model, { inputs, targets, sampleWeights }, still);
  assert.ok(Math.abs(last.loss - expected) < 1e-5);
  const wrong = { inputs, targets, sampleWeights: tf.ones([8, 5]) as TF.Tensor2D };
  await assert.rejects(fit(model, wrong, still), (error) => (error as ReluctantError).code === 'weights-shape');
});

test('a branch without a mask is not given that of another; a mask before a layer that cannot take it is refused', () => {
  const words = tf.input({ shape: [4] });
  const prices = tf.input({ shape: [4, 1] });
  const read = tf.layers
    .gru({ units: 2 })
    .apply(tf.layers.embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(words));
  const seen = tf.layers.gru({ units: 2, name: 'prices' }).apply(prices);
  const both = tf.layers.concatenate().apply([read, seen] as TF.SymbolicTensor[]) as TF.SymbolicTensor;
  const model = tf.model({ inputs: [words, prices], outputs: both });
  const forward = forwardWithMasks(model)!;
  const given = [tf.tensor2d([[1, 0, 0, 0]]), tf.tensor3d([[[1], [2], [3], [4]]])];
  const alone = tf.model({ inputs: prices, outputs: seen as TF.SymbolicTensor }).predict(given[1]!) as TF.Tensor;
  const [first] = forward(given, false).outputs[0]!.arraySync() as number[][];
  assert.deepEqual(first!.slice(2), (alone.arraySync() as number[][])[0]);
  const flattened = tf.sequential({
    layers: [tf.layers.masking({ maskValue: 0, inputShape: [6, 2] }), tf.layers.flatten()],
  });
  assert.throws(
    () => forwardWithMasks(flattened)!([inputs], false),
    (error) => error instanceof ReluctantError && error.code === 'mask-not-taken',
  );
});

test('predict gives what the model gives, in any batch size and mode, tells how far it is, and ends when asked', async () => {
  const model = perStep();
  const expected = Array.from((model.predict(inputs) as TF.Tensor).dataSync());
  for (const mode of ['graph', 'xla', 'eager'] as const) {
    for (const batchSize of [1, 3, 8, 100]) {
      const told: number[] = [];
      const before = tf.memory().numTensors;
      const heads = await predict(model, inputs, { batchSize, mode, onProgress: ({ rows }) => told.push(rows) });
      const values = Array.from(Object.values(heads)[0]!.dataSync());
      values.forEach((value, k) => {
        assert.ok(Math.abs(value - expected[k]!) < 1e-5);
      });
      assert.equal(told.at(-1), 8);
      assert.equal(told.length, Math.ceil(8 / batchSize));
      tf.dispose(heads);
      if (batchSize === 100) assert.equal(tf.memory().numTensors, before);
    }
  }
  const controller = new AbortController();
  const ended = predict(model, inputs, {
    batchSize: 2,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await assert.rejects(ended, (error) => (error as ReluctantError).code === 'aborted');
  await assert.rejects(predict(model, tf.ones([8, 6])), (error) => (error as ReluctantError).code === 'input-shape');
});
