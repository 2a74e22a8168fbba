import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { ReluctantError, type TF, tf } from '../../src/core';
import {
  compiledModel,
  model as loadKeras,
  saveONNX,
  saveSafetensors,
  saveSavedModel,
  saveTfjs,
  tensors,
} from '../../src/inspection';
import { dropout, layerNormalization, registerLayers } from '../../src/layers';
import { wave } from '../training/modelRuns';
import { ONNX_MODELS } from './onnxModels';

const ROOT = path.join(__dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'formats-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** A model with weights that no zero hides. */
function waves(model: TF.LayersModel): TF.LayersModel {
  for (const [k, weight] of model.weights.entries()) {
    const value = wave(weight.shape as number[], 1.7 + 0.31 * k, 0.4);
    (weight.read() as TF.Variable).assign(weight.originalName.includes('variance') ? value.abs().add(0.5) : value);
  }
  return model;
}

const recurrent = (): TF.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.bidirectional({
        layer: tf.layers.lstm({ units: 3, returnSequences: true }),
        mergeMode: 'sum',
        inputShape: [6, 2],
      }),
      layerNormalization({}),
      dropout({ rate: 0.5 }),
      tf.layers.gru({ units: 2 }),
      tf.layers.dense({ units: 1, kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }), trainable: false }),
    ],
  });

// tfjs alone, without TensorFlow and without this project.
const ALONE = `
const tf = require('@tensorflow/tfjs');
const fs = require('node:fs');
const path = require('node:path');
(async () => {
  const results = {};
  await tf.setBackend('cpu');
  for (const name of fs.readdirSync(process.argv[1])) {
    const folder = path.join(process.argv[1], name);
    const json = JSON.parse(fs.readFileSync(path.join(folder, 'model.json')));
    const { paths, weights } = json.weightsManifest[0];
    const bytes = fs.readFileSync(path.join(folder, paths[0]));
    const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: weights, weightData }));
    const inputs = JSON.parse(fs.readFileSync(path.join(folder, 'inputs.json'))).map(([shape, values]) => tf.tensor(values, shape));
    const outputs = [model.predict(inputs.length > 1 ? inputs : inputs[0])].flat();
    results[name] = { outputs: outputs.map((one) => Array.from(one.dataSync())), trainable: model.trainableWeights.length };
  }
  console.log('RESULT' + JSON.stringify(results));
})();
`;

test('what saveTfjs writes gives the same outputs in tfjs alone to 1e-6, and the same weights are frozen', async () => {
  const all = path.join(folder, 'tfjs');
  fs.mkdirSync(all);
  const expected: Record<string, { outputs: number[][]; trainable: number }> = {};
  const makers = {
    recurrent,
    normalized: ONNX_MODELS['normalized']!,
    pictures: ONNX_MODELS['pictures']!,
    branches: ONNX_MODELS['branches']!,
  };
  for (const [name, make] of Object.entries(makers)) {
    const model = waves(make());
    const inputs = model.inputs.map(({ shape }, k) => wave([3, ...(shape.slice(1) as number[])], 1.3 + k));
    const outputs = [model.predict(inputs.length > 1 ? inputs : inputs[0]!)].flat();
    expected[name] = {
      outputs: outputs.map((one) => Array.from(one.dataSync())),
      trainable: model.trainableWeights.length,
    };
    await saveTfjs(model, path.join(all, name));
    fs.writeFileSync(
      path.join(all, name, 'inputs.json'),
      JSON.stringify(inputs.map((one) => [one.shape, Array.from(one.dataSync())])),
    );
  }
  const text = execFileSync(process.execPath, ['-e', ALONE, all], {
    encoding: 'utf8',
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const received = JSON.parse(text.slice(text.indexOf('RESULT') + 6)) as typeof expected;
  for (const [name, { outputs, trainable }] of Object.entries(expected)) {
    assert.equal(received[name]!.trainable, trainable, name);
    for (const [k, values] of outputs.entries())
      for (const [n, value] of values.entries())
        assert.ok(
          Math.abs(received[name]!.outputs[k]![n]! - value) < 1e-6 * Math.max(1, Math.abs(value)),
          `${name} ${k} ${n}`,
        );
  }
});

test('saveTfjs names a layer or an activation that tfjs alone does not have, and writes nothing', async () => {
  registerLayers();
  const to = path.join(folder, 'never');
  const own = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'own', activation: 'hardSwish' as 'relu' })],
  });
  const causal = ONNX_MODELS['convolvedSeries']!();
  for (const [model, says] of [
    [own, /hardSwish.*layer own/],
    [causal, /CausalConvolution.*layer causal_convolution/],
  ] as const) {
    await assert.rejects(
      saveTfjs(model, to),
      (error) => error instanceof ReluctantError && error.code === 'layer-not-saved' && says.test(error.message),
    );
    assert.ok(!fs.existsSync(to));
  }
  const file = path.join(folder, 'a-file');
  fs.writeFileSync(file, '');
  await assert.rejects(saveTfjs(recurrent(), file), { code: 'file-not-written' });
});

