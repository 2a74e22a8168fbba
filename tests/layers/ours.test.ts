import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withRandomKey } from '../../src/compile';
import { type TF, tf } from '../../src/core';
import { attention, dropout, layerNormalization } from '../../src/layers';
import { arithmetic, reduction } from '../../src/layers/keras/arithmetic';
import { comparedAttention } from '../../src/layers/keras/comparedAttention';
import { featureNormalization } from '../../src/layers/keras/featureNormalization';
import { gatedRecurrentUnit } from '../../src/layers/keras/gatedRecurrentUnit';
import { multiHeadAttention } from '../../src/layers/keras/multiHeadAttention';
import { selection } from '../../src/layers/keras/selection';
import { timeConvolution } from '../../src/layers/keras/timeConvolution';
import { timeSteps } from '../../src/layers/keras/timeSteps';
import { vectorNormalization } from '../../src/layers/keras/vectorNormalization';
import { fit } from '../../src/training';

const LAYERS: Record<string, () => TF.layers.Layer> = {
  layerNormalization: () => layerNormalization({}),
  attention: () => attention({ heads: 2, keyDimension: 3 }),
  dropout: () => dropout({ rate: 0.3, seed: 4 }),
};

/** Those that models of Keras are built of. */
const KERAS_LAYERS: Record<string, () => TF.layers.Layer> = {
  gatedRecurrentUnit: () => gatedRecurrentUnit({ units: 2, returnSequences: true, goBackwards: true, dropout: 0.2 }),
  multiHeadAttention: () => multiHeadAttention({ numHeads: 2, keyDim: 2, valueDim: 3, causal: true, roles: [0, 0] }),
  'comparedAttention of products': () => comparedAttention({ compare: 'product', useScale: true, roles: [0, 0] }),
  'comparedAttention of sums': () => comparedAttention({ compare: 'sum', useScale: true, roles: [0, 0] }),
  'timeConvolution, dilated': () =>
    timeConvolution({ kind: 'full', filters: 2, kernelSize: 2, dilation: 2, padding: 'same' }),
  'timeConvolution, strided': () =>
    timeConvolution({ kind: 'full', filters: 2, kernelSize: 3, strides: 2, padding: 'causal' }),
  'timeConvolution, in groups': () => timeConvolution({ kind: 'full', filters: 3, groups: 3, kernelSize: 2 }),
  'timeConvolution, separable': () =>
    timeConvolution({ kind: 'separable', filters: 2, kernelSize: 2, depthMultiplier: 2, activation: 'tanh' }),
  featureNormalization: () => featureNormalization({ mean: [1, 2, 3], variance: [4, 1, 0.25] }),
  vectorNormalization: () => vectorNormalization({ by: 'root-mean-square' }),
  timeSteps: () => timeSteps({ before: -1, after: 2, repeat: 2 }),
  selection: () => selection({ places: [{ start: -3, stop: null }, 1] }),
  arithmetic: () => arithmetic({ operation: 'power', right: 2 }),
  reduction: () => reduction({ operation: 'mean', axes: [-1], keepDimensions: true }),
};

for (const [name, make] of Object.entries({ ...LAYERS, ...KERAS_LAYERS })) {
  test(`${name} has the gradients that finite differences give, to inputs and weights`, () => {
    const layer = make();
    const x = tf.randomNormal([2, 4, 3], 0, 1, 'float32', 3);
    const loss = (input: TF.Tensor) =>
      withRandomKey(tf.tensor1d([1, 2], 'int32'), () =>
        tf.sum(tf.sin(layer.apply(input, { training: true }) as TF.Tensor)),
      ) as TF.Scalar;
    loss(x);
    const variables = layer.trainableWeights.map((weight) => weight.read() as TF.Variable);
    const gradients = variables.length ? tf.variableGrads(() => loss(x), variables).grads : {};
    const check = (values: Float32Array, analytic: Float32Array, at: (moved: Float32Array) => number) => {
      for (let k = 0; k < values.length; k += Math.ceil(values.length / 12)) {
        const h = 5e-3;
        const moved = (by: number) => at(values.map((value, j) => (j === k ? value + by : value)));
        const numeric = (moved(h) - moved(-h)) / (2 * h);
        assert.ok(
          Math.abs(numeric - analytic[k]!) < 2e-2 * (1 + Math.abs(numeric)),
          `${k}: ${numeric}, ${analytic[k]}`,
        );
      }
    };
    const lossAt = (values: Float32Array) => loss(tf.tensor(values, x.shape)).dataSync()[0]!;
    check(x.dataSync() as Float32Array, tf.grad(loss)(x).dataSync() as Float32Array, lossAt);
    for (const variable of variables) {
      const values = Float32Array.from(variable.dataSync());
      check(values, gradients[variable.name]!.dataSync() as Float32Array, (moved) => {
        variable.assign(tf.tensor(moved, variable.shape));
        const result = loss(x).dataSync()[0]!;
        variable.assign(tf.tensor(values, variable.shape));
        return result;
      });
    }
  });
}

