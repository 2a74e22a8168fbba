import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { ReluctantError, type TF, tf } from '../../src/core';
import { model as loadKeras, saveKeras } from '../../src/inspection';
import { activityRegularization, dropout, layerNormalization } from '../../src/layers';
import { spectralNormalization } from '../../src/layers/keras/spectralNormalization';
import { wave } from '../training/modelRuns';

const { layers } = tf;
const chain =
  (...list: TF.layers.Layer[]) =>
  () =>
    tf.sequential({ layers: list });
const series = { inputShape: [8, 3] };

function branches(): TF.LayersModel {
  const [one, two] = [tf.input({ shape: [4], name: 'one' }), tf.input({ shape: [4], name: 'two' })];
  const shared = layers.dense({ units: 3, activation: 'relu', name: 'shared' });
  const [a, b] = [shared.apply(one), shared.apply(two)] as TF.SymbolicTensor[];
  const joined = layers.concatenate().apply([a!, layers.dense({ units: 2 }).apply(b!) as TF.SymbolicTensor]);
  const sum = layers.add().apply([a!, b!]) as TF.SymbolicTensor;
  const heads = [
    layers.dense({ units: 1, name: 'up' }).apply(joined),
    layers.dense({ units: 2, name: 'down' }).apply(sum),
  ];
  return tf.model({ inputs: [one, two], outputs: heads as TF.SymbolicTensor[] });
}

/** Models of every kind of layer that Keras has as well. */
const MODELS: Readonly<Record<string, () => TF.LayersModel>> = {
  dense: chain(
    layers.dense({
      units: 4,
      activation: 'tanh',
      inputShape: [5],
      kernelRegularizer: tf.regularizers.l1l2({ l1: 0.01, l2: 0.02 }),
      kernelConstraint: tf.constraints.maxNorm({ maxValue: 3, axis: 0 }),
      trainable: false,
    }),
    layers.batchNormalization(),
    dropout({ rate: 0.2 }),
    activityRegularization({ l2: 0.1 }),
    layers.leakyReLU({ alpha: 0.1 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ),
  pictures: chain(
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'elu', inputShape: [8, 8, 2] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.separableConv2d({ filters: 3, kernelSize: 2, padding: 'same', depthMultiplier: 2 }),
    layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 2 }),
    layers.globalAveragePooling2d({}),
    layers.dense({ units: 1 }),
  ),
  series: chain(
    layers.conv1d({ filters: 4, kernelSize: 2, dilationRate: 2, activation: 'sigmoid', ...series }),
    layers.lstm({ units: 3, recurrentActivation: 'sigmoid', returnSequences: true }),
    layers.bidirectional({
      layer: layers.gru({ units: 2, recurrentActivation: 'sigmoid', returnSequences: true }) as TF.RNN,
      mergeMode: 'concat',
    }),
    layers.timeDistributed({ layer: layers.dense({ units: 2 }) }),
    layerNormalization({}),
    layers.simpleRNN({ units: 3 }),
  ),
  masked: chain(
    layers.masking({ maskValue: 0, ...series }),
    layers.lstm({ units: 3, recurrentActivation: 'sigmoid' }),
    layers.dense({ units: 1 }),
  ),
  spectral: chain(
    layers.inputLayer(series),
    spectralNormalization({ layer: layers.conv1d({ filters: 3, kernelSize: 2, activation: 'tanh' }) }),
    layers.flatten(),
    spectralNormalization({ layer: layers.dense({ units: 2, useBias: false }), powerIterations: 3 }),
  ),
  stateful: chain(
    layers.gru({
      ...{ units: 3, stateful: true, recurrentActivation: 'sigmoid', returnSequences: true },
      batchInputShape: [4, 6, 4],
    }),
    layers.bidirectional({ layer: layers.simpleRNN({ units: 2, stateful: true }) as TF.RNN, mergeMode: 'concat' }),
  ),
  shapes: chain(
    layers.permute({ dims: [2, 1], ...series }),
    layers.reshape({ targetShape: [4, 6] }),
    layers.averagePooling1d({ poolSize: 2 }),
    layers.flatten(),
    layers.prelu(),
    layers.repeatVector({ n: 2 }),
  ),
  branches,
};

