import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { type BalancerName, balancers } from '../../src/losses';
import { type FitOptions, fit, type HistoryRow, type Run } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const data = twoHeadRows(200);

async function train(options: Partial<FitOptions> = {}): Promise<HistoryRow[]> {
  const model = twoHeadModel();
  try {
    return (await fit(model, data, { losses: twoHeadLosses, epochs: 3, batchSize: 20, mode: 'graph', ...options }))
      .history;
  } finally {
    model.dispose();
  }
}

function agree(actual: readonly HistoryRow[], expected: readonly HistoryRow[], tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length);
  for (const [epoch, row] of expected.entries()) {
    for (const [key, value] of Object.entries(row)) {
      const found = actual[epoch]![key]!;
      assert.ok(Math.abs(found - value) <= tolerance, `${what}: ${key} of epoch ${epoch} is ${found}, not ${value}`);
    }
  }
}

for (const balancer of balancers.BALANCERS) {
  test(`fit with the balancer ${balancer} agrees in all modes, learns, and leaves no tensors`, async () => {
    const before = tf.memory().numTensors;
    const history = await train({ balancer, mode: 'eager' });
    assert.equal(tf.memory().numTensors, before);
    agree(await train({ balancer, mode: 'graph' }), history, 1e-4, 'graph');
    // XLA takes seconds to compile; the others differ from static in their inputs only.
    if (balancer === 'pcgrad') {
      agree(await train({ balancer, mode: 'xla' }), history, 1e-4, 'xla');
    }
    const sum = (row: HistoryRow) => row['direction_loss']! + row['volatility_loss']!;
    assert.ok(sum(history[2]!) < sum(history[0]!));
  });
}

test('fit records shares that add up to 1 and cosines within [-1, 1], and trains as without them', async () => {
  const lossWeights = { direction: 1, volatility: 0.3 };
  const plain = await train({ lossWeights });
  const recorded = await train({ lossWeights, gradientShares: true });
  agree(recorded, plain, 1e-5, 'with gradient shares');
  for (const row of recorded) {
    assert.ok(Math.abs(row['direction_gradient_share']! + row['volatility_gradient_share']! - 1) < 1e-5);
    for (const head of ['direction', 'volatility']) assert.ok(Math.abs(row[`${head}_gradient_cosine`]!) <= 1 + 1e-5);
  }
});

test('fit gives the gradient share that the definition gives, and a larger weight a larger share', async () => {
  const share = async (volatility: number) => {
    const options = { epochs: 1, batchSize: 200, lossWeights: { direction: 1, volatility }, gradientShares: true };
    return (await train(options))[0]!['volatility_gradient_share']!;
  };
  const model = twoHeadModel();
  const expected = tf.tidy(() => {
    const shared = model.layers[1]!.trainableWeights.map((weight) => weight.read() as TF.Variable);
    const norm = (head: number) => {
      const loss = () => {
        const predictions = (model.apply(data.inputs) as TF.Tensor[])[head]!;
        return head === 0
          ? (tf.metrics.categoricalCrossentropy(data.targets.direction, predictions).mean() as TF.Scalar)
          : (tf.mean(tf.square(tf.sub(data.targets.volatility, predictions))) as TF.Scalar);
      };
      const { grads } = tf.variableGrads(loss, shared);
      return Math.sqrt(tf.addN(Object.values(grads).map((g) => tf.sum(tf.square(g)))).dataSync()[0]!);
    };
    return norm(1) / (norm(0) + norm(1));
  });
  model.dispose();
  assert.ok(Math.abs((await share(1)) - expected) < 1e-4);
  assert.ok((await share(10)) > expected && (await share(0.1)) < expected);
  assert.equal(await share(0), 0);
});

