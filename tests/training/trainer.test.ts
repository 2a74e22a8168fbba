import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReluctantError, type TF, tf } from '../../src/core';
import { activityRegularization } from '../../src/layers';
import { type BatchEvent, type FitOptions, fit, schedules, topKMetric } from '../../src/training';
import { wave } from './modelRuns';

const inputs = wave([64, 5], 1.3);
const targets = inputs.square().mean(1, true);
const data = { inputs, targets };
const options: FitOptions = { losses: 'meanSquaredError', epochs: 4, batchSize: 16, shuffle: false, mode: 'graph' };

function small(activation: 'tanh' | 'linear' = 'tanh'): TF.LayersModel {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 4, activation, inputShape: [5] }), tf.layers.dense({ units: 1 })],
  });
  model.setWeights(model.getWeights().map((weight, k) => wave(weight.shape, 1.7 + 0.31 * k, 0.4)));
  return model;
}

const valuesOf = (model: TF.LayersModel) => model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
const near = (received: readonly number[], expected: readonly number[], tolerance: number) => {
  assert.equal(received.length, expected.length);
  received.forEach((value, k) => {
    assert.ok(Math.abs(value - expected[k]!) < tolerance, `${k}: ${value}, ${expected[k]}`);
  });
};
const refusedAs = (code: string) => (error: unknown) => error instanceof ReluctantError && error.code === code;

test('gradients of four batches of 16 make the step that one batch of 64 makes, with every kind of frame', async () => {
  for (const frame of [
    {},
    { clipNorm: 0.01 },
    { optimizer: 'sgd' as const },
    { optimizer: { kind: 'adamw' as const } },
  ]) {
    const [whole, parts] = [small(), small()];
    await fit(whole, data, { ...options, ...frame, batchSize: 64, epochs: 5 });
    await fit(parts, data, { ...options, ...frame, accumulateSteps: 4, epochs: 5 });
    near(valuesOf(parts), valuesOf(whole), 1e-5);
  }
});

test('batches that are left over at the end make no step', async () => {
  const [three, two] = [small(), small()];
  await fit(three, data, { ...options, accumulateSteps: 3, epochs: 1 });
  const first = { inputs: inputs.slice(0, 48), targets: targets.slice(0, 48) };
  await fit(two, first, { ...options, batchSize: 48, epochs: 1 });
  near(valuesOf(three), valuesOf(two), 1e-5);
});

test('an exponential average of the weights is what it is by hand, at the end and in validation', async () => {
  const model = small();
  const averages = valuesOf(model);
  const onBatch = () => {
    for (const [k, value] of valuesOf(model).entries()) averages[k] = 0.8 * averages[k]! + 0.2 * value;
  };
  const averaging = { kind: 'ema', decay: 0.8 } as const;
  const run = await fit(model, { ...data, validation: data }, { ...options, averaging, onBatch });
  near(valuesOf(model), averages, 1e-5);
  const loss = (model.predict(inputs) as TF.Tensor).sub(targets).square().mean().dataSync()[0]!;
  near([run.last['val_loss']!], [loss], 1e-6);
});

test('stochastic weight averaging is the mean of the weights after the epochs that count', async () => {
  const model = small();
  const ends: number[][] = [];
  const onEpoch = () => void ends.push(valuesOf(model));
  await fit(model, data, { ...options, averaging: { kind: 'swa', fromEpoch: 2 }, onEpoch });
  near(
    valuesOf(model),
    ends[2]!.map((value, k) => (value + ends[3]![k]!) / 2),
    1e-6,
  );
});

test('a fit that goes on with the optimiser of another ends where one long fit does; without it, elsewhere', async () => {
  for (const optimizer of ['adam', 'nadam', { kind: 'sgd', momentum: 0.9 }] as const) {
    const [long, continued, fresh] = [small(), small(), small()];
    await fit(long, data, { ...options, optimizer, epochs: 6 });
    const begun = await fit(continued, data, { ...options, optimizer, epochs: 2 });
    await fit(continued, data, { ...options, optimizer, epochs: 4, continueFrom: begun });
    near(valuesOf(continued), valuesOf(long), 1e-6);
    await fit(fresh, data, { ...options, optimizer, epochs: 2 });
    await fit(fresh, data, { ...options, optimizer, epochs: 4 });
    assert.ok(valuesOf(fresh).some((value, k) => Math.abs(value - valuesOf(long)[k]!) > 1e-5));
  }
  const begun = await fit(small(), data, options);
  const other = { ...options, optimizer: 'sgd', continueFrom: begun } as const;
  await assert.rejects(fit(small(), data, other), refusedAs('state-does-not-fit'));
});

test('onBatch sees every batch with its loss and the weights of that moment, and may end the run', async () => {
  const model = small();
  const seen: [number, number, number][] = [];
  const weights = new Set<string>();
  const onBatch = async ({ epoch, step, row }: BatchEvent) => {
    seen.push([epoch, step, row.loss]);
    weights.add(String(valuesOf(model)));
    if (epoch === 1 && step === 2) return;
  };
  const run = await fit(model, data, { ...options, epochs: 2, onBatch });
  assert.deepEqual(
    seen.map(([epoch, step]) => [epoch, step]),
    [0, 1].flatMap((epoch) => [0, 1, 2, 3].map((step) => [epoch, step])),
  );
  assert.equal(weights.size, 8);
  near([seen.slice(0, 4).reduce((sum, [, , loss]) => sum + loss / 4, 0)], [run.history[0]!.loss], 1e-6);
  const ended = await fit(small(), data, {
    ...options,
    onBatch: ({ step, stop }) => (step === 1 ? stop('enough') : undefined),
  });
  assert.deepEqual(
    [ended.stopReason, ended.stopNote, ended.steps, ended.history.length],
    ['requested', 'enough', 2, 0],
  );
});

