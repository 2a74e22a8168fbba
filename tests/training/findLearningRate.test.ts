import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { learningRateSearch } from '../../src/plots';
import { type FindLearningRateOptions, findLearningRate, fit } from '../../src/training';

/** A small model with moving statistics and dropout, the same each time. */
function model(): TF.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 16, kernelInitializer, inputShape: [5] }),
      tf.layers.batchNormalization(),
      tf.layers.activation({ activation: 'tanh' }),
      tf.layers.dropout({ rate: 0.1, seed: 3 }),
      tf.layers.dense({ units: 1, kernelInitializer }),
    ],
  });
}

function rows() {
  const inputs = tf.randomNormal([512, 5], 0, 1, 'float32', 3);
  return { inputs, targets: inputs.square().mean(1, true) as TF.Tensor2D };
}

const valuesOf = (trained: TF.LayersModel) => trained.getWeights().map((weight) => Array.from(weight.dataSync()));

test('findLearningRate meets the losses that descent by hand meets, at rates spaced evenly in their logarithm', async () => {
  // (w - 1)² with one weight, w = 0 at first: each step takes 2 rate (w - 1) off it.
  const weight = tf.variable(tf.zeros([1, 1]));
  const line = {
    heads: ['w'],
    variables: [weight],
    predict: ({ input }: Record<string, TF.Tensor>) => ({ w: tf.matMul(input as TF.Tensor2D, weight as TF.Tensor2D) }),
  };
  const data = { inputs: tf.ones([4, 1]), targets: tf.ones([4, 1]) };
  const steps = 31;
  for (const mode of ['eager', 'graph', 'xla'] as const) {
    const { points, stopReason, suggested, lowest } = await findLearningRate(line, data, {
      losses: 'meanSquaredError',
      optimizer: 'sgd',
      batchSize: 4,
      from: 1e-3,
      to: 1,
      steps,
      smoothing: 0,
      mode,
    });
    assert.equal(stopReason, 'finished');
    let w = 0;
    for (const [k, { learningRate, loss, smoothedLoss }] of points.entries()) {
      assert.ok(Math.abs(learningRate / 10 ** (-3 + (3 * k) / (steps - 1)) - 1) < 1e-9);
      assert.ok(Math.abs(loss - (w - 1) ** 2) < 1e-5, `${mode} ${k}: ${loss}, ${(w - 1) ** 2}`);
      assert.equal(smoothedLoss, loss);
      w -= 2 * learningRate * (w - 1);
    }
    assert.equal(points.length, steps);
    assert.equal(lowest, points.reduce((a, b) => (b.loss < a.loss ? b : a)).learningRate);
    assert.ok(suggested! > 1e-3 && suggested! < lowest!);
    assert.equal(weight.dataSync()[0], 0);
  }
  tf.dispose([weight, data.inputs, data.targets]);
});

test('findLearningRate puts back all weights, moving statistics too, leaves no tensor, and is the same for the same seed', async () => {
  const searched = model();
  const data = rows();
  const before = valuesOf(searched);
  const search = (options: Partial<FindLearningRateOptions> = {}) =>
    findLearningRate(searched, data, { losses: 'meanSquaredError', mode: 'graph', ...options });
  const first = await search();
  const { numTensors } = tf.memory();
  const second = await search();
  assert.equal(tf.memory().numTensors, numTensors);
  assert.deepEqual(second, first);
  assert.deepEqual(valuesOf(searched), before);
  assert.notDeepEqual((await search({ seed: 5 })).points, first.points);
  await assert.rejects(search({ losses: () => assert.fail('a loss that fails') as never }), (error: Error) =>
    /a loss that fails/.test(error.message),
  );
  assert.deepEqual(valuesOf(searched), before);
});

test('training at the suggested rate learns better than at a hundredth of it, and better than at a hundred times', async () => {
  const data = rows();
  for (const optimizer of ['adam', 'sgd', 'rmsprop', tf.train.momentum(0.5, 0.9)] as const) {
    const found = await findLearningRate(model(), data, { losses: 'meanSquaredError', mode: 'graph', optimizer });
    const kind = typeof optimizer === 'string' ? { kind: optimizer } : { kind: 'sgd' as const, momentum: 0.9 };
    const lossAt = async (learningRate: number) => {
      const run = await fit(model(), data, {
        losses: 'meanSquaredError',
        mode: 'graph',
        epochs: 10,
        optimizer: { ...kind, learningRate },
      });
      return run.stopReason === 'finished' ? run.last.loss : Number.POSITIVE_INFINITY;
    };
    const [low, suggested, high] = [
      await lossAt(found.suggested! / 100),
      await lossAt(found.suggested!),
      await lossAt(found.suggested! * 100),
    ];
    assert.ok(suggested < low && suggested < high, `${kind.kind}: ${low}, ${suggested}, ${high}`);
  }
});

test('findLearningRate stops where the loss runs away, suggests nothing where none falls, and hears its signal', async () => {
  const data = rows();
  const options = { losses: 'meanSquaredError', mode: 'graph' } as const;
  const far = await findLearningRate(model(), data, { ...options, optimizer: 'sgd', to: 1e6 });
  assert.ok(far.stopReason === 'diverged' && far.points.length < 100);
  const single = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [5] })] });
  const huge = await findLearningRate(single, data, { ...options, optimizer: 'sgd', from: 1e30, to: 1e38 });
  assert.ok(huge.stopReason === 'not-finite' || huge.stopReason === 'diverged');
  assert.equal(huge.suggested, undefined);
  const aborted = await findLearningRate(model(), data, { ...options, signal: AbortSignal.abort() });
  assert.deepEqual(aborted, { points: [], suggested: undefined, lowest: undefined, stopReason: 'aborted' });
  const figure = learningRateSearch(far);
  assert.deepEqual(
    (figure.summary.rows as { learningRate: number }[]).map(({ learningRate }) => learningRate),
    [far.suggested, far.lowest],
  );
});

test('findLearningRate refuses what it cannot take, and ranges that are none', async () => {
  const data = rows();
  const search = (options: object) =>
    findLearningRate(model(), data, { losses: 'meanSquaredError', ...options } as FindLearningRateOptions);
  for (const [options, says] of [
    [{ epochs: 3 }, /findLearningRate: there is no option "epochs"/],
    [{ onBatch: () => undefined }, /no option "onBatch"/],
    [{ fromm: 1e-5 }, /no option "fromm".*did you mean "from"/],
    [{ from: 1, to: 0.1 }, /no rate between from and to/],
    [{ from: 0 }, /from is not usable/],
    [{ steps: 1 }, /steps is not usable/],
    [{ smoothing: 1 }, /smoothing is not usable/],
    [{ optimizer: 'adm' }, /did you mean "adam"/],
    [{ from: null }, /from is not usable/],
  ] as const)
    await assert.rejects(search(options), (error: Error) => says.test(error.message), JSON.stringify(options));
});
