import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import { defaultMeasures } from '../../src/explorer/measures';
import { directionOf, fit, METRICS, type Metric, type MetricName, metricOf, type Run } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const data = twoHeadRows(64);
const validation = twoHeadRows(32, 2);
const names = Object.keys(METRICS) as MetricName[];

test('every metric has one key in the history, under which the explorer finds it as well', async () => {
  const model = twoHeadModel();
  const metrics = { direction: names.filter((name) => /auc|accuracy/i.test(name)), volatility: names };
  const losses = twoHeadLosses;
  const valid = {
    ...validation,
    targets: { ...validation.targets, volatility: tf.greater(validation.targets.volatility, 1) },
  };
  const targets = { ...data.targets, volatility: tf.greater(data.targets.volatility, 1).toFloat() };
  const run: Run = await fit(
    model,
    { ...data, targets, validation: valid },
    { losses, metrics, epochs: 1, mode: 'graph' },
  );
  for (const name of names) {
    const [measure] = defaultMeasures(['volatility', 'direction'], { volatility: [name], direction: [] });
    assert.equal(measure!.best, metricOf(name).best);
    assert.ok(Number.isFinite(run.last[measure!.key]), measure!.key);
    const key = measure!.key.slice('val_'.length);
    assert.ok(Number.isFinite(run.last[key]), key);
  }
  model.dispose();
});

test('the better direction of a number is known by its name in the history', () => {
  for (const { key, best } of names.map(metricOf))
    for (const name of [key, `val_${key}`, `val_head_${key}`]) assert.equal(directionOf(name), best, name);
  assert.deepEqual(['val_top_3_accuracy', 'val_basic_loss', 'perplexity'].map(directionOf), [
    'highest',
    'lowest',
    'lowest',
  ]);
});

test('the better direction of a monitored number comes from the metrics of the run, not from its name', async () => {
  // A head whose name ends like a metric, and a metric of one's own that is the better the higher.
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [5], kernelInitializer, name: 'h' })],
  });
  const falling = (best: Metric['best']): Metric => ({ key: 'basic', best, whole: () => -calls++ });
  let calls = 0;
  const rows = { inputs: data.inputs, targets: data.targets.volatility };
  for (const [best, epochs] of [
    ['lowest', 5],
    ['highest', 3],
  ] as const) {
    const early = { monitor: 'basic', patience: 2 };
    const run = await fit(model, rows, {
      losses: 'huber',
      metrics: [falling(best)],
      epochs: 5,
      earlyStopping: early,
      mode: 'graph',
    });
    assert.equal(run.history.length, epochs, best);
  }
  model.dispose();
});

test('a metric that is none is refused with what one looks like', async () => {
  const model = twoHeadModel();
  for (const metric of [
    {},
    { key: 'Upper', best: 'lowest', whole: () => 0 },
    { key: 'a', best: 'low', whole: () => 0 },
    { key: 'a', best: 'lowest' },
    null,
    7,
  ])
    await assert.rejects(fit(model, data, { losses: twoHeadLosses, metrics: { direction: [metric as never] } }), {
      code: 'not-a-metric',
      message: /expected one of mae, .*key/,
    });
  model.dispose();
});
