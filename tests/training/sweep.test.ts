import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { attention, causalConvolution, layerNormalization } from '../../src/layers';
import { balancers } from '../../src/losses';
import { fit, type Run, type SweptRun, sweep } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const data = { ...twoHeadRows(83), validation: twoHeadRows(40, 2) };
const common = { losses: twoHeadLosses, epochs: 3, batchSize: 16, seed: 4, clipNorm: 1 } as const;

test('sweep gives what single runs give, for loss weights and learning rates, in graph and XLA mode', async () => {
  const settings = [
    { lossWeights: { direction: 1, volatility: 0.1 }, learningRate: 0.01 },
    { lossWeights: { direction: 0, volatility: 2 }, learningRate: 0.001 },
    { lossWeights: { direction: 3, volatility: 1 }, learningRate: 0.03 },
  ];
  const metrics = { direction: ['accuracy', 'auc'], volatility: ['mae'] } as const;
  for (const mode of ['graph', 'xla'] as const) {
    const model = twoHeadModel();
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const swept = await sweep(model, data, { ...common, mode, metrics }, settings);
    assert.equal(swept.vectorized, true, swept.reason);
    assert.deepEqual(
      model.getWeights().map((weight) => Array.from(weight.dataSync())),
      before,
    );
    for (const [k, { lossWeights, learningRate }] of settings.entries()) {
      const single = twoHeadModel();
      const run: Run = await fit(single, data, {
        ...common,
        mode: 'graph',
        metrics,
        lossWeights,
        optimizer: { learningRate },
      });
      const last = swept.runs[k]!.history.at(-1)!;
      for (const key of [
        'loss',
        'direction_loss',
        'direction_accuracy',
        'val_loss',
        'val_direction_auc',
        'val_volatility_mae',
      ]) {
        assert.ok(
          Math.abs(last[key]! - run.last![key]!) < 1e-4,
          `${mode} ${k} ${key}: ${last[key]}, ${run.last![key]}`,
        );
      }
      swept.runs[k]!.apply();
      for (const [i, weight] of model.getWeights().entries()) {
        const difference = weight.sub(single.getWeights()[i]!).abs().max().dataSync()[0]!;
        assert.ok(difference < 1e-4, `weight ${i} differs by ${difference}`);
      }
      single.dispose();
    }
    assert.match(String(swept), /volatility_weight/);
    model.dispose();
  }
});

for (const balancer of balancers.BALANCERS) {
  test(`sweep with the balancer ${balancer} gives the curves that single runs give`, async () => {
    const rate = [{ learningRate: 0.01 }, { learningRate: 0.003 }];
    const weights = [
      { lossWeights: { direction: 1, volatility: 0.1 } },
      { lossWeights: { direction: 0.5, volatility: 2 } },
    ];
    const settings = rate.map((own, k) => ({ ...own, ...(balancer === 'equal' ? {} : weights[k]) }));
    const options = { ...common, mode: 'graph', balancer, metrics: { direction: ['auc'] } } as const;
    const model = twoHeadModel();
    const swept = await sweep(model, data, options, settings);
    assert.equal(swept.vectorized, true, swept.reason);
    for (const [k, { learningRate, ...setting }] of settings.entries()) {
      const run: Run = await fit(twoHeadModel(), data, { ...options, ...setting, optimizer: { learningRate } });
      for (const [epoch, row] of run.history.entries()) {
        const keys = Object.keys(row).filter((key) => !['learning_rate', 'direction_auc'].includes(key));
        assert.ok(keys.includes('val_direction_auc') && keys.includes('val_loss'));
        for (const key of keys) {
          const own = swept.runs[k]!.history[epoch]![key]!;
          assert.ok(Math.abs(own - row[key]!) < 1e-5, `${k} ${epoch} ${key}: ${own}, ${row[key]}`);
        }
      }
    }
    model.dispose();
  });
}

