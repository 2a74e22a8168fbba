import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { type TF, tf } from '../../src/core';
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
def functional(first, *layers):
    x = first
    for layer in layers:
        x = layer(x)
    return keras.Model(first, x)
def sequence(*layers):
    return keras.Sequential(list(layers))
S = dict(return_sequences=True)
# Steps behind a row's length are left out.
MASKED = {
    "steps left out": lambda: sequence(keras.Input([6, 3]), L.Masking(), L.GRU(4, **S), L.Dropout(0.0), L.Dense(3, activation="tanh"), L.GRU(2)),
    "named": lambda: functional(keras.Input([6, 3]), L.Masking(), L.LSTM(4, **S), L.LayerNormalization(), L.Bidirectional(L.GRU(2)), L.Dense(1)),
    "words": lambda: functional(keras.Input([6]), L.Embedding(9, 3, mask_zero=True), L.Bidirectional(L.LSTM(2, **S)), L.SimpleRNN(3)),
    "each step": lambda: functional(keras.Input([6, 3]), L.Masking(), L.GRU(4, **S), L.TimeDistributed(L.Dense(1))),
    "from behind": lambda: sequence(keras.Input([6, 3]), L.Masking(), L.GRU(4, go_backwards=True)),
    "penalised": lambda: functional(keras.Input([6, 3]), L.Masking(), L.SimpleRNN(4, kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.3, mode="columns")), L.Dense(3, kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.5))),
    "old": lambda: functional(keras.Input([6, 3]), L.Masking(), L.GRU(4, reset_after=False)),
}
def masked(shape):
    x = numpy.sin(1.3 * numpy.arange(1, 4 * int(numpy.prod(shape)) + 1)).reshape([4, *shape])
    if len(shape) == 1:
        x = 1 + numpy.round(3.4 * (x + 1))
    for row, length in enumerate([6, 2, 4, 1]):
        x[row, length:] = 0
    return x.astype("float32")
folder, mode = sys.argv[1], sys.argv[2]
result = {}
for name, build in MASKED.items():
    if mode == "make":
        model = build()
        for k, w in enumerate(model.weights):
            w.assign(numpy.sin((1.7 + 0.31 * k) * numpy.arange(1, int(numpy.prod(w.shape)) + 1)).reshape(w.shape) * 0.8)
        model.save(f"{folder}/{name}.keras")
    else:
        model = keras.saving.load_model(f"{folder}/{name}-back.keras")
    x = masked(model.input_shape[1:])
    result[name] = {"shape": list(x.shape), "inputs": x.ravel().tolist(), "outputs": numpy.array(model(x)).ravel().tolist()}
    if mode == "make":
        # Five steps: sooner done than compiled.
        model.compile(keras.optimizers.SGD(0.1), "mean_squared_error", run_eagerly=True)
        y = numpy.ones(model(x).shape, "float32")
        result[name]["losses"] = [float(model.fit(x, y, batch_size=4, verbose=0).history["loss"][0]) for _ in range(5)]
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

type Results = Record<string, { shape: number[]; inputs: number[]; outputs: number[]; losses?: number[] }>;

function python(mode: 'make' | 'back'): Results {
  const file = path.join(__dirname, '..', '..', '.venv', 'bin', 'python');
  const text = execFileSync(file, ['-c', KERAS, folder, mode], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(text.slice(text.indexOf('RESULT') + 6)) as Results;
}

test('slopes, thresholds, groups of channels and masks come from Keras and go back, to 1e-6, and train compiled', async () => {
  const made = python('make');
  for (const [name, { shape, inputs, outputs, losses }] of Object.entries(made)) {
    const model = await loadKeras(path.join(folder, `${name}.keras`));
    const x = tf.tensor(inputs, shape);
    near((model.predict(x) as TF.Tensor).dataSync(), outputs, name);
    await saveKeras(model, path.join(folder, `${name}-back.keras`));
    if (losses) {
      await follows(model, x, losses, name);
      continue;
    }
    const trainable = model.trainableWeights.length > 0;
    if (!trainable) continue;
    const targets = tf.zeros(model.outputs[0]!.shape.map((length, axis) => (axis === 0 ? shape[0]! : length!)));
    const compiled = await fit(model, { inputs: x, targets }, { losses: 'meanSquaredError', epochs: 2, mode: 'graph' });
    assert.equal(compiled.mode, 'graph');
    assert.ok(compiled.last.loss < compiled.history[0]!.loss, name);
  }
  for (const [name, { outputs }] of Object.entries(python('back'))) near(outputs, made[name]!.outputs, `${name}, back`);
});

/** Trains as Keras did. */
async function follows(model: TF.LayersModel, inputs: TF.Tensor, losses: readonly number[], name: string) {
  const options = { losses: 'meanSquaredError', mode: 'graph', epochs: losses.length, shuffle: false } as const;
  const targets = tf.ones([inputs.shape[0]!, ...(model.outputs[0]!.shape.slice(1) as number[])]);
  const run = await fit(model, { inputs, targets }, { ...options, optimizer: { kind: 'sgd', learningRate: 0.1 } });
  assert.equal(run.mode, 'graph');
  for (const [k, loss] of run.column('loss').entries())
    assert.ok(Math.abs(loss - losses[k]!) < 1e-5, `${name}, epoch ${k}: ${loss}, ${losses[k]}`);
}

function near(received: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.equal(received.length, expected.length, what);
  expected.forEach((value, k) => {
    assert.ok(
      Math.abs(received[k]! - value) < 1e-6 * Math.max(1, Math.abs(value)),
      `${what} ${k}: ${received[k]}, ${value}`,
    );
  });
}