test('a learning rate that onEpoch sets counts from the next epoch on, in the history and in the weights', async () => {
  const model = small();
  const after: string[] = [];
  const run = await fit(model, data, {
    ...options,
    optimizer: { kind: 'sgd', learningRate: 0.1 },
    onEpoch: (event) => {
      after.push(String(valuesOf(model)));
      event.learningRate = event.epoch === 0 ? 0 : 0.05;
    },
  });
  assert.deepEqual(run.column('learning_rate'), [0.1, 0, 0.05, 0.05]);
  assert.equal(after[0], after[1]);
  assert.notEqual(after[1], after[2]);
  const onEpoch = (event: { learningRate: number }) => void Object.assign(event, { learningRate: -1 });
  const wrong = { ...options, onEpoch };
  await assert.rejects(fit(small(), data, wrong), refusedAs('number-out-of-range'));
});

test('one cycle begins low, peaks at its share of the run and ends at next to nothing', () => {
  const cycle = schedules.oneCycle({ warmupShare: 0.25 });
  const at = (step: number) => cycle({ step, stepsPerEpoch: 10, totalSteps: 200 });
  near([at(0), at(25), at(50), at(199)], [0.04, 0.52, 1, 4e-6], 1e-6);
  for (let step = 51; step < 200; step++) assert.ok(at(step) < at(step - 1));
});

test('balanced class weights are those of scikit-learn, for one-hot rows, 0 and 1, and class numbers', async () => {
  const numbers = Array.from({ length: 64 }, (_, k) => (k < 48 ? 0 : k < 60 ? 1 : 2));
  const weights = numbers.map((c) => 64 / (3 * [48, 12, 4][c]!));
  const labels = tf.tensor2d(numbers, [64, 1]);
  const oneHot = tf.oneHot(tf.tensor1d(numbers, 'int32'), 3).toFloat();
  const classes = () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [5], name: 'c' })],
    });
    model.setWeights(model.getWeights().map((weight, k) => wave(weight.shape, 1.7 + k, 0.4)));
    return model;
  };
  const byHand = await fit(
    classes(),
    { inputs, targets: oneHot, sampleWeights: tf.tensor1d(weights) },
    { ...options, losses: 'categoricalCrossentropy' },
  );
  for (const [losses, of] of [
    ['categoricalCrossentropy', oneHot],
    ['sparseCategoricalCrossentropy', labels],
  ] as const) {
    const run = await fit(
      classes(),
      { inputs, targets: of },
      { ...options, losses: { c: losses }, classWeights: { c: 'balanced' } },
    );
    near(run.column('loss'), byHand.column('loss'), 1e-6);
  }
  const absent = { inputs, targets: tf.oneHot(tf.zeros([64], 'int32'), 3).toFloat() };
  const wanted = { ...options, losses: { c: 'categoricalCrossentropy' }, classWeights: { c: 'balanced' } } as const;
  await assert.rejects(fit(classes(), absent, wanted), refusedAs('class-absent'));
});

test('activity regularisation adds l1 sum |x| + l2 sum x² over the rows, and its gradient', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 3, useBias: false, inputShape: [5] }),
      activityRegularization({ l1: 0.1, l2: 0.3 }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.setWeights(model.getWeights().map((weight, k) => wave(weight.shape, 1.7 + k, 0.4)));
  const kernel = model.getWeights()[0]!;
  const hidden = inputs.matMul(kernel);
  const penalty = hidden.abs().sum().mul(0.1).add(hidden.square().sum().mul(0.3)).div(64).dataSync()[0]!;
  const loss = (model.predict(inputs) as TF.Tensor).sub(targets).square().mean().dataSync()[0]!;
  const before = valuesOf(model);
  const run = await fit(model, data, {
    ...options,
    epochs: 1,
    batchSize: 64,
    optimizer: { kind: 'sgd', learningRate: 0.01 },
  });
  near([run.last.loss], [loss + penalty], 1e-4);
  assert.ok(Math.abs(before[0]! - valuesOf(model)[0]!) > 1e-4);
});

test('metrics of classes are recorded by name, and top k as a metric of its own', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [5] })] });
  const labels = { inputs, targets: inputs.slice([0, 0], [64, 3]).argMax(1).toFloat() };
  const metrics = ['precision', 'recall', 'f1', topKMetric(2)] as const;
  const run = await fit(
    model,
    { ...labels, validation: labels },
    { ...options, losses: 'sparseCategoricalCrossentropy', metrics, optimizer: { learningRate: 0.1 }, epochs: 30 },
  );
  for (const key of ['precision', 'recall', 'f1', 'top_2_accuracy'] as const) {
    assert.ok(run.last[`val_${key}`] > 0.8, `${key} ${run.last[`val_${key}`]}`);
    assert.ok(run.last[key] > 0.8);
  }
});