test('attention does not look ahead: changing the future changes no earlier output', () => {
  const layer = attention({ heads: 2, keyDimension: 3 });
  const x = tf.randomNormal([1, 6, 4], 0, 1, 'float32', 5);
  const future = tf.concat([x.slice([0, 0, 0], [1, 4, 4]), tf.randomNormal([1, 2, 4], 0, 1, 'float32', 6)], 1);
  const early = (input: TF.Tensor) => (layer.apply(input) as TF.Tensor).slice([0, 0, 0], [1, 4, 4]).dataSync();
  const [first, second] = [early(x), early(future)];
  assert.ok(first.every((value, k) => Math.abs(value - second[k]!) < 1e-6));
});

test('dropout drops its share in training, keeps the mean, changes nothing otherwise', () => {
  const layer = dropout({ rate: 0.25, seed: 9 });
  const x = tf.ones([200, 100]);
  const y = layer.apply(x, { training: true }) as TF.Tensor;
  const zeros = tf.equal(y, 0).cast('float32').mean().dataSync()[0]!;
  assert.ok(Math.abs(zeros - 0.25) < 0.01, String(zeros));
  assert.ok(Math.abs(y.mean().dataSync()[0]! - 1) < 0.02);
  assert.deepEqual((layer.apply(x) as TF.Tensor).dataSync(), x.dataSync());
  assert.notDeepEqual((layer.apply(x, { training: true }) as TF.Tensor).dataSync(), y.dataSync());
});

test('a model with dropout, normalisation and attention trains alike in eager, graph and XLA mode', async () => {
  const inputs = tf.randomNormal([50, 6, 3], 0, 1, 'float32', 8);
  const targets = inputs.mean([1, 2]);
  const histories: number[][] = [];
  for (const mode of ['eager', 'graph', 'xla'] as const) {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 3 });
    const model = tf.sequential();
    model.add(tf.layers.dense({ inputShape: [6, 3], units: 4, kernelInitializer }));
    model.add(layerNormalization({}));
    const mixer = attention({ heads: 2, keyDimension: 2 });
    model.add(mixer);
    model.add(dropout({ rate: 0.2, seed: 11 }));
    model.add(tf.layers.flatten());
    model.add(tf.layers.dense({ units: 1, kernelInitializer }));
    mixer.setWeights(mixer.getWeights().map(({ shape }, k) => tf.randomNormal(shape, 0, 0.3, 'float32', 20 + k)));
    const run = await fit(model, { inputs, targets }, { losses: 'huber', epochs: 5, batchSize: 16, mode, seed: 2 });
    assert.equal(run.mode, mode);
    histories.push(run.column('loss'));
  }
  for (const history of histories.slice(1)) {
    for (const [k, value] of history.entries()) assert.ok(Math.abs(value - histories[0]![k]!) < 1e-4);
  }
  assert.ok(histories[0]![4]! < histories[0]![0]!);
});

test('layers refuse sizes that make no sense, and survive saving', () => {
  assert.throws(() => dropout({ rate: 1.5 }), { code: 'number-out-of-range' });
  assert.throws(() => attention({ keyDimension: 0 }), { code: 'integer-out-of-range' });
  assert.throws(() => layerNormalization({ epsilon: -1 }), { code: 'number-out-of-range' });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4, 3] })] });
  for (const make of Object.values(LAYERS)) model.add(make());
  const again = tf.models.modelFromJSON(JSON.parse(model.toJSON() as string));
  return again.then((loaded) => {
    loaded.setWeights(model.getWeights());
    const x = tf.randomNormal([2, 4, 3], 0, 1, 'float32', 1);
    assert.deepEqual((loaded.predict(x) as TF.Tensor).dataSync(), (model.predict(x) as TF.Tensor).dataSync());
  });
});
