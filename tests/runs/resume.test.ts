import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { Random, tf } from '../../src/core';
import { robustMLP } from '../../src/models';
import { program, train as trainProgram } from '../../src/programs';
import { Checkpoints, RunFolder, readRecord } from '../../src/runs';
import { type FitOptions, fit, schedules, type TrainingState } from '../../src/training';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-resume-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function problem() {
  const random = new Random(5);
  const rows = 90;
  const inputs = tf.tensor2d(
    Float32Array.from({ length: rows * 5 }, () => random.normal()),
    [rows, 5],
  );
  const targets = tf.tensor2d(
    Float32Array.from({ length: rows }, () => random.uniform()),
    [rows, 1],
  );
  return { inputs, targets, validation: { inputs: inputs.slice(0, 20), targets: targets.slice(0, 20) } };
}
const options = {
  losses: 'huber' as const,
  batchSize: 16,
  seed: 3,
  mode: 'graph' as const,
  optimizer: { learningRate: 0.05 },
  reduceOnPlateau: { patience: 1, factor: 0.5 },
  earlyStopping: { patience: 50 },
};
const bits = (model: { getWeights(): { dataSync(): ArrayLike<number> }[] }) =>
  model.getWeights().map((tensor) => Array.from(tensor.dataSync()));

async function train(epochs: number, resumeFrom?: TrainingState) {
  const model = robustMLP({ features: 5, hiddenDims: [8, 4], dropoutRate: 0.2, seed: 1 });
  const data = problem();
  const states: TrainingState[] = [];
  const run = await fit(model, data, {
    ...options,
    epochs,
    onCheckpoint: (save) => void states.push(save()),
    ...(resumeFrom ? { resumeFrom } : {}),
  });
  return { weights: bits(model), run, states };
}

test('fit resumed from any epoch ends with the same bits and history as the run that never stopped', async () => {
  const whole = await train(8);
  const rates = new Set(whole.run.column('learning_rate'));
  assert.ok(rates.size > 1, 'the plateau has lowered the learning rate, so that its state matters');
  for (const state of [whole.states[0]!, whole.states[4]!, whole.states[7]!]) {
    const resumed = await train(8, state);
    assert.deepEqual(resumed.weights, whole.weights, `after ${state.epochs} epochs`);
    assert.deepEqual(resumed.run.history, whole.run.history);
    assert.equal(resumed.run.bestEpoch, whole.run.bestEpoch);
  }
  const other = await train(8, { ...whole.states[3]!, weights: whole.states[2]!.weights });
  assert.notDeepEqual(other.run.history, whole.run.history, 'the comparison can fail');
});

test('fit refuses a state of another model', async () => {
  const { states } = await train(1);
  const wrong = { ...states[0]!, weights: states[0]!.weights.slice(1) };
  await assert.rejects(train(2, wrong), { code: 'state-does-not-fit' });
});

test('Checkpoints gives back what it was given, bit for bit, NaN in the history included', async () => {
  const { states } = await train(1);
  const state = { ...states[0]!, history: [{ epoch: 0, loss: Number.NaN, val_loss: Number.POSITIVE_INFINITY }] };
  const checkpoints = new Checkpoints(path.join(folder, 'same'));
  checkpoints.write(state);
  assert.deepEqual(checkpoints.latest()!.state, state);
});

test('Checkpoints notices every kind of damage, goes back to the one before, and says so', async () => {
  const { states } = await train(3);
  const damage: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => bytes.subarray(0, bytes.length - 1),
    (bytes) => bytes.subarray(0, 10),
    () => Buffer.alloc(0),
    (bytes) => Buffer.concat([Buffer.from('NOTHING!'), bytes.subarray(8)]),
    ...[9, 50, 0.5, 0.99].map((place) => (bytes: Buffer) => {
      const changed = Buffer.from(bytes);
      const at = place < 1 ? Math.floor(place * bytes.length) : place;
      changed[at] = changed[at]! ^ 1;
      return changed;
    }),
  ];
  for (const [k, harm] of damage.entries()) {
    const checkpoints = new Checkpoints(path.join(folder, `damage${k}`));
    for (const state of states) checkpoints.write(state);
    assert.equal(checkpoints.files().length, 2, 'two are kept');
    const [newest, before] = checkpoints.files() as [string, string];
    fs.writeFileSync(newest, harm(fs.readFileSync(newest)));
    const found = checkpoints.latest()!;
    assert.equal(found.state.epochs, 2);
    assert.deepEqual(
      found.damaged.map(({ file }) => file),
      [newest],
    );
    fs.writeFileSync(before, harm(fs.readFileSync(before)));
    assert.throws(() => checkpoints.latest(), { code: 'checkpoints-damaged' });
  }
  assert.equal(new Checkpoints(path.join(folder, 'none')).latest(), undefined);
});

