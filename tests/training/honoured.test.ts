import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { type FitOptions, fit, optimizerSettings, type TrainingState } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const rows = twoHeadRows(64);
const data = { inputs: rows.inputs, targets: rows.targets.volatility };
const options: FitOptions = { losses: 'meanSquaredError', epochs: 2, batchSize: 16, mode: 'graph' };
const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
const values = (weights: readonly TF.Tensor[]) => weights.map((weight) => Array.from(weight.dataSync()));

function normalised(trainable: boolean) {
  const hidden = tf.layers.dense({ units: 4, inputShape: [5], kernelInitializer: seeded(1) });
  const normalisation = tf.layers.batchNormalization({ trainable, name: `norm${trainable}` });
  const head = tf.layers.dense({ units: 1, kernelInitializer: seeded(2) });
  return { model: tf.sequential({ layers: [hidden, normalisation, head] }), hidden, normalisation };
}

test('a frozen batch normalisation uses its moving statistics, which stand still; a trainable one moves them', async () => {
  for (const mode of ['graph', 'xla', 'eager'] as const) {
    const { model, normalisation } = normalised(false);
    // Statistics that the batches do not have, so that using those of the batch would be seen in the loss.
    normalisation.setWeights([tf.ones([4]), tf.zeros([4]), tf.fill([4], 2), tf.fill([4], 9)]);
    const before = values(normalisation.getWeights());
    const expected = (model.predict(data.inputs) as TF.Tensor).sub(data.targets).square().mean().dataSync()[0]!;
    const still = { ...options, epochs: 1, batchSize: 64, mode, optimizer: { kind: 'sgd', learningRate: 0 } } as const;
    const run = await fit(model, data, still);
    assert.ok(Math.abs(run.last.loss - expected) < 1e-5, `${mode}: ${run.last.loss}, ${expected}`);
    assert.deepEqual(values(normalisation.getWeights()), before);
    model.dispose();
  }
  const { model, normalisation } = normalised(true);
  const before = values(normalisation.getWeights());
  await fit(model, data, options);
  assert.notDeepEqual(values(normalisation.getWeights()).slice(2), before.slice(2));
  model.dispose();
});

test('a model that is frozen as a whole within another keeps its normalisation still', async () => {
  const inner = tf.sequential({
    layers: [tf.layers.dense({ units: 4, inputShape: [5] }), tf.layers.batchNormalization()],
  });
  inner.trainable = false;
  const model = tf.sequential({ layers: [inner, tf.layers.dense({ units: 1 })] });
  const before = values(inner.getWeights());
  await fit(model, data, options);
  assert.deepEqual(values(inner.getWeights()), before);
  model.dispose();
});

test('constraints hold after every step, in every mode', async () => {
  for (const mode of ['graph', 'xla', 'eager'] as const) {
    const kernelConstraint = tf.constraints.maxNorm({ maxValue: 0.3, axis: 0 });
    const biasConstraint = tf.constraints.nonNeg();
    const layer = tf.layers.dense({
      units: 3,
      inputShape: [5],
      kernelConstraint,
      biasConstraint,
      kernelInitializer: seeded(3),
    });
    const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 1, kernelInitializer: seeded(4) })] });
    await fit(model, data, { ...options, mode, optimizer: { learningRate: 0.1 } });
    const [kernel, bias] = layer.getWeights();
    const norms = kernel!.square().sum(0).sqrt().dataSync();
    assert.ok(
      norms.every((norm) => norm <= 0.3 + 1e-5),
      `${mode}: norms ${norms}`,
    );
    assert.ok(
      bias!.dataSync().every((value) => value >= 0),
      `${mode}: bias ${bias!.dataSync()}`,
    );
    model.dispose();
  }
});

test('trainable that is changed between two fits counts for the second', async () => {
  const { model, hidden } = normalised(true);
  await fit(model, data, options);
  const before = values(hidden.getWeights());
  hidden.trainable = false;
  await fit(model, data, options);
  assert.deepEqual(values(hidden.getWeights()), before);
  hidden.trainable = true;
  await fit(model, data, options);
  assert.notDeepEqual(values(hidden.getWeights()), before);
  model.dispose();
});

test('two fits at once on one model are refused, also where they share a layer; one after the other is fine', async () => {
  const shared = tf.layers.dense({ units: 4, inputShape: [5] });
  const [first, second] = [1, 2].map(() => tf.sequential({ layers: [shared, tf.layers.dense({ units: 1 })] })) as [
    TF.Sequential,
    TF.Sequential,
  ];
  const running = fit(first, data, options);
  await assert.rejects(fit(first, data, options), { code: 'model-in-training' });
  await assert.rejects(fit(second, data, options), { code: 'model-in-training', message: /await the first/ });
  await running;
  await fit(second, data, options);
  await assert.rejects(fit(first, data, { ...options, losses: 'nope' as 'huber' }), { code: 'unknown-choice' });
  await fit(first, data, options);
  first.dispose();
});

