import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { inspect } from '../../src';
import { type TF, tf } from '../../src/core';
import { activityRegularization } from '../../src/layers';
import { evaluate, type FitOptions, fit, predict, sweep, type TrainingState } from '../../src/training';
import reference from './kerasKept.json';
import { wave } from './modelRuns';

const BATCH = 4;
const load = () => inspect.model(path.join(__dirname, 'stateful.keras'));
const inputs = wave([20, 6, 3], 1.3);
const targets = tf.tidy(() =>
  inputs
    .square()
    .mean([1, 2])
    .expandDims(1)
    .add(wave([20, 1], 0.7).mul(0.3)),
);
const more = wave([8, 6, 3], 0.9);
const rows = { inputs, targets };
const validation = { inputs: more, targets: wave([8, 1], 0.4) };
const options = {
  losses: 'meanSquaredError',
  optimizer: { learningRate: 0.01 },
  epochs: 10,
  batchSize: BATCH,
  shuffle: false,
  mode: 'graph',
} as const satisfies FitOptions;

function close(received: ArrayLike<number>, expected: readonly number[], what: string, tolerance: number): void {
  assert.equal(received.length, expected.length, what);
  expected.forEach((value, k) => {
    assert.ok(Math.abs(received[k]! - value) < tolerance, `${what} ${k}: ${received[k]}, Keras ${value}`);
  });
}

const predicted = async (model: TF.LayersModel, of: TF.Tensor) => {
  const [values] = Object.values(await predict(model, of));
  return values!.dataSync();
};

for (const [way, mode] of [
  ['alone', 'graph'],
  ['validated', 'graph'],
  ['validated', 'eager'],
  ['validated', 'xla'],
] as const) {
  test(`states go from batch to batch and from epoch to epoch as in Keras over 50 steps: ${way}, ${mode}`, async () => {
    const model = await load();
    const expected = reference.stateful[way];
    const losses: number[] = [];
    const run = await fit(model, way === 'validated' ? { ...rows, validation } : rows, {
      ...options,
      mode,
      onBatch: ({ row }) => void losses.push(row.loss),
    });
    assert.equal(run.mode, mode);
    close(losses, expected.losses, 'loss', 1e-5);
    if (way === 'validated') close(run.column('val_loss'), expected.validation, 'val_loss', 1e-5);
    close(await predicted(model, more), expected.after, 'prediction', 1e-5);
    model.resetStates();
    close(await predicted(model, more), expected.reset, 'prediction after a reset', 1e-5);
    model.dispose();
  });
}

test('a run that was saved after an epoch goes on with the states it had, and a sweep begins each run with those of before', async () => {
  const [whole, halved] = [await load(), await load()];
  const states: TrainingState[] = [];
  const run = await fit(whole, rows, { ...options, epochs: 4, onCheckpoint: (save) => void states.push(save()) });
  const resumed = await fit(halved, rows, { ...options, epochs: 4, resumeFrom: states[1]! });
  assert.deepEqual(resumed.column('loss'), run.column('loss'));
  assert.deepEqual(await predicted(halved, more), await predicted(whole, more));

  const fresh = await load();
  const { epochs: _, ...common } = options;
  const { runs } = await sweep(fresh, rows, { ...common, epochs: 4 }, [{ learningRate: 0.1 }, { learningRate: 0.01 }]);
  assert.deepEqual(
    runs[1]!.history.map(({ loss }) => loss),
    run.column('loss'),
  );
  const untouched = await load();
  assert.deepEqual(await predicted(fresh, more), await predicted(untouched, more));
  for (const model of [whole, halved, fresh, untouched]) model.dispose();
});

