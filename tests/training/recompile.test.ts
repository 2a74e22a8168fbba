import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearCompiled, countCompiled } from '../../src/compile';
import { type TF, tf } from '../../src/core';
import { type FitOptions, fit } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const data = twoHeadRows(64);
const base = { losses: twoHeadLosses, epochs: 2, batchSize: 16, mode: 'graph' } as const;

test('fit recompiles nothing when loss weights, learning rate, schedule or seed change', async () => {
  clearCompiled();
  const changes: Partial<FitOptions>[] = [
    {},
    { lossWeights: { direction: 0.5, volatility: 3 } },
    { optimizer: { learningRate: 0.1 } },
    { schedule: ({ step }) => 1 / (step + 1) },
    { seed: 9 },
    { classWeights: {} },
  ];
  const losses: number[] = [];
  for (const change of changes) {
    const model = twoHeadModel();
    losses.push((await fit(model, data, { ...base, ...change })).last!.loss);
    model.dispose();
  }
  assert.equal(countCompiled(), 1);
  // What changed was not ignored either.
  assert.equal(new Set(losses.slice(0, 5)).size, 5);
});

test('fit changes loss weights between epochs through onEpoch, without compiling again', async () => {
  clearCompiled();
  const model = twoHeadModel();
  const run = await fit(model, data, {
    ...base,
    epochs: 3,
    onEpoch: ({ epoch, lossWeights }) => {
      lossWeights['volatility'] = epoch === 0 ? 0 : 2;
    },
  });
  for (const [k, weight] of [1, 0, 2].entries()) {
    const { loss, direction_loss, volatility_loss } = run.history[k]! as Record<string, number>;
    assert.ok(Math.abs(loss! - direction_loss! - weight * volatility_loss!) < 1e-5);
  }
  assert.equal(countCompiled(), 1);
});

test('fit in mode auto says what it chose and why: a short run is not worth compiling', async () => {
  const run = await fit(twoHeadModel(), data, { ...base, mode: 'auto' });
  assert.equal(run.mode, 'graph');
  assert.match(run.modeReason, /XLA would take/);
});

test('fit in mode auto measures a long run, and runs it like the mode it chose', async () => {
  const controller = new AbortController();
  const options = { ...base, batchSize: 1, seed: 3 };
  const stop = ({ epoch }: { epoch: number }) => {
    if (epoch === 1) controller.abort();
  };
  const model = twoHeadModel();
  const run = await fit(model, data, {
    ...options,
    mode: 'auto',
    epochs: 1e6,
    signal: controller.signal,
    onEpoch: stop,
  });
  assert.match(run.modeReason, /µs per step compiled by XLA, .* as a graph/);
  const again = await fit(twoHeadModel(), data, { ...options, mode: run.mode, epochs: 2 });
  assert.deepEqual(run.column('loss'), again.column('loss'));
});

test('fit runs a step that cannot be compiled eagerly, with a warning that names the line', async () => {
  const { warn } = console;
  console.warn = () => {};
  try {
    const model = tf.sequential({
      layers: [tf.layers.dense({ inputShape: [5], units: 4 }), tf.layers.dense({ units: 1 })],
    });
    const samples = { inputs: data.inputs, targets: data.targets.volatility };
    let calls = 0;
    const losses = (targets: TF.Tensor, predictions: TF.Tensor) =>
      tf.mul(tf.mean(tf.squaredDifference(targets, predictions), -1), 1 + ++calls / 100);
    const run = await fit(model, samples, { losses, epochs: 1, mode: 'auto' });
    assert.equal(run.mode, 'eager');
    assert.match(run.warnings[0]!, /changes from call to call.*eager/s);
  } finally {
    console.warn = warn;
  }
});

test('fit trains a model that is a function over tensors, on a loss of the whole batch', async () => {
  const slope = tf.variable(tf.zeros([5, 1]));
  const model = {
    heads: ['signal'],
    variables: [slope],
    predict: ({ input }: Record<string, import('../../src/core').TF.Tensor>) => ({
      signal: tf.matMul(input as import('../../src/core').TF.Tensor2D, slope as never),
    }),
  };
  const targets = data.inputs.slice([0, 0], [64, 1]);
  const negativeCovariance = (t: import('../../src/core').TF.Tensor, p: import('../../src/core').TF.Tensor) =>
    tf.sub(tf.mean(tf.square(p)), tf.mul(2, tf.mean(tf.mul(t, p))));
  const run = await fit(
    model,
    { inputs: data.inputs, targets },
    {
      losses: negativeCovariance,
      optimizer: { kind: 'sgd', learningRate: 0.1 },
      epochs: 60,
      mode: 'graph',
    },
  );
  assert.equal(run.mode, 'graph');
  // The least squares solution of y = x1 is the first unit vector.
  const [first, ...others] = Array.from(slope.dataSync());
  assert.ok(Math.abs(first! - 1) < 0.01 && others.every((value) => Math.abs(value) < 0.01), String(slope.dataSync()));
});
