import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { Random, ReluctantError, tf } from '../../src/core';
import * as inspect from '../../src/inspection';
import { convertModel } from '../../src/inspection/keras/config';
import { fit } from '../../src/training';
import layers from './reference/keras_layers.json';
import reference from './reference/keras_models.json';
import small from './reference/model_files.json';

const folder = path.join(__dirname, 'reference');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-test-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));
type Tensor = ReturnType<typeof tf.tensor>;

const outputsOf = (model: Awaited<ReturnType<typeof inspect.model>>, inputs: Tensor): number[][] => {
  const outputs = model.predict(inputs);
  return (Array.isArray(outputs) ? outputs : [outputs]).map((output) => [...output.dataSync()]);
};

function near(actual: number[], wanted: number[]): void {
  assert.equal(actual.length, wanted.length);
  actual.forEach((value, k) => {
    assert.ok(Math.abs(value - wanted[k]!) < 2e-5 * Math.max(1, Math.abs(wanted[k]!)), `${value} is not ${wanted[k]}`);
  });
}

for (const { keras, models } of [reference, layers]) {
  for (const [file, { shape, inputs, outputs }] of Object.entries(models)) {
    test(`inspect.model runs ${file} with the outputs that Keras ${keras} gives`, async () => {
      const model = await inspect.model(path.join(folder, file));
      const found = outputsOf(model, tf.tensor(inputs, shape));
      outputs.forEach((wanted, k) => {
        near(found[k]!, wanted);
      });
      model.dispose();
    });
  }
}

for (const file of ['recurrent.keras', 'attentive.keras', 'convolutions.keras', 'operations.keras'] as const) {
  test(`${file} is inspected, trained on, and saved again like any model`, async () => {
    const model = await inspect.model(path.join(folder, file));
    const { shape, inputs, outputs } = layers.models[file];
    const rows = tf.tensor(inputs, shape);
    const copy = await tf.models.modelFromJSON(model.toJSON(null, false) as never);
    copy.setWeights(model.getWeights());
    near(outputsOf(copy, rows)[0]!, outputs[0]!);

    for (const { layer } of inspect.activations(model, rows).rows) assert.ok(model.getLayer(layer), layer);
    const named = inspect.weights(model).rows.map(({ name }) => name);
    assert.equal(named.length, new Set(named).size);
    const targets = Object.fromEntries(
      model.outputs.map(({ name, shape: [, ...rest] }, k) => [
        model.outputNames[k] ?? name,
        tf.zeros([shape[0]!, ...rest.map(Number)]),
      ]),
    );
    const losses = Object.fromEntries(Object.keys(targets).map((head) => [head, 'meanSquaredError' as const]));
    const run = await fit(
      model,
      { inputs: rows, targets },
      { losses, epochs: 3, batchSize: 3, mode: 'graph', optimizer: { learningRate: 0.01 } },
    );
    assert.equal(run.mode, 'graph', run.modeReason);
    assert.ok(run.last!.loss < run.history[0]!.loss);
    const gradients = inspect.gradients(model, { inputs: rows, targets }, { losses });
    assert.ok(gradients.rows.every(({ norm }) => Number.isFinite(norm)));
    model.dispose();
    copy.dispose();
  });
}

for (const file of ['small.keras', 'small.h5']) {
  test(`inspect.model runs ${file} as well`, async () => {
    const model = await inspect.model(path.join(folder, file));
    near(outputsOf(model, tf.tensor2d(small.inputs))[0]!, small.outputs.flat());
  });
}

test('inspect.model keeps what a model needs to be trained on and inspected: names, initialisers, penalties', async () => {
  const model = await inspect.model(path.join(folder, 'heads.keras'));
  assert.deepEqual(model.outputNames, ['direction', 'volatility', 'magnitude']);
  assert.equal(model.calculateLosses().length, 1);
  const kernel = inspect.weights(model).find({ name: 'volatility/kernel' })!;
  assert.ok(Math.abs(kernel.initialStd - 0.8796 * Math.sqrt(2 / 24)) < 1e-4, String(kernel.initialStd));
  assert.equal(inspect.activations(model, tf.zeros([4, 6])).find({ layer: 'first' })!.activation, 'swish');
});

test('a layer that is the activation of another stands under its name, and heads keep theirs', async () => {
  const model = await inspect.model(path.join(folder, 'activated.keras'));
  assert.deepEqual(model.outputNames, ['direction', 'volatility']);
  const rows = inspect.activations(model, tf.randomNormal([64, 4], 0, 1, 'float32', 3));
  assert.equal(rows.find({ layer: 'first' })!.activation, 'leakyReLU');
  assert.equal(rows.find({ layer: 'first_linear' })!.units, 6);
  model.dispose();
});