const LOAD = `
import os, sys, json
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy, keras
folder, names = sys.argv[1], sys.argv[2].split(",")
result = {}
for name in names:
    model = keras.saving.load_model(f"{folder}/{name}.keras")
    given = json.load(open(f"{folder}/{name}.json"))
    inputs = [numpy.array(v, "float32").reshape(s) for s, v in given]
    outputs = model(inputs if len(inputs) > 1 else inputs[0])
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    result[name] = {"outputs": [numpy.array(o).ravel().tolist() for o in outputs], "trainable": len(model.trainable_weights),
      "losses": float(sum(model.losses)) if model.losses else 0.0}
print("RESULT" + json.dumps(result))
`;

test('what saveKeras writes loads in Keras with outputs within 1e-6, and comes back the same', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saved-'));
  const expected: Record<string, { outputs: number[][]; trainable: number }> = {};
  try {
    for (const [name, make] of Object.entries(MODELS)) {
      const model = make();
      for (const [k, weight] of model.weights.entries()) {
        const value = wave(weight.shape as number[], 1.7 + 0.31 * k, 0.4);
        (weight.read() as TF.Variable).assign(weight.originalName.includes('variance') ? value.abs().add(0.5) : value);
      }
      const inputs = model.inputs.map(({ shape }, k) => wave([4, ...(shape.slice(1) as number[])], 1.3 + k));
      const outputs = [model.predict(inputs.length > 1 ? inputs : inputs[0]!)].flat();
      expected[name] = {
        outputs: outputs.map((one) => Array.from(one.dataSync())),
        trainable: model.trainableWeights.length,
      };
      const file = path.join(folder, `${name}.keras`);
      await saveKeras(model, file);
      fs.writeFileSync(
        path.join(folder, `${name}.json`),
        JSON.stringify(inputs.map((one) => [one.shape, Array.from(one.dataSync())])),
      );
      if (name === 'masked' || name === 'dense') continue;
      const again = await loadKeras(file);
      const back = [again.predict(inputs.length > 1 ? inputs : inputs[0]!)].flat();
      back.forEach((one, k) => {
        closeTo(Array.from(one.dataSync()), expected[name]!.outputs[k]!, `${name} read again`);
      });
    }
    const python = path.join(__dirname, '..', '..', '.venv', 'bin', 'python');
    const text = execFileSync(python, ['-c', LOAD, folder, Object.keys(MODELS).join(',')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const loaded = JSON.parse(text.slice(text.indexOf('RESULT') + 6)) as typeof expected;
    for (const [name, { outputs, trainable }] of Object.entries(expected)) {
      outputs.forEach((values, k) => {
        closeTo(loaded[name]!.outputs[k]!, values, name);
      });
      assert.equal(loaded[name]!.trainable, trainable, name);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

function closeTo(received: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(received.length, expected.length, what);
  received.forEach((value, k) => {
    assert.ok(Math.abs(value - expected[k]!) < 1e-6, `${what} ${k}: ${value}, ${expected[k]}`);
  });
}

test('a layer that Keras does not have, or computes otherwise, is named and nothing is written', async () => {
  const file = path.join(os.tmpdir(), `never-${process.pid}.keras`);
  const impossible: [TF.layers.Layer, string][] = [
    [layers.thresholdedReLU({ name: 'threshold', inputShape: [3] }), 'threshold'],
    [layers.lstm({ name: 'hard', units: 2, ...series }), 'hard'],
    [
      layers.conv2d({ name: 'first', filters: 1, kernelSize: 2, dataFormat: 'channelsFirst', inputShape: [2, 4, 4] }),
      'first',
    ],
  ];
  const inner = tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })], name: 'inner' });
  const nested = tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [3] }), inner] });
  const models = impossible.map(([layer, name]) => [tf.sequential({ layers: [layer] }), name] as const);
  for (const [model, name] of [...models, [nested, 'inner'] as const]) {
    const saving = saveKeras(model, file);
    await assert.rejects(saving, (error) => {
      assert.ok(error instanceof ReluctantError, String(error));
      assert.equal(error.code, 'layer-not-saved');
      assert.ok(error.message.includes(name));
      return true;
    });
    assert.ok(!fs.existsSync(file));
  }
});