test('sweep validates as often as asked for, in pieces if there are many rows, and always at the end', async () => {
  const many = { ...twoHeadRows(60), validation: twoHeadRows(150, 3) };
  const settings = Array.from({ length: 4096 }, (_, k) => ({ learningRate: 0.001 + k * 1e-5 }));
  const validated = async (validateEvery: number | undefined, epochs: number, own = settings.slice(0, 2)) => {
    const swept = await sweep(twoHeadModel(4), many, { ...common, epochs, mode: 'graph', validateEvery }, own);
    assert.equal(swept.vectorized, true, swept.reason);
    return swept.runs;
  };
  const epochsOf = (runs: readonly SweptRun[]) =>
    runs[1]!.history.filter((row) => row['val_loss'] !== undefined).map(({ epoch }) => epoch);
  assert.deepEqual(epochsOf(await validated(2, 5)), [1, 3, 4]);
  assert.deepEqual(epochsOf(await validated(0, 3)), [2]);
  assert.deepEqual(epochsOf(await validated(undefined, 20)).length, 10);
  // So many settings at once that their rows come in pieces of 64, 64 and 22.
  const pieces = await validated(1, 1, settings);
  const [whole] = await validated(1, 1, settings.slice(0, 1));
  for (const key of ['val_loss', 'val_direction_loss', 'val_volatility_loss'])
    assert.ok(Math.abs(pieces[0]!.history[0]![key]! - whole!.history[0]![key]!) < 1e-5, key);
});

test('sweep tells the gradient shares of every setting, as fit does, and how far it has come', async () => {
  const settings = [{ lossWeights: { volatility: 0.1 } }, { lossWeights: { volatility: 10 } }];
  const options = { ...common, mode: 'graph', gradientShares: true } as const;
  const model = twoHeadModel();
  const seen: number[] = [];
  const swept = await sweep(model, data, { ...options, onProgress: ({ epoch }) => seen.push(epoch) }, settings);
  assert.equal(swept.vectorized, true, swept.reason);
  assert.deepEqual(seen, [0, 1, 2]);
  for (const [k, { lossWeights }] of settings.entries()) {
    const run: Run = await fit(twoHeadModel(), data, { ...options, lossWeights });
    for (const [epoch, row] of run.history.entries()) {
      for (const key of ['volatility_gradient_share', 'direction_gradient_cosine']) {
        assert.ok(Math.abs(swept.runs[k]!.history[epoch]![key]! - row[key]!) < 1e-4, `${k} ${epoch} ${key}`);
      }
    }
  }
});

test('sweep vectorises convolutions, attention and normalisation', async () => {
  const inputs = tf.randomNormal([40, 6, 3], 0, 1, 'float32', 8);
  const input = tf.input({ shape: [6, 3] });
  let x = causalConvolution({ filters: 4, dilation: 2, activation: 'tanh' }).apply(input) as TF.SymbolicTensor;
  x = layerNormalization({}).apply(x) as TF.SymbolicTensor;
  x = attention({ heads: 2, keyDimension: 2 }).apply(x) as TF.SymbolicTensor;
  const outputs = tf.layers.dense({ units: 1 }).apply(tf.layers.flatten().apply(x)) as TF.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs });
  const options = { losses: 'huber', epochs: 2, batchSize: 8, mode: 'graph' } as const;
  const samples = { inputs, targets: inputs.mean([1, 2]) };
  const swept = await sweep(model, samples, options, [{ learningRate: 0.01 }, { learningRate: 0.001 }]);
  assert.equal(swept.vectorized, true, swept.reason);
  const run: Run = await fit(model, samples, { ...options, optimizer: { learningRate: 0.01 } });
  assert.ok(Math.abs(run.last!.loss - swept.runs[0]!.history.at(-1)!.loss) < 1e-5);
});

test('sweep runs settings of different seeds one after the other, and leaves no tensors behind', async () => {
  const model = twoHeadModel();
  const before = tf.memory().numTensors;
  const swept = await sweep(model, data, { ...common, mode: 'graph' }, [{ seed: 1 }, { seed: 2 }]);
  assert.equal(swept.vectorized, false);
  assert.match(swept.reason, /seeds/);
  assert.notDeepEqual(swept.runs[0]!.weights, swept.runs[1]!.weights);
  await sweep(model, data, { ...common, mode: 'graph' }, [{}, { learningRate: 0.1 }]);
  assert.equal(tf.memory().numTensors, before);
  await assert.rejects(sweep(model, data, common, []), { code: 'integer-out-of-range' });
  await assert.rejects(sweep(model, data, common, [{ lossWeights: { nothing: 1 } }]), { code: 'unknown-head' });
});