test('fit with dwa weighs by the formula from the third epoch on', async () => {
  const history = await train({ balancer: { kind: 'dwa', temperature: 2 }, epochs: 4 });
  const weights = (row: HistoryRow) => [row['direction_weight']!, row['volatility_weight']!];
  assert.deepEqual(weights(history[0]!), [1, 1]);
  assert.deepEqual(weights(history[1]!), [1, 1]);
  const ratios = ['direction', 'volatility'].map((h) => history[1]![`${h}_loss`]! / history[0]![`${h}_loss`]!);
  const expected = balancers.dynamicWeightAverage(ratios, 2);
  weights(history[2]!).forEach((weight, k) => {
    assert.ok(Math.abs(weight - expected[k]!) < 1e-5);
  });
});

test('fit with uncertainty learns weights that go to 1 / (2 L), with or without gradient shares', async () => {
  // Targets that nothing predicts, so that their losses stay where they are.
  const noise = tf.tidy(() => ({
    direction: tf.oneHot(tf.randomUniform([200], 0, 3, 'int32', 3) as TF.Tensor1D, 3).toFloat(),
    volatility: tf.randomNormal([200, 1], 0, 0.5, 'float32', 3),
  }));
  for (const gradientShares of [false, true]) {
    const options = { balancer: 'uncertainty', gradientShares, epochs: 40, batchSize: 20, mode: 'graph' } as const;
    const optimizer = { learningRate: 0.01 };
    const model = twoHeadModel(4);
    const run: Run = await fit(model, { ...data, targets: noise }, { losses: twoHeadLosses, optimizer, ...options });
    model.dispose();
    for (const head of ['direction', 'volatility']) {
      const aim = 1 / (2 * run.last[`${head}_loss`]!);
      const weight = run.last[`${head}_weight`]!;
      assert.ok(Math.abs(weight / aim - 1) < 0.15, `${head}: ${weight} is not about ${aim}`);
    }
  }
  tf.dispose(noise);
});

test('fit with random draws the same weights for the same seed, and others for another', async () => {
  const first = await train({ balancer: 'random', seed: 4 });
  agree(await train({ balancer: 'random', seed: 4 }), first, 0, 'the same seed');
  assert.notEqual(
    (await train({ balancer: 'random', seed: 5 }))[0]!['direction_weight'],
    first[0]!['direction_weight'],
  );
});

test('fit with gradnorm brings the norms of two terms together when alpha is 0', async () => {
  const settings = { epochs: 12, batchSize: 20, gradientShares: true, lossWeights: { direction: 1, volatility: 8 } };
  const plain = await train(settings);
  const normed = await train({ ...settings, balancer: { kind: 'gradnorm', alpha: 0, learningRate: 0.05 } });
  const uneven = (row: HistoryRow) => Math.abs(row['volatility_gradient_share']! - 0.5);
  assert.ok(uneven(normed.at(-1)!) < 0.5 * uneven(plain.at(-1)!));
});

test('fit refuses a negative loss where the balancer breaks, with the reason, and takes it elsewhere', async () => {
  const negative = (targets: TF.Tensor, predictions: TF.Tensor) =>
    tf.sub(tf.mean(tf.square(tf.sub(targets, predictions)), 1), 100);
  const losses = { ...twoHeadLosses, volatility: negative };
  for (const balancer of ['uncertainty', 'dwa', 'gradnorm'] as const) {
    await assert.rejects(train({ balancer, losses }), /"volatility"|head volatility.*1 - IC/s, balancer);
  }
  assert.equal((await train({ balancer: 'pcgrad', losses })).length, 3);
});

test('fit refuses loss weights without a meaning', async () => {
  const weights = (direction: number, volatility: number, balancer: BalancerName = 'static') =>
    train({ balancer, lossWeights: { direction, volatility } });
  await assert.rejects(weights(-1, 1), { code: 'loss-weight-out-of-range' });
  await assert.rejects(weights(Number.NaN, 1), { code: 'loss-weight-out-of-range' });
  await assert.rejects(weights(0, 0), { code: 'loss-weights-all-zero' });
  await assert.rejects(weights(1, 0, 'mgda'), { code: 'balancer-and-weights' });
  assert.equal((await weights(1, 0)).length, 3);
});
