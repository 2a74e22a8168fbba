import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { tf } from '../../src/core';
import { model as loadKeras, saveKeras } from '../../src/inspection';
import { fit } from '../../src/training';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'settings-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** Makes models, or loads those that came back; what each gives for the same rows. */
const KERAS = `
import os, sys, json
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras, numpy
L = keras.layers
keras.utils.set_random_seed(5)
MODELS = {
    "slope": ([6], [L.Dense(8), L.ReLU(negative_slope=0.2)]),
    "all": ([6], [L.Dense(8), L.ReLU(max_value=0.7, negative_slope=0.1, threshold=0.3)]),
    "threshold": ([6], [L.Dense(8), L.ReLU(threshold=0.25)]),
    "plain": ([6], [L.Dense(8), L.ReLU(max_value=0.5), L.ELU()]),
    "elu": ([6], [L.Dense(8), L.ELU(alpha=0.4)]),
    "within": ([6], [L.Dense(8, activation=L.ReLU(negative_slope=0.2))]),
    "groups": ([6], [L.Dense(8), L.GroupNormalization(groups=4)]),
    "pictures": ([5, 4, 2], [L.Conv2D(6, 2), L.GroupNormalization(groups=3, epsilon=1e-4)]),
    "each": ([5, 4, 2], [L.Conv2D(6, 2), L.GroupNormalization(groups=-1, center=False)]),
    "one": ([5, 4, 2], [L.Conv2D(6, 2), L.GroupNormalization(groups=1, scale=False)]),
    "steps": ([7, 3], [L.TimeDistributed(L.ReLU(negative_slope=0.3)), L.GroupNormalization(groups=3)]),
}
folder, mode = sys.argv[1], sys.argv[2]
result = {}
for name, (shape, layers) in MODELS.items():
    x = numpy.sin(1.3 * numpy.arange(1, 4 * int(numpy.prod(shape)) + 1)).reshape([4, *shape]).astype("float32") * 2
    if mode == "make":
        model = keras.Sequential([keras.Input(shape), *layers])
        for k, w in enumerate(model.weights):
            w.assign(numpy.sin((1.7 + 0.31 * k) * numpy.arange(1, int(numpy.prod(w.shape)) + 1)).reshape(w.shape) * 0.8)
        model.save(f"{folder}/{name}.keras")
    else:
        model = keras.saving.load_model(f"{folder}/{name}-back.keras")
    result[name] = {"shape": list(x.shape), "inputs": x.ravel().tolist(), "outputs": numpy.array(model(x)).ravel().tolist()}
print("RESULT" + json.dumps(result))
`;

type Results = Record<string, { shape: number[]; inputs: number[]; outputs: number[] }>;

function python(mode: 'make' | 'back'): Results {
  const file = path.join(__dirname, '..', '..', '.venv', 'bin', 'python');
  const text = execFileSync(file, ['-c', KERAS, folder, mode], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(text.slice(text.indexOf('RESULT') + 6)) as Results;
}

test('slopes, thresholds and factors of activations and groups of channels come from Keras and go back, to 1e-6, and train compiled', async () => {
  const made = python('make');
  for (const [name, { shape, inputs, outputs }] of Object.entries(made)) {
    const model = await loadKeras(path.join(folder, `${name}.keras`));
    const x = tf.tensor(inputs, shape);
    near((model.predict(x) as ReturnType<typeof tf.tensor>).dataSync(), outputs, name);
    await saveKeras(model, path.join(folder, `${name}-back.keras`));
    const trainable = model.trainableWeights.length > 0;
    if (!trainable) continue;
    const targets = tf.zeros(model.outputs[0]!.shape.map((length, axis) => (axis === 0 ? shape[0]! : length!)));
    const compiled = await fit(model, { inputs: x, targets }, { losses: 'meanSquaredError', epochs: 2, mode: 'graph' });
    assert.equal(compiled.mode, 'graph');
    assert.ok(compiled.last.loss < compiled.history[0]!.loss, name);
  }
  for (const [name, { outputs }] of Object.entries(python('back'))) near(outputs, made[name]!.outputs, `${name}, back`);
});

function near(received: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.equal(received.length, expected.length, what);
  expected.forEach((value, k) => {
    assert.ok(
      Math.abs(received[k]! - value) < 1e-6 * Math.max(1, Math.abs(value)),
      `${what} ${k}: ${received[k]}, ${value}`,
    );
  });
}