test('a balancer that goes through the model once per head moves the states on once', async () => {
  const make = () => {
    const input = tf.input({ batchShape: [BATCH, 6, 3] });
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
    const recurrentInitializer = tf.initializers.glorotUniform({ seed: 2 });
    const initializers = { kernelInitializer, recurrentInitializer };
    const memory = tf.layers.lstm({ units: 3, stateful: true, ...initializers });
    const shared = memory.apply(input) as TF.SymbolicTensor;
    const head = (name: string) =>
      tf.layers.dense({ units: 1, name, kernelInitializer }).apply(shared) as TF.SymbolicTensor;
    return tf.model({ inputs: input, outputs: [head('a'), head('b')] });
  };
  const data = { inputs, targets: { a: targets, b: targets } };
  const after = async (balancer: 'static' | 'pcgrad') => {
    const model = make();
    const still = { ...options, optimizer: { learningRate: 0 }, epochs: 1, balancer };
    await fit(model, data, { ...still, losses: { a: 'huber', b: 'huber' } });
    const values = await predicted(model, more);
    model.dispose();
    return values;
  };
  assert.deepEqual(await after('pcgrad'), await after('static'));
});

test('such a balancer moves the averages of a batch normalisation once per step as well, penalties of activity included', async () => {
  const make = () => {
    const input = tf.input({ shape: [5] });
    const wide = tf.layers.dense({ units: 3, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) });
    const normal = tf.layers.batchNormalization({ name: 'normal' }).apply(wide.apply(input)) as TF.SymbolicTensor;
    const sparse = activityRegularization({ l2: 0.1 }).apply(normal) as TF.SymbolicTensor;
    const heads = ['a', 'b'].map((name) => tf.layers.dense({ units: 1, name }).apply(sparse) as TF.SymbolicTensor);
    return tf.model({ inputs: input, outputs: heads });
  };
  const given = wave([8, 5], 1.3).add(1);
  const data = { inputs: given, targets: { a: wave([8, 1], 0.4), b: wave([8, 1], 0.6) } };
  const moved = async (balancer: 'static' | 'pcgrad', mode: 'graph' | 'eager') => {
    const model = make();
    const still = { epochs: 2, batchSize: 4, shuffle: false, mode, optimizer: { learningRate: 0 }, balancer } as const;
    await fit(model, data, { ...still, losses: { a: 'huber', b: 'huber' } });
    const values = model
      .getLayer('normal')
      .getWeights()
      .slice(2)
      .map((weight) => [...weight.dataSync()]);
    model.dispose();
    return values.flat();
  };
  const expected = await moved('static', 'graph');
  assert.ok(Math.abs(expected[0]!) > 1e-3);
  for (const mode of ['graph', 'eager'] as const)
    close(await moved('pcgrad', mode), expected, `average, ${mode}`, 1e-6);
});

test('predictions and evaluations move the states on; a call that is refused, and looking alone, leave them', async () => {
  const model = await load();
  const kept = () => (model.getLayer('lstm') as unknown as { states_: TF.Tensor[] }).states_[0]!.dataSync().slice();
  const fresh = kept();
  const count = tf.memory().numTensors;
  await assert.rejects(
    predict(model, wave([7, 6, 3], 1)),
    /a multiple of 4 rows.*7 rows, 3 of them in the last batch/s,
  );
  await assert.rejects(predict(model, more, { batchSize: 8 }), /batchSize: 4.*batchSize: 8.*leave batchSize out/s);
  assert.deepEqual(kept(), fresh);
  await evaluate(model, validation, { losses: 'meanSquaredError' });
  assert.notDeepEqual(kept(), fresh);
  await fit(model, { ...rows, validation }, { ...options, epochs: 1 });
  model.resetStates();
  assert.deepEqual(kept(), fresh);
  // The layers of tfjs keep one more handle of each state after a reset than the first time; none of ours is left.
  assert.ok(tf.memory().numTensors - count <= 1, `${tf.memory().numTensors - count} more tensors`);
  model.dispose();
});

test('a model that keeps its states is saved for Keras and read again, and refused where a graph of constants would lose them', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'states-'));
  const model = await load();
  await inspect.saveKeras(model, path.join(folder, 'saved.keras'));
  const again = await inspect.model(path.join(folder, 'saved.keras'));
  assert.deepEqual(await predicted(again, more), await predicted(model, more));
  await assert.rejects(inspect.saveSavedModel(model, path.join(folder, 'graph')), /keeps its state.*layer lstm/s);
  fs.rmSync(folder, { recursive: true });
  model.dispose();
  again.dispose();
});