test('saveTfjs over a model of before leaves a folder that loads', async () => {
  const to = path.join(folder, 'twice');
  const model = recurrent();
  await saveTfjs(model, to);
  await saveTfjs(waves(model), to);
  const again = await tf.loadLayersModel(`file://${to}/model.json`);
  again
    .getWeights()
    .forEach((weight, k) => void assert.deepEqual(weight.dataSync(), model.getWeights()[k]!.dataSync()));
});

// As its documentation says: by the signature, whatever the number of rows.
const SERVED = `
import os, sys, json
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy, tensorflow
results = {}
for name, cases in json.load(open(sys.argv[1] + "/cases.json")).items():
    call = tensorflow.saved_model.load(f"{sys.argv[1]}/{name}").signatures["serving_default"]
    given = [{key: tensorflow.constant(values, "float32", shape) for key, (shape, values) in one.items()} for one in cases]
    results[name] = [{key: value.numpy().ravel().tolist() for key, value in call(**one).items()} for one in given]
print("RESULT" + json.dumps(results))
`;

test('what saveSavedModel writes gives the same outputs in TensorFlow for Python to 1e-6, for any number of rows', async () => {
  const all = path.join(folder, 'served');
  const masked = () =>
    tf.sequential({
      layers: [
        tf.layers.masking({ maskValue: 0, inputShape: [6, 2] }),
        tf.layers.gru({ units: 3, returnSequences: true }),
        tf.layers.dense({ units: 1 }),
      ],
    });
  const named = Object.entries(ONNX_MODELS).filter(([name]) => !(name in tf.layers) && !name.endsWith('Sigmoid'));
  const makers = { ...Object.fromEntries(named), recurrent, masked };
  const cases: Record<string, Record<string, [number[], number[]]>[]> = {};
  const expected: Record<string, Record<string, number[]>[]> = {};
  for (const [name, make] of Object.entries(makers)) {
    const model = waves(make());
    await saveSavedModel(model, path.join(all, name));
    const isOfWords = model.layers.some((layer) => layer.getClassName() === 'Embedding');
    const of = (rows: number) => {
      const inputs = model.inputs.map(({ shape }, k) => {
        const values = wave([rows, ...(shape.slice(1) as number[])], 1.3 + k);
        return isOfWords ? values.abs().mul(5).floor() : values;
      });
      const outputs = [model.predict(inputs.length > 1 ? inputs : inputs[0]!)].flat();
      cases[name] = [
        ...(cases[name] ?? []),
        Object.fromEntries(
          model.inputNames.map((input, k) => [input, [inputs[k]!.shape, Array.from(inputs[k]!.dataSync())]]),
        ),
      ];
      return Object.fromEntries(model.outputNames.map((output, k) => [output, Array.from(outputs[k]!.dataSync())]));
    };
    expected[name] = [1, 4].map(of);
  }
  fs.writeFileSync(path.join(all, 'cases.json'), JSON.stringify(cases));
  const text = execFileSync(path.join(ROOT, '.venv', 'bin', 'python'), ['-c', SERVED, all], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const received = JSON.parse(text.slice(text.indexOf('RESULT') + 6)) as typeof expected;
  for (const [name, calls] of Object.entries(expected))
    for (const [k, outputs] of calls.entries())
      for (const [output, values] of Object.entries(outputs))
        for (const [n, value] of values.entries())
          assert.ok(
            Math.abs(received[name]![k]![output]![n]! - value) < 1e-6 * Math.max(1, Math.abs(value)),
            `${name}, call ${k}, ${output} ${n}`,
          );
});

test('saveSavedModel names an input of unknown length', async () => {
  const model = tf.sequential({ layers: [tf.layers.gru({ units: 2, inputShape: [null as never, 2], name: 'any' })] });
  await assert.rejects(
    saveSavedModel(model, path.join(folder, 'never')),
    (error: Error) => error instanceof ReluctantError && /length that is not known.*any_input/s.test(error.message),
  );
  assert.ok(!fs.existsSync(path.join(folder, 'never')));
});

test('what saveSafetensors writes has the same numbers in Python, under the names of inspect.weights', async () => {
  const model = waves(recurrent());
  const file = path.join(folder, 'model.safetensors');
  await saveSafetensors(model, file);
  const script = `import sys, json, safetensors.numpy as s
print(json.dumps({n: [list(t.shape), str(t.dtype), t.ravel().tolist()] for n, t in s.load_file(sys.argv[1]).items()}))`;
  const text = execFileSync(path.join(ROOT, '.venv', 'bin', 'python'), ['-c', script, file], { encoding: 'utf8' });
  const loaded = JSON.parse(text) as Record<string, [number[], string, number[]]>;
  assert.equal(Object.keys(loaded).length, model.weights.length);
  const ours = await tensors(file);
  for (const [k, { name, values }] of ours.entries()) {
    const tensor = model.weights[k]!.read();
    assert.deepEqual(loaded[name], [tensor.shape, 'float32', Array.from(tensor.dataSync())]);
    assert.deepEqual(Array.from(values()), Array.from(tensor.dataSync()));
  }
});

test('a model of tfjs is read from its folder or description, and gives what it gave', async () => {
  for (const [name, make] of Object.entries({ recurrent, branches: ONNX_MODELS['branches']! })) {
    const saved = waves(make());
    const place = path.join(folder, `read-${name}`);
    await saveTfjs(saved, place);
    for (const given of [place, path.join(place, 'model.json')]) {
      const read = await loadKeras(given);
      const inputs = saved.inputs.map(({ shape }, k) => wave([3, ...(shape.slice(1) as number[])], 1.3 + k));
      const [theirs, ours] = [saved, read].map((one) => [one.predict(inputs.length > 1 ? inputs : inputs[0]!)].flat());
      for (const [k, tensor] of theirs!.entries()) assert.deepEqual(ours![k]!.arraySync(), tensor.arraySync());
      assert.deepEqual(
        read.layers.map(({ trainable }) => trainable),
        saved.layers.map(({ trainable }) => trainable),
      );
      read.dispose();
    }
    saved.dispose();
  }
});

test('a model that tfjs has saved with its optimiser comes with what it was compiled with', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  await model.fit(tf.ones([4, 2]), tf.ones([4, 1]), { verbose: 0 });
  await model.save(`file://${path.join(folder, 'compiled')}`, { includeOptimizer: true });
  const read = await compiledModel(path.join(folder, 'compiled'));
  assert.equal(read.compiled.loss, 'mean_squared_error');
  assert.equal((read.compiled.optimizer as { class_name: string }).class_name, 'Adam');
  assert.deepEqual(read.model.getWeights()[0]!.arraySync(), model.getWeights()[0]!.arraySync());
});

