import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import * as inspect from '../../src/inspection';
import { convertModel } from '../../src/inspection/keras/config';
import { spectralNormalization } from '../../src/layers/keras/spectralNormalization';
import { type FitOptions, fit, overPanel, predict } from '../../src/training';
import reference from './kerasKept.json';
import { wave } from './modelRuns';

const load = (name = 'spectral.keras') => inspect.model(path.join(__dirname, name));
const inputs = wave([16, 6, 6, 2], 1.3);
const targets = tf.tidy(() =>
  inputs
    .slice(0, [16, 2])
    .square()
    .mean([1, 2, 3])
    .expandDims(1)
    .add(wave([16, 1], 0.7).mul(0.3)),
);
const options = {
  losses: 'meanSquaredError',
  optimizer: { learningRate: 0.01 },
  epochs: 25,
  batchSize: 8,
  shuffle: false,
} as const satisfies FitOptions;

function close(received: ArrayLike<number>, expected: readonly number[], what: string, tolerance: number): void {
  assert.equal(received.length, expected.length, what);
  expected.forEach((value, k) => {
    assert.ok(Math.abs(received[k]! - value) < tolerance, `${what} ${k}: ${received[k]}, Keras ${value}`);
  });
}

const predicted = async (model: TF.LayersModel) => Object.values(await predict(model, inputs))[0]!.dataSync();
const vectorsOf = (model: TF.LayersModel) =>
  model.weights.filter(({ originalName }) => originalName.includes('vector_u')).map((weight) => weight.read());

for (const mode of ['graph', 'eager', 'xla'] as const) {
  test(`spectral normalisation trains as in Keras over 50 steps: ${mode}`, async () => {
    const model = await load();
    close(await predicted(model), reference.spectral.before, 'prediction before', 1e-6);
    const losses: number[] = [];
    const onBatch: FitOptions['onBatch'] = ({ row }) => void losses.push(row.loss);
    const run = await fit(model, { inputs, targets }, { ...options, mode, onBatch });
    assert.equal(run.mode, mode);
    close(losses, reference.spectral.losses, 'loss', 1e-5);
    close(await predicted(model), reference.spectral.after, 'prediction after', 1e-4);
    const vectors = vectorsOf(model).flatMap((vector) => Array.from(vector.dataSync()));
    close(vectors, reference.spectral.vectors, 'vector', 1e-4);
    model.dispose();
  });
}

test('the same model is read from an .h5 file and from what saveKeras writes, its vectors included', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'spectral-'));
  const [model, old] = [await load(), await load('spectral.h5')];
  await inspect.saveKeras(model, path.join(folder, 'saved.keras'));
  const saved = await inspect.model(path.join(folder, 'saved.keras'));
  for (const again of [old, saved]) {
    close(await predicted(again), reference.spectral.before, 'prediction', 1e-6);
    const [given, received] = [vectorsOf(model), vectorsOf(again)];
    assert.equal(received.length, 3);
    received.forEach((vector, k) => {
      assert.deepEqual(vector.dataSync(), given[k]!.dataSync());
    });
  }
  await assert.rejects(inspect.saveTfjs(model, path.join(folder, 'tfjs')), /layer pictures/);
  fs.rmSync(folder, { recursive: true });
  for (const one of [model, old, saved]) one.dispose();
});

test('a call in training by tfjs alone normalises as well; a kernel of zeros stays, and what has no kernel is named', () => {
  const layer = spectralNormalization({ layer: tf.layers.dense({ units: 2, useBias: false }), powerIterations: 50 });
  const x = tf.tensor2d([[1, 0, 0]]);
  layer.apply(x);
  const vector = () => layer.weights[1]!.read().dataSync().slice();
  layer.setWeights([tf.zeros([3, 2]), tf.tensor2d([[0.6, 0.8]])]);
  const zeros = layer.apply(x, { training: true }) as TF.Tensor;
  assert.deepEqual([...zeros.dataSync(), ...vector()].map(Math.fround), [0, 0, 0.6, 0.8].map(Math.fround));
  // Singular values 3 and 2.
  layer.setWeights([tf.tensor2d([[0, 2], [3, 0], [0, 0]]), tf.tensor2d([[0.6, 0.8]])]); // biome-ignore format: a matrix
  close((layer.apply(x) as TF.Tensor).dataSync(), [0, 2], 'as it is in prediction', 1e-6);
  close((layer.apply(x, { training: true }) as TF.Tensor).dataSync(), [0, 2 / 3], 'divided in training', 1e-6);
  const pooling = spectralNormalization({ layer: tf.layers.flatten(), name: 'flat' });
  assert.throws(
    () => pooling.apply(tf.ones([1, 3])),
    /no kernel to normalise.*layer flat.*dense layer or a convolution/s,
  );
});

test('what is not normalised here, and training that would leave the kernel as it is, are refused by name', () => {
  const dense = { class_name: 'Dense', config: { name: 'inner', units: 2 } };
  const embedding = { class_name: 'Embedding', config: { name: 'inner', input_dim: 4, output_dim: 2 } };
  const described = (layer: object) => ({
    class_name: 'Sequential',
    config: {
      name: 's',
      layers: [
        { class_name: 'InputLayer', config: { batch_shape: [null, 3], name: 'x' } },
        { class_name: 'SpectralNormalization', config: { name: 'words', layer, power_iterations: 1 } },
      ],
    },
  });
  assert.doesNotThrow(() => convertModel(described(dense), { file: 'f' }));
  assert.throws(() => convertModel(described(embedding), { file: 'f' }), /layer words.*Dense, Conv1D.*Embedding/s);
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [3, 2] }),
      spectralNormalization({ layer: tf.layers.dense({ units: 1 }), name: 'head' }),
    ],
  });
  assert.throws(() => overPanel(model, tf.ones([10, 4, 2])), /change their weights before each step/);
  model.dispose();
});