test('RunFolder lets one process write at a time, takes over from a dead one, and refuses a run that is there', () => {
  const where = path.join(folder, 'run');
  const program = (epochs: number) => ({ program: { name: 'robust', setting: { epochs } }, seed: 1 });
  const open = (epochs: number, resume = true) => RunFolder.open(where, program(epochs), { resume });
  const first = open(3, false);
  assert.throws(() => open(3), { code: 'run-locked' });
  first.close();
  assert.throws(() => open(3, false), { code: 'run-exists' });
  assert.throws(() => open(4), { code: 'settings-differ' });
  // No process has this number (the most Linux gives is 4194304), so the lock is of a process that is no more.
  fs.writeFileSync(path.join(where, 'run.lock'), JSON.stringify({ host: os.hostname(), pid: 4194305, started: '1' }));
  open(3).close();
  fs.writeFileSync(path.join(where, 'run.lock'), 'half a lo');
  open(3).close();
  assert.deepEqual(fs.readdirSync(where).sort(), ['digests.json', 'run.json'], 'nothing is left lying');
});

test('a run goes on to more epochs where that is asked for, to the bits of one begun with as many; never to fewer', async () => {
  const sumOf = (options: Partial<FitOptions> = {}) =>
    program({
      name: 'sum',
      defaults: { seed: 1, epochs: 2 },
      data: { inputs: tf.randomNormal([40, 2], 0, 1, 'float32', 3), targets: tf.ones([40, 1]) },
      model: () => {
        const kernelInitializer = tf.initializers.glorotUniform({ seed: 4 });
        return tf.sequential({
          layers: [tf.layers.dense({ name: 'sum', units: 1, inputShape: [2], kernelInitializer })],
        });
      },
      options: { losses: 'meanSquaredError', mode: 'graph', ...options } as FitOptions,
    });
  const sum = sumOf();
  const place = (name: string) => path.join(folder, name);
  await trainProgram(sum, { folder: place('raised') });
  await assert.rejects(trainProgram(sum.with({ epochs: 5 }), { folder: place('raised'), resume: true }), {
    code: 'settings-differ',
  });
  const more = await trainProgram(sum, { folder: place('raised'), resume: true, epochs: 5 });
  const whole = await trainProgram(sum, { folder: place('whole'), epochs: 5 });
  assert.equal(more.history.length, 5);
  assert.deepEqual(more.history, whole.history);
  const weights = (run: typeof more) => run.model.getWeights().map((one) => [...one.dataSync()]);
  assert.deepEqual(weights(more), weights(whole));
  const record = readRecord(place('raised'))!;
  assert.deepEqual([record.status, record.program!.setting['epochs'], record.options['epochs']], ['finished', 5, 5]);
  await assert.rejects(trainProgram(sum, { folder: place('raised'), resume: true, epochs: 3 }), {
    code: 'settings-differ',
  });
  const scheduled = sumOf({ schedule: schedules.stepDecay({ factor: 0.5, epochs: 1 }) });
  await trainProgram(scheduled, { folder: place('scheduled') });
  const further = trainProgram(scheduled, { folder: place('scheduled'), resume: true, epochs: 5 });
  await assert.rejects(further, /schedule of learning rates/);
});

test('a run goes on with the options and data it was begun with, wherever they are read from now', () => {
  const where = path.join(folder, 'same');
  const open = (file: string, resume: boolean) =>
    RunFolder.open(where, { program: { name: 'mine', setting: { source: { files: [file] } } }, seed: 1 }, { resume });
  const huber = { losses: 'huber' as const, seed: 1 };
  const first = open('here.csv', false);
  first.begin(huber, 'hash of the data');
  first.close();
  const again = open('there.csv', true);
  again.begin(huber, 'hash of the data');
  assert.throws(() => again.begin(huber, 'another'), { code: 'settings-differ' });
  assert.throws(() => again.begin({ ...huber, batchSize: 8 }, 'hash of the data'), /another batchSize/);
  again.close();
  assert.equal(readRecord(where)!.status, 'running');
});

test('a record of a newer version is refused, and a damaged one', () => {
  const where = path.join(folder, 'formats');
  fs.mkdirSync(where);
  const write = (text: string) => fs.writeFileSync(path.join(where, 'run.json'), text);
  assert.equal(readRecord(where), undefined);
  write(JSON.stringify({ formatVersion: 3, settings: {} }));
  assert.throws(() => readRecord(where), { code: 'format-too-new' });
  for (const text of ['{"formatVersion": 2, "na', '[]', 'null', '{}', '{"formatVersion": 2, "name": "x"}']) {
    write(text);
    assert.throws(() => readRecord(where), { code: 'run-not-readable' }, text);
  }
});

test('checkpoints of another run are not gone on from', async () => {
  const sum = program({
    name: 'sum',
    defaults: { seed: 1, epochs: 2, mode: 'graph' as const },
    data: problem,
    model: () => robustMLP({ features: 5, hiddenDims: [4], dropoutRate: 0, seed: 1 }),
    options: (): FitOptions => ({ losses: 'huber' }),
  });
  const [one, other] = ['one', 'other'].map((name) => path.join(folder, `swapped-${name}`));
  for (const place of [one!, other!]) await trainProgram(sum, { folder: place });
  const checkpoints = (place: string) => path.join(place, 'checkpoints');
  fs.rmSync(checkpoints(one!), { recursive: true });
  fs.cpSync(checkpoints(other!), checkpoints(one!), { recursive: true });
  await assert.rejects(trainProgram(sum, { folder: one!, resume: true, epochs: 3 }), /of another run/);
  // A copy of the whole run is that run.
  fs.cpSync(other!, `${other}-copied`, { recursive: true });
  assert.equal((await trainProgram(sum, { folder: `${other}-copied`, resume: true, epochs: 3 })).history.length, 3);
});
