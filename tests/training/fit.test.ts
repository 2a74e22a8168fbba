import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import { type FitOptions, fit } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const data = twoHeadRows(203);
const valid = twoHeadRows(64, 2);

async function train(options: Partial<FitOptions> = {}) {
  const model = twoHeadModel();
  try {
    const run = await fit(
      model,
      { ...data, validation: valid },
      { losses: twoHeadLosses, epochs: 3, batchSize: 16, mode: 'graph', ...options },
    );
    return { run, weights: model.getWeights().map((weight) => Array.from(weight.dataSync())) };
  } finally {
    model.dispose();
  }
}

test('fit gives the histories Keras names, with losses that add up by their weights', async () => {
  const { run } = await train({
    lossWeights: { direction: 1, volatility: 0.25 },
    metrics: { direction: ['auc', 'accuracy'], volatility: ['mae'] },
  });
  assert.equal(run.history.length, 3);
  const keys = ['loss', 'direction_loss', 'volatility_loss', 'direction_accuracy', 'direction_auc', 'volatility_mae'];
  for (const key of keys) for (const prefix of ['', 'val_']) assert.ok(Number.isFinite(run.last![prefix + key]), key);
  for (const prefix of ['', 'val_']) {
    const sum = run.last![`${prefix}direction_loss`]! + 0.25 * run.last![`${prefix}volatility_loss`]!;
    assert.ok(Math.abs(sum - run.last![`${prefix}loss`]!) < 1e-5);
  }
  assert.ok(run.column('val_loss')[2]! < run.column('val_loss')[0]!);
});

test('fit in eager, graph and XLA mode agrees to 1e-4 in every number, last partial batch included', async () => {
  const metrics = { direction: ['auc', 'accuracy'], volatility: ['mae', 'ic'] } as const;
  const eager = await train({ mode: 'eager', metrics });
  for (const mode of ['graph', 'xla'] as const) {
    const { run } = await train({ mode, metrics });
    assert.equal(run.mode, mode);
    for (const [epoch, row] of run.history.entries()) {
      for (const [key, value] of Object.entries(row)) {
        assert.ok(Math.abs(value - eager.run.history[epoch]![key]!) < 1e-4, `${mode} ${key} of epoch ${epoch}`);
      }
    }
  }
});

test('fit with the same seed gives the same bits, with another seed another order', async () => {
  const [first, second, other] = [await train({ seed: 5 }), await train({ seed: 5 }), await train({ seed: 6 })];
  assert.deepEqual(first.weights, second.weights);
  assert.notDeepEqual(first.weights, other.weights);
});

test('fit leaves no tensors behind', async () => {
  await train();
  const before = tf.memory().numTensors;
  await train({ earlyStopping: { patience: 1 }, metrics: { direction: ['auc'] }, clipNorm: 1 });
  assert.equal(tf.memory().numTensors, before);
});

test('fit stops early and puts back the best weights', async () => {
  const { run, weights } = await train({
    epochs: 40,
    optimizer: { kind: 'sgd', learningRate: 2 },
    earlyStopping: { monitor: 'val_volatility_loss', patience: 2 },
  });
  assert.equal(run.stopReason, 'early-stopping');
  assert.equal(run.history.length, run.bestEpoch + 3);
  const again = await train({ epochs: run.bestEpoch + 1, optimizer: { kind: 'sgd', learningRate: 2 } });
  assert.deepEqual(weights, again.weights);
});

test('fit names the step, the head and the rows of a loss that is not a number, and keeps the weights from before', async () => {
  const rows = twoHeadRows(64);
  const poisoned = tf.tidy(() => {
    const mask = tf.tensor2d(Array.from({ length: 64 }, (_, k) => [k === 37 ? Number.NaN : 0]));
    return { inputs: rows.inputs, targets: { ...rows.targets, volatility: rows.targets.volatility.add(mask) } };
  });
  const train = async (epochs: typeof poisoned, count: number) => {
    const model = twoHeadModel();
    const options = { losses: twoHeadLosses, epochs: 2, batchSize: 8, shuffle: false } as const;
    const slice = (tensor: import('../../src/core').TF.Tensor) => tensor.slice(0, count);
    const run = await fit(
      model,
      {
        inputs: slice(epochs.inputs),
        targets: { direction: slice(epochs.targets.direction), volatility: slice(epochs.targets.volatility) },
      },
      { ...options, epochs: count < 64 ? 1 : 2, mode: 'graph' },
    );
    return { run, weights: model.getWeights().map((weight) => Array.from(weight.dataSync())) };
  };
  const { run, weights } = await train(poisoned, 64);
  assert.equal(run.stopReason, 'not-finite');
  assert.deepEqual(run.notFinite, { epoch: 0, step: 4, term: 'volatility', rows: [32, 33, 34, 35, 36, 37, 38, 39] });
  assert.deepEqual(weights, (await train(poisoned, 32)).weights);
});

test('fit ends when its signal says so', async () => {
  const controller = new AbortController();
  const { run } = await train({
    epochs: 1000,
    signal: controller.signal,
    onEpoch: ({ epoch }) => {
      if (epoch === 1) controller.abort();
    },
  });
  assert.equal(run.stopReason, 'aborted');
  assert.equal(run.history.length, 2);
});

test('fit refuses what does not fit the model, before training', async () => {
  const model = twoHeadModel();
  const losses = twoHeadLosses;
  const cases = [
    { code: 'heads-unnamed', call: () => fit(model, data, { losses: 'huber' }) },
    { code: 'losses-missing', call: () => fit(model, data, { losses: { direction: 'huber' } }) },
    { code: 'unknown-head', call: () => fit(model, data, { losses, lossWeights: { volatilty: 1 } as object }) },
    { code: 'tensors-missing', call: () => fit(model, { ...data, targets: data.targets.direction }, { losses }) },
    { code: 'unknown-choice', call: () => fit(model, data, { losses: { ...losses, volatility: 'rmse' as 'huber' } }) },
    { code: 'integer-out-of-range', call: () => fit(model, data, { losses, epochs: 0 }) },
    {
      code: 'unknown-monitor',
      call: () => fit(model, data, { losses, earlyStopping: { monitor: 'val_auc' }, mode: 'graph' }),
    },
  ];
  for (const { code, call } of cases) await assert.rejects(call, { code }, code);
  await assert.rejects(fit(model, { ...data, inputs: data.inputs.slice(0, 3) }, { losses }), {
    code: 'row-counts-differ',
  });
});
