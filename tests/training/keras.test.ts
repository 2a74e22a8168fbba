import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { attention, layerNormalization } from '../../src/layers';
import { huber, type LossName, logCosh, lossOf } from '../../src/losses';
import { type FitOptions, fit } from '../../src/training';
import reference from './keras.json';
import { wave } from './modelRuns';
import { twoHeadLosses, twoHeadModel } from './models';

const waveWeights = (shapes: number[][]) => shapes.map((shape, k) => wave(shape, 1.7 + 0.31 * k, 0.4));

const closeTo = (received: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string) => {
  assert.equal(received.length, expected.length, what);
  for (let k = 0; k < expected.length; k++) {
    assert.ok(Math.abs(received[k]! - expected[k]!) < tolerance, `${what} ${k}: ${received[k]}, Keras ${expected[k]}`);
  }
};

const OPTIMIZERS: Record<keyof typeof reference.histories, Partial<FitOptions>> = {
  adam: { optimizer: { learningRate: 0.01 } },
  adamw: { optimizer: { kind: 'adamw', learningRate: 0.01, weightDecay: 0.05 } },
  sgd: { optimizer: { kind: 'sgd', learningRate: 0.1 } },
  momentum: { optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9 } },
  nesterov: { optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true } },
  clipped: { optimizer: { learningRate: 0.01 }, clipNorm: 0.1 },
};

for (const [name, options] of Object.entries(OPTIMIZERS) as [keyof typeof reference.histories, Partial<FitOptions>][]) {
  test(`fit with ${name} follows Keras to 1e-3 over 100 steps, and its own modes agree to 1e-4`, async () => {
    const rows = name === 'adam' ? 77 : 80;
    const inputs = wave([rows, 5], 1.3) as TF.Tensor2D;
    const targets = {
      volatility: inputs.square().mean(1, true),
      direction: tf.oneHot(inputs.slice([0, 0], [rows, 3]).argMax(1) as TF.Tensor1D, 3).toFloat(),
    };
    const sampleWeights = wave([rows], 0.9).abs().add(0.5) as TF.Tensor1D;
    let eager: Record<string, number>[] | undefined;
    for (const mode of ['eager', 'graph', 'xla'] as const) {
      const model = twoHeadModel(8);
      model.setWeights(waveWeights(model.getWeights().map(({ shape }) => shape)));
      const { history } = await fit(
        model,
        { inputs, targets, ...(name === 'adam' ? { sampleWeights } : {}) },
        {
          losses: twoHeadLosses,
          lossWeights: { direction: 1, volatility: 0.3 },
          metrics: { direction: ['accuracy'], volatility: ['mae'] },
          batchSize: 16,
          epochs: 20,
          shuffle: false,
          mode,
          ...options,
        },
      );
      for (const [key, expected] of Object.entries(reference.histories[name])) {
        closeTo(
          history.map((row) => row[key]!),
          expected,
          1e-3,
          `${mode} ${key}`,
        );
      }
      eager ??= history;
      for (const [epoch, row] of history.entries()) {
        for (const [key, value] of Object.entries(row)) {
          assert.ok(Math.abs(value - eager[epoch]![key]!) < 1e-4, `${mode} ${key} of epoch ${epoch}`);
        }
      }
      model.dispose();
    }
  });
}

test('the losses give what Keras gives', () => {
  const predictions = wave([6, 3], 0.7, 0.49).add(0.5);
  const targets = tf.oneHot([0, 1, 2, 0, 1, 2], 3).toFloat();
  const four = (tensor: TF.Tensor) => tensor.mul(4);
  for (const [name, expected] of Object.entries(reference.losses)) {
    const special = {
      huber: () => huber(four(targets), four(predictions)),
      logCosh: () => logCosh(four(targets), four(predictions)),
    };
    const losses = special[name as 'huber']?.() ?? lossOf(name as LossName)(targets, predictions);
    closeTo(losses.dataSync(), expected, 1e-5, name);
  }
});

test('layerNormalization and attention give what Keras gives from the same weights', () => {
  const sequence = wave([2, 7, 4], 1.1);
  const output = (layer: TF.layers.Layer, shapes: number[][]) => {
    layer.build(sequence.shape);
    layer.setWeights(waveWeights(shapes));
    return (layer.apply(sequence) as TF.Tensor).dataSync();
  };
  closeTo(output(layerNormalization({}), [[4], [4]]), reference.layers.layerNormalization, 1e-5, 'layerNormalization');
  const shapes = reference.layers.weights;
  for (const causal of [true, false]) {
    const received = output(attention({ heads: 2, keyDimension: 3, causal }), shapes);
    closeTo(received, reference.layers[causal ? 'attention' : 'attentionBothWays'], 1e-5, `attention ${causal}`);
  }
});
