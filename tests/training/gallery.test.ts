import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { variableGrads } from '../../src/compile';
import { ReluctantError, type TF, tf } from '../../src/core';
import { fit } from '../../src/training';
import { EXHIBITS, exhibit, GALLERY } from './gallery';

/**
 * Names in `tf.layers` that make no layer, or another name of one that is there; and randomWidth, which makes a width of -1 that
 * no layer behind it takes, so that no model can be built with it.
 */
const NO_LAYERS =
  /^(input|inputLayer|randomWidth|Layer|RNN|RNNCell|InputSpec|Wrapper|.*Cell|stackedRNNCells|.*Pool[123]d|avg.*|globalMaxPool.*)$/;

test('the gallery has every layer of tfjs', () => {
  const missing = Object.keys(tf.layers).filter((name) => !NO_LAYERS.test(name) && !(name in GALLERY));
  assert.deepEqual(missing, []);
});

test('every layer of tfjs trains compiled, but for those that the README lists', async () => {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void warnings.push(text);
  const refused: string[] = [];
  try {
    for (const [name, one] of EXHIBITS) {
      try {
        const { run } = await exhibit(one, name);
        assert.equal(run.mode, 'graph', `${name}: ${run.modeReason}`);
        assert.equal(run.stopReason, 'finished', name);
      } catch (error) {
        assert.ok(error instanceof ReluctantError && error.code === 'layer-not-computed', `${name}: ${error}`);
        refused.push(name);
      }
    }
  } finally {
    console.warn = warn;
  }
  assert.deepEqual(warnings, []);
  const readme = fs.readFileSync(path.join(__dirname, '..', '..', 'README.md'), 'utf8');
  const [, list] = readme.match(/All layers of tfjs\s+train compiled but for ([^.]*)\./s) ?? [];
  const listed = [...(list ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  assert.deepEqual(listed.sort(), refused.sort());
});

test('layers that draw numbers give the same bits for the same seed, wherever the model was made, and others for another', async () => {
  const draws = EXHIBITS.filter(([name]) => /[dD]ropout|Noise/.test(name));
  assert.ok(draws.length >= 8);
  for (const [name, one] of draws) {
    const [first, second, other] = [await exhibit(one, name), await exhibit(one, name), await exhibit(one, name, 7)];
    assert.deepEqual(first.run.column('loss'), second.run.column('loss'), name);
    assert.notDeepEqual(first.run.column('loss'), other.run.column('loss'), name);
  }
});

test('dropout and noise keep the mean and have the spread they are asked for', async () => {
  const spreads: [TF.layers.Layer, number][] = [
    [tf.layers.dropout({ rate: 0.2, inputShape: [2000] }), 0.5],
    [tf.layers.gaussianDropout({ rate: 0.2, inputShape: [2000] }), 0.5],
    [tf.layers.gaussianNoise({ stddev: 0.3, inputShape: [2000] }), 0.3],
  ];
  for (const [layer, spread] of spreads) {
    const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 1, inputShape: [2000] })] });
    const seen: { mean?: number; spread?: number } = {};
    const shown = tf.model({ inputs: model.inputs, outputs: [model.outputs[0]!, layer.output as TF.SymbolicTensor] });
    shown.outputNames = ['y', 'noised'];
    const losses = { y: 'meanSquaredError', noised: (_: TF.Tensor, p: TF.Tensor) => p.mean(1) } as const;
    const targets = { y: tf.zeros([64, 1]), noised: tf.zeros([64, 2000]) };
    const second = (_: TF.Tensor, p: TF.Tensor) => p.square().mean(1);
    const options = { epochs: 1, batchSize: 64, mode: 'graph', optimizer: { learningRate: 0 } } as const;
    seen.mean = (await fit(shown, { inputs: tf.ones([64, 2000]), targets }, { losses, ...options })).last.noised_loss;
    const squared = await fit(
      shown,
      { inputs: tf.ones([64, 2000]), targets },
      { losses: { ...losses, noised: second }, ...options },
    );
    seen.spread = Math.sqrt(squared.last.noised_loss - seen.mean ** 2);
    assert.ok(Math.abs(seen.mean - 1) < 0.01, `${layer.name}: mean ${seen.mean}`);
    assert.ok(Math.abs(seen.spread - spread) < 0.01, `${layer.name}: spread ${seen.spread}`);
    shown.dispose();
  }
});

test('dilated convolutions give in training what tfjs predicts', async () => {
  const layers = [
    tf.layers.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2, activation: 'tanh', inputShape: [9, 2] }),
    tf.layers.conv2d({ filters: 3, kernelSize: [2, 3], dilationRate: 2, padding: 'same', inputShape: [7, 8, 2] }),
  ];
  for (const layer of layers) {
    const model = tf.sequential({ layers: [layer] });
    const inputs = tf.randomNormal([6, ...(model.inputs[0]!.shape.slice(1) as number[])], 0, 1, 'float32', 5);
    const predictions = model.predict(inputs) as TF.Tensor;
    const options = {
      losses: 'meanSquaredError',
      epochs: 1,
      batchSize: 6,
      optimizer: { learningRate: 0 },
      mode: 'graph',
    } as const;
    const run = await fit(model, { inputs, targets: predictions }, options);
    assert.ok(run.last.loss < 1e-12, `${layer.name}: ${run.last.loss}`);
    model.dispose();
  }
});

test('gradients that tfjs lacks agree with differences', () => {
  const a = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 1);
  const b = tf.randomNormal([4, 5], 0, 1, 'float32', 2);
  const filter = tf.randomNormal([2, 2, 2, 3, 2], 0, 1, 'float32', 3) as TF.Tensor5D;
  const cube = tf.randomNormal([1, 3, 3, 3, 2], 0, 1, 'float32', 4) as TF.Tensor5D;
  const cases: Record<string, [TF.Tensor, (x: TF.Tensor) => TF.Tensor]> = {
    einsum: [a, (x) => tf.einsum('bij,jk->bik', x, b)],
    'einsum of the second': [b, (x) => tf.einsum('bij,jk->bik', a, x)],
    'einsum that sums a letter away': [a, (x) => tf.einsum('bij,jk->k', x, b)],
    topk: [a, (x) => tf.topk(x, 2).values],
    conv3dTranspose: [cube, (x) => tf.conv3dTranspose(x as TF.Tensor5D, filter, [1, 4, 4, 4, 3], 1, 'valid')],
    'conv3dTranspose of the filter': [
      filter,
      (x) => tf.conv3dTranspose(cube, x as TF.Tensor5D, [1, 4, 4, 4, 3], 1, 'valid'),
    ],
    greater: [a, (x) => x.mul(x.greater(0).toFloat())],
  };
  for (const [name, [at, compute]] of Object.entries(cases)) {
    const variable = tf.variable(at);
    const loss = () => tf.sum(tf.mul(compute(variable), tf.cos(compute(variable)))) as TF.Scalar;
    const { grads } = variableGrads(loss, [variable]);
    const gradient = grads[variable.name]!.dataSync();
    const values = at.dataSync().slice();
    for (const k of [0, 5, values.length - 1]) {
      const moved = (by: number) => {
        const changed = Float32Array.from(values, (value, i) => (i === k ? value + by : value));
        variable.assign(tf.tensor(changed, at.shape));
        return loss().dataSync()[0]!;
      };
      const difference = (moved(5e-3) - moved(-5e-3)) / 1e-2;
      assert.ok(
        Math.abs(difference - gradient[k]!) < 0.02 * Math.max(1, Math.abs(difference)),
        `${name} ${k}: ${gradient[k]}, ${difference}`,
      );
    }
    variable.dispose();
  }
});