test('the first layer that is not known, or computes something else in tfjs, is named', async () => {
  const load = (file: string) => inspect.model(path.join(folder, file));
  await assert.rejects(
    load('refused_state.keras'),
    /layer memory.*expected return_state = false.*return_state = true/s,
  );
  await assert.rejects(load('refused_mask_argument.keras'), /layer look_back.*expected a call without attention_mask/s);
  await assert.rejects(load('refused_every_other.keras'), /operation GetItem.*layer get_item.*steps of 1/s);
  for (const weights of ['small.npz', 'small.safetensors'])
    await assert.rejects(load(weights), /nothing says what the layers are.*architecture/s);
  await assert.rejects(load('none.keras'), /no such file/);
});

/** A configuration of one dense layer, bent. */
const configured = (bend: object, rest: object = {}) => ({
  class_name: 'Sequential',
  config: {
    name: 's',
    layers: [
      { class_name: 'InputLayer', config: { batch_shape: [null, 3], name: 'x' } },
      { class_name: 'Dense', config: { name: 'head', units: 2, ...bend }, ...rest },
    ],
  },
});

test('the hard sigmoid is that of the version of Keras that wrote the file', () => {
  const activation = (keras: 2 | 3) =>
    convertModel(configured({ activation: 'hard_sigmoid' }), { file: 'x.keras' }, { keras, depth: 0 }).layers[1]!
      .config['activation'];
  assert.deepEqual([activation(2), activation(3)], ['hardSigmoid', 'hardSigmoidSixth']);
});

test('hostile configurations are refused, naming the layer, before anything large is made', () => {
  const convert = (config: unknown) => convertModel(config, { file: 'x.keras' });
  assert.equal(convert(configured({})).layers.length, 2);
  assert.throws(() => convert(configured({ activation: 'constructor' })), /an activation.*layer head/);
  assert.throws(() => convert(configured({ kernel_regularizer: { class_name: 'Evil' } })), /a penalty.*layer head/);
  assert.throws(
    () => convert(configured({ rms_scaling: true }, { class_name: 'LayerNormalization' })),
    /layer head.*expected rms_scaling = false.*rms_scaling = true/s,
  );
  assert.throws(() => convert(configured({}, { class_name: 'Lambda' })), /class Lambda is not known/);
  assert.throws(() => convert(configured({}, { class_name: '__proto__' })), /class __proto__ is not known/);
  assert.throws(
    () => convert(configured({}, { class_name: 'constructor', module: 'keras.src.ops.numpy' })),
    /operation constructor/,
  );
  for (const broken of [null, 7, 'x', [], {}, { class_name: 'Sequential' }, { class_name: 'Functional', config: {} }])
    assert.throws(() => convert(broken), ReluctantError, JSON.stringify(broken));
  let deep: object = configured({});
  for (let k = 0; k < 50; k++) deep = { class_name: 'Sequential', config: { name: 'd', layers: [deep] } };
  assert.throws(() => convert(deep), /not known/);
});

for (const file of ['heads.keras', 'heads.h5'] as const) {
  test(`a damaged ${file} is read or refused, naming the file, never a crash`, async () => {
    const random = new Random(9);
    const whole = fs.readFileSync(path.join(folder, file));
    const damaged = path.join(scratch, file);
    for (let k = 0; k < 24; k++) {
      const bytes = Buffer.from(k < 8 ? whole.subarray(0, Math.floor((k * whole.length) / 8)) : whole);
      if (k >= 8) bytes[random.integer(0, bytes.length - 1)]! ^= 1 << random.integer(0, 7);
      fs.writeFileSync(damaged, bytes);
      try {
        (await inspect.model(damaged)).dispose();
      } catch (error) {
        assert.ok(error instanceof ReluctantError, (error as Error).stack);
        assert.ok(error.message.includes(file), error.message);
      }
    }
  });
}

test('a layer that claims more weights than the file holds is refused', async () => {
  const whole = fs.readFileSync(path.join(folder, 'small.h5'));
  const [units, more] = ['"units": 4', '"units": 9'].map((text) => Buffer.from(text));
  const at = whole.indexOf(units!);
  assert.ok(at > 0);
  const bytes = Buffer.from(whole);
  more!.copy(bytes, at);
  fs.writeFileSync(path.join(scratch, 'liar.h5'), bytes);
  await assert.rejects(inspect.model(path.join(scratch, 'liar.h5')), /more weights than the file holds|do not fit it/);
});