test('a resumed run with another loss, batch or optimiser is refused, naming what differs', async () => {
  const model = twoHeadModel();
  let state: TrainingState | undefined;
  const onCheckpoint = (save: () => TrainingState) => {
    state = save();
  };
  const begun = { losses: twoHeadLosses, epochs: 1, batchSize: 16, mode: 'graph' } as const;
  await fit(model, rows, { ...begun, onCheckpoint });
  const resume = (change: Partial<FitOptions>) =>
    fit(model, rows, { ...begun, epochs: 2, resumeFrom: state, ...change } as FitOptions);
  const wrong: [Partial<FitOptions>, RegExp][] = [
    [{ losses: { ...twoHeadLosses, volatility: 'huber' } }, /another loss of volatility.*meanSquaredError/],
    [{ losses: { ...twoHeadLosses, volatility: (t, p) => t.sub(p).square().mean() } }, /another loss of volatility/],
    [{ batchSize: 8 }, /another batchSize/],
    [{ seed: 9 }, /another seed/],
    [{ optimizer: { learningRate: 0.1 } }, /another learningRate/],
    [{ optimizer: { kind: 'sgd', learningRate: 0.001 } }, /slots of the optimizer/],
  ];
  for (const [change, says] of wrong) await assert.rejects(resume(change), { code: 'settings-differ', message: says });
  assert.equal((await resume({})).history.length, 2);
  model.dispose();
});

test('optimisers of tf.train are taken with their settings, and train as they do in tfjs', async () => {
  const taken = (optimizer: TF.Optimizer) => optimizerSettings(optimizer);
  assert.equal(taken(tf.train.sgd(0.5)).learningRate, 0.5);
  const { kind, momentum, nesterov } = taken(tf.train.momentum(0.1, 0.8, true));
  assert.deepEqual([kind, momentum, nesterov], ['sgd', 0.8, true]);
  assert.equal(taken(tf.train.rmsprop(0.1, 0.7)).rho, 0.7);
  assert.throws(() => taken(tf.train.adamax(0.1, 0.9, 0.999, 1e-7, 0.5)), {
    message: /decay of the learning rate.*schedule/,
  });
  const make: (() => TF.Optimizer)[] = [
    () => tf.train.sgd(0.05),
    () => tf.train.momentum(0.05, 0.9),
    () => tf.train.adam(0.01, 0.8, 0.9, 1e-3),
    () => tf.train.adamax(0.01),
    () => tf.train.adagrad(0.1),
    () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-7, true),
  ];
  for (const optimizer of make) {
    const build = () =>
      tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [5], kernelInitializer: seeded(5) })] });
    const [ours, theirs] = [build(), build()];
    await fit(ours, data, { ...options, epochs: 20, batchSize: 64, shuffle: false, optimizer: optimizer() });
    theirs.compile({ optimizer: optimizer(), loss: 'meanSquaredError' });
    await theirs.fit(data.inputs, data.targets, { epochs: 20, batchSize: 64, shuffle: false, verbose: 0 });
    const [a, b] = [ours, theirs].map((model) => values(model.getWeights()).flat());
    const apart = Math.max(...a!.map((value, k) => Math.abs(value - b![k]!)));
    assert.ok(apart < 1e-4, `${optimizer().getClassName()}: ${apart}`);
    tf.dispose([...ours.getWeights(), ...theirs.getWeights()].map(() => tf.scalar(0)));
  }
});

test('reading values in a step without waiting cannot end the process', async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', note);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [5] })] });
  const careless = (t: TF.Tensor, p: TF.Tensor) => {
    void tf.whereAsync(p.greater(0));
    return t.sub(p).square().mean();
  };
  const warn = console.warn;
  console.warn = () => undefined;
  try {
    const run = await fit(model, data, { ...options, losses: careless, epochs: 1 });
    assert.equal(run.mode, 'eager');
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(rejections, []);
  } finally {
    console.warn = warn;
    process.off('unhandledRejection', note);
    model.dispose();
  }
});

test('class numbers and one-hot rows train to the same bits, accuracy included', async () => {
  const hot = rows.targets.direction;
  const labels = hot.argMax(1);
  const build = () =>
    tf.sequential({
      layers: [tf.layers.dense({ units: 3, inputShape: [5], activation: 'softmax', kernelInitializer: seeded(6) })],
    });
  const histories = [];
  for (const [losses, targets] of [
    ['categoricalCrossentropy', hot],
    ['sparseCategoricalCrossentropy', labels],
  ] as const) {
    const validation = { inputs: rows.inputs, targets };
    const model = build();
    const run = await fit(
      model,
      { ...validation, validation },
      { ...options, epochs: 20, optimizer: { learningRate: 0.05 }, losses, metrics: ['accuracy'] },
    );
    histories.push(run.history);
    model.dispose();
  }
  assert.deepEqual(histories[1], histories[0]);
  assert.ok(histories[0]!.at(-1)!.val_accuracy > 0.8);
});
