import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { ReluctantError, type TF, tf } from '../../src/core';
import { model as loadKeras, ONNX_LAYERS, saveONNX } from '../../src/inspection';
import { wave } from '../training/modelRuns';
import { ONNX_MODELS } from './onnxModels';

const REFERENCE = path.join(__dirname, 'reference');
const KERAS_FILES = fs.readdirSync(REFERENCE).filter((file) => file.endsWith('.keras'));

const RUN = `
import sys, json, numpy, onnxruntime
folder = sys.argv[1]
result = {}
for name in json.load(open(f"{folder}/names.json")):
    session = onnxruntime.InferenceSession(f"{folder}/{name}.onnx", providers=["CPUExecutionProvider"])
    given = json.load(open(f"{folder}/{name}.json"))
    inputs = {n: numpy.array(v, "float32").reshape(s) for n, (s, v) in given.items()}
    result[name] = {o.name: v.ravel().tolist() for o, v in zip(session.get_outputs(), session.run(None, inputs))}
print("RESULT" + json.dumps(result))
`;

/** What ONNX Runtime makes of the models in a folder, by model and output. */
function runtimeOutputs(folder: string): Record<string, Record<string, number[]>> {
  const python = path.join(__dirname, '..', '..', '.venv', 'bin', 'python');
  const text = execFileSync(python, ['-c', RUN, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(text.slice(text.indexOf('RESULT') + 6)) as Record<string, Record<string, number[]>>;
}

/** Sines for every weight, variances positive, so that no zero hides a mistake. */
function setWaves(model: TF.LayersModel): void {
  for (const [k, weight] of model.weights.entries()) {
    const value = wave(weight.shape as number[], 1.7 + 0.31 * k, 0.4);
    (weight.read() as TF.Variable).assign(weight.originalName.includes('variance') ? value.abs().add(0.5) : value);
  }
}

function inputsOf(model: TF.LayersModel, rows: number): TF.Tensor[] {
  const first = model.layers.find((layer) => layer.getClassName() === 'Embedding');
  return model.inputs.map(({ shape }, k) => {
    const sizes = [rows, ...(shape.slice(1) as number[])];
    if (first)
      return tf.tensor(
        Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, n) => (n * n + 3 * n) % 7),
        sizes,
      );
    return wave(sizes, 1.3 + k);
  });
}

/** Writes a model with rows to give it; what it makes of them by output. */
async function written(
  folder: string,
  name: string,
  model: TF.LayersModel,
  rows = 3,
): Promise<Record<string, number[]>> {
  await saveONNX(model, path.join(folder, `${name}.onnx`));
  const inputs = inputsOf(model, rows);
  const given = Object.fromEntries(
    model.inputNames.map((input, k) => [input, [inputs[k]!.shape, Array.from(inputs[k]!.dataSync())]]),
  );
  fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(given));
  const outputs = [model.predict(inputs.length > 1 ? inputs : inputs[0]!)].flat();
  return Object.fromEntries(model.outputNames.map((output, k) => [output, Array.from(outputs[k]!.dataSync())]));
}

test('what saveONNX writes gives the same outputs in ONNX Runtime to 1e-6, layer by layer, for any number of rows', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'onnx-'));
  try {
    const expected: Record<string, Record<string, number[]>> = {};
    const seen = new Set<string>();
    for (const [name, make] of Object.entries(ONNX_MODELS)) {
      const model = make();
      setWaves(model);
      for (const layer of model.layers) seen.add(layer.getClassName());
      for (const rows of [1, 3]) expected[`${name} ${rows}`] = await written(folder, `${name} ${rows}`, model, rows);
    }
    const refused: string[] = [];
    for (const file of KERAS_FILES) {
      const model = await loadKeras(path.join(REFERENCE, file)).catch(() => undefined);
      if (!model) continue;
      try {
        expected[file] = await written(folder, file, model);
      } catch (error) {
        assert.ok(error instanceof ReluctantError && error.code === 'layer-not-saved', `${file}: ${error}`);
        refused.push(`${file}: ${error.message}`);
      }
    }
    fs.writeFileSync(path.join(folder, 'names.json'), JSON.stringify(Object.keys(expected)));
    const received = runtimeOutputs(folder);
    let largest = 0;
    for (const [name, outputs] of Object.entries(expected)) {
      assert.deepEqual(Object.keys(received[name]!), Object.keys(outputs), name);
      for (const [output, values] of Object.entries(outputs)) {
        assert.equal(received[name]![output]!.length, values.length, name);
        const distance = Math.max(
          ...values.map((value, k) => Math.abs(value - received[name]![output]![k]!) / Math.max(1, Math.abs(value))),
        );
        largest = Math.max(largest, distance);
        assert.ok(distance < 1e-6, `${name}, ${output}: ${distance}`);
      }
    }
    t.diagnostic(`of Keras's files refused by layer: ${refused.length} of ${KERAS_FILES.length}`);
    const untried = ONNX_LAYERS.filter((name) => !seen.has(name));
    assert.deepEqual(untried, [], 'every layer that is written is in a model');
    t.diagnostic(`${Object.keys(expected).length} models, at most ${largest} apart`);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('a layer that ONNX has nothing like is named, and nothing is written', async () => {
  const file = path.join(os.tmpdir(), `never-${process.pid}.onnx`);
  const { layers } = tf;
  const series = { inputShape: [4, 2] };
  const inner = tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })], name: 'inner' });
  const impossible: [string, RegExp, TF.LayersModel][] = [
    ['masks', /class Masking/, tf.sequential({ layers: [layers.masking({ name: 'masks', ...series })] })],
    [
      'words',
      /maskZero/,
      tf.sequential({
        layers: [layers.embedding({ name: 'words', inputDim: 3, outputDim: 2, maskZero: true, inputLength: 3 })],
      }),
    ],
    [
      'first',
      /channels stand first/,
      tf.sequential({
        layers: [
          layers.conv2d({
            name: 'first',
            filters: 1,
            kernelSize: 2,
            dataFormat: 'channelsFirst',
            inputShape: [2, 4, 4],
          }),
        ],
      }),
    ],
    [
      'ends',
      /sequence from its end/,
      tf.sequential({
        layers: [layers.gru({ name: 'ends', units: 2, goBackwards: true, returnSequences: true, ...series })],
      }),
    ],
    [
      'soft',
      /within a recurrence/,
      tf.sequential({ layers: [layers.lstm({ name: 'soft', units: 2, activation: 'softmax', ...series })] }),
    ],
    [
      'keeps',
      /stateful/,
      tf.sequential({ layers: [layers.lstm({ name: 'keeps', units: 2, stateful: true, batchInputShape: [2, 4, 2] })] }),
    ],
    ['inner', /model of its own/, tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [3] }), inner] })],
    [
      'pads',
      /it is padded/,
      tf.sequential({
        layers: [
          layers.conv2dTranspose({ name: 'pads', filters: 1, kernelSize: 2, padding: 'same', inputShape: [4, 4, 2] }),
        ],
      }),
    ],
  ];
  for (const [name, says, model] of impossible) {
    await assert.rejects(saveONNX(model, file), (error) => {
      assert.ok(error instanceof ReluctantError, String(error));
      assert.equal(error.code, 'layer-not-saved');
      assert.match(error.message, says);
      assert.ok(error.message.includes(name), error.message);
      return true;
    });
    assert.ok(!fs.existsSync(file));
  }
  await assert.rejects(saveONNX({} as TF.LayersModel, file), { code: 'not-a-model' });
});
