import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { causalConvolution, registerLayers } from '../../src/layers';

const ones = () => tf.initializers.ones();

test('causalConvolution with a kernel of ones adds the step d earlier, and zero before the start', () => {
  const layer = causalConvolution({
    filters: 1,
    kernelSize: 2,
    dilation: 3,
    kernelInitializer: ones(),
    useBias: false,
  });
  const y = layer.apply(tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 6, 1])) as TF.Tensor;
  assert.deepEqual([...y.dataSync()], [1, 2, 3, 4 + 1, 5 + 2, 6 + 3]);
});

test('causalConvolution never looks ahead: changing the future changes no earlier output', () => {
  const layer = causalConvolution({ filters: 3, kernelSize: 3, dilation: 2, activation: 'tanh' });
  const x = tf.randomNormal([2, 12, 4], 0, 1, 'float32', 5) as TF.Tensor3D;
  const future = tf.concat([x.slice([0, 0, 0], [2, 7, 4]), tf.randomNormal([2, 5, 4], 0, 1, 'float32', 6)], 1);
  const [a, b] = [x, future].map((input) => (layer.apply(input) as TF.Tensor3D).slice([0, 0, 0], [2, 7, 3]).dataSync());
  assert.deepEqual(a, b);
});

test('causalConvolution has the gradient that finite differences give, for a dilation above 1', () => {
  const layer = causalConvolution({ filters: 2, kernelSize: 2, dilation: 2, activation: 'tanh' });
  const x = tf.randomNormal([1, 6, 2], 0, 1, 'float32', 3);
  const f = (input: TF.Tensor) => tf.sum(tf.square(layer.apply(input) as TF.Tensor));
  const analytic = tf.grad(f)(x).dataSync();
  const values = x.dataSync();
  const h = 1e-2;
  for (let k = 0; k < values.length; k++) {
    const moved = (by: number) =>
      f(
        tf.tensor(
          Float32Array.from(values, (v, j) => (j === k ? v + by : v)),
          x.shape,
        ),
      ).dataSync()[0]!;
    const numeric = (moved(h) - moved(-h)) / (2 * h);
    assert.ok(Math.abs(numeric - analytic[k]!) < 2e-3, `entry ${k}: ${numeric} against ${analytic[k]}`);
  }
});

test('causalConvolution survives saving and loading a model', async () => {
  registerLayers();
  const input = tf.input({ shape: [8, 2] });
  const output = causalConvolution({ filters: 3, dilation: 2, name: 'c' }).apply(input) as TF.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output });
  const again = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: model.toJSON(null, false) as object }));
  again.setWeights(model.getWeights());
  const x = tf.randomNormal([1, 8, 2], 0, 1, 'float32', 1);
  assert.deepEqual((again.predict(x) as TF.Tensor).dataSync(), (model.predict(x) as TF.Tensor).dataSync());
});

test('causalConvolution refuses sizes that are not whole numbers', () => {
  assert.throws(() => causalConvolution({ filters: 0 }), /filters/);
  assert.throws(() => causalConvolution({ filters: 1, dilation: 1.5 }), /dilation/);
});