test('what is no model, was damaged, or would have other files read is told apart', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  const place = path.join(folder, 'ofTfjs');
  await saveTfjs(model, place);
  await saveONNX(model, path.join(folder, 'other.onnx'));
  fs.writeFileSync(path.join(folder, 'ofKeras.json'), '{"module": "keras", "class_name": "Sequential"}');
  await assert.rejects(loadKeras(path.join(folder, 'other.onnx')), /models of ONNX are written here, and not read/);
  await assert.rejects(loadKeras(path.join(folder, 'ofKeras.json')), /the file is no model of Keras/);
  const description = JSON.parse(fs.readFileSync(path.join(place, 'model.json'), 'utf8'));
  const [{ paths, weights }] = description.weightsManifest;
  const changed = (change: object) => {
    fs.writeFileSync(path.join(place, 'other.json'), JSON.stringify({ ...description, ...change }));
    return loadKeras(path.join(place, 'other.json'));
  };
  const listed = (change: object) => changed({ weightsManifest: [{ paths, weights, ...change }] });
  await assert.rejects(listed({ paths: ['../../secret.bin'] }), /weights lie beside the description/);
  await assert.rejects(listed({ paths: ['absent.bin'] }), /absent\.bin/);
  await assert.rejects(
    listed({ weights: weights.slice(1) }),
    /do not fit the layers|cannot be read|claims more weights/,
  );
  await assert.rejects(listed({ weights: [{ ...weights[0], shape: [1e9, 1] }] }), /cannot be read/);
  await assert.rejects(changed({ format: 'graph-model' }), /a graph model of tfjs/);
  await assert.rejects(changed({ modelTopology: { class_name: 'Sequential', config: 5 } }), /do not fit together/);
  await assert.rejects(changed({ weightsManifest: 'none' }), /weightsManifest/);
  model.dispose();
});
