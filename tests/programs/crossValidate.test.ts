import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ReluctantError, type TF, tf } from '../../src/core';
import { makeSamples } from '../../src/data';
import { assemblePaths, combinatorialPurged, purgedKFold, walkForward } from '../../src/evaluation';
import { financialWaveNet } from '../../src/models';
import { crossValidate } from '../../src/programs';
import { market } from '../../src/synthetic';
import { fit } from '../../src/training';

const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;
const day = Array.from({ length: 120 }, (_, k) => k);
const labels = { start: day, end: day.map((d) => d + 2) };
let inputs: TF.Tensor2D;
before(() => {
  inputs = tf.randomNormal([120, 2], 0, 1, 'float32', 1) as TF.Tensor2D;
});
const linear = () => {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 3 });
  return tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'price', kernelInitializer })] });
};
const programOf = (epochs = 2) => ({
  model: linear,
  data: { inputs, targets: inputs.sum(1, true) },
  options: { losses: 'meanSquaredError', epochs, batchSize: 16, mode: 'graph' } as const,
});

test('every row is predicted by a model that has not seen it, as fits by hand predict it', async () => {
  const folds = purgedKFold(labels, { folds: 3 });
  const found = await crossValidate(programOf(), folds, { sameRows: false });
  const all = found.predictions('price');
  assert.ok(all.every(Number.isFinite));
  const { training, test: rows } = folds[1]!;
  const take = (tensor: TF.Tensor, places: Int32Array) => tf.gather(tensor, tf.tensor1d(places, 'int32'));
  const { data, options } = programOf();
  const model = linear();
  await fit(model, { inputs: take(data.inputs, training), targets: take(data.targets, training) }, options);
  const byHand = (model.predict(take(data.inputs, rows)) as TF.Tensor).dataSync();
  rows.forEach((row, k) => {
    assert.ok(Math.abs(all[row]! - byHand[k]!) < 1e-6, `row ${row}: ${all[row]} ${byHand[k]}`);
  });
});

test('folds of about one size are made of one size and share what was compiled; others are left as they are', async () => {
  const folds = purgedKFold(labels, { folds: 5 });
  const shared = await crossValidate(programOf(), folds);
  assert.equal(new Set(shared.folds.map(({ training }) => training.length)).size, 1);
  assert.ok(shared.folds.every(({ leftOut }) => leftOut <= 0.05 * 120));
  assert.ok(shared.compiled <= 2, `${shared.compiled} graphs: of whole batches, and of the last one`);
  const growing = await crossValidate(programOf(1), walkForward(labels, { first: 40, test: 20 }));
  assert.deepEqual(
    growing.folds.map(({ leftOut }) => leftOut),
    [0, 0, 0, 0],
  );
  assert.match(String(growing), /4 folds in/);
});

test('purged folds of the small Financial WaveNet take one compilation', async () => {
  const samples = makeSamples(market({ symbols: 4, days: 500, seed: 7 }), { window: 16, horizon: 3 }).training;
  const start = Array.from(samples.dates);
  const folds = purgedKFold({ start, end: start.map((date) => date + 5) }, { folds: 5 });
  const program = {
    model: () => financialWaveNet({ window: 16, features: samples.features.length, channels: 8, fusionUnits: 16 }),
    data: samples.toTensors(),
    options: {
      losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'huber' },
      epochs: 1,
      batchSize: 16,
      mode: 'graph',
    } as const,
  };
  const { compiled, predictions: _, outputs, folds: done } = await crossValidate(program, folds);
  assert.equal(compiled, 1);
  assert.ok(done.every(({ training, leftOut }) => training.length % 16 === 0 && leftOut <= 0.05 * samples.size));
  assert.deepEqual(outputs, { direction: 3, volatility: 1, magnitude: 1 });
  assert.equal(done.length, 5);
});

test('combinatorial folds make whole histories, and refuse to be one prediction per row', async () => {
  const split = combinatorialPurged(labels, { groups: 4, testGroups: 2 });
  const found = await crossValidate(programOf(1), split.folds);
  assert.throws(() => found.predictions('price'), code('row-tested-twice'));
  const histories = assemblePaths(
    split,
    found.folds.map(({ predictions }) => predictions['price']!),
  );
  assert.equal(histories.length, 3);
  assert.ok(histories.every((history) => history.length === 120 && history.every(Number.isFinite)));
});

test('no tensors are left over, and settings and callbacks are heard', async () => {
  const program = programOf();
  const folds = purgedKFold(labels, { folds: 2 });
  const seen: number[] = [];
  await crossValidate(program, folds);
  const before = tf.memory().numTensors;
  const { folds: done } = await crossValidate(program, folds, { epochs: 1, onFold: ({ fold }) => seen.push(fold) });
  assert.deepEqual([done[0]!.run.history.length, seen], [1, [0, 1]]);
  assert.equal(tf.memory().numTensors, before);
});

test('what cannot be validated is refused with the place', async () => {
  const folds = purgedKFold(labels, { folds: 2 });
  await assert.rejects(crossValidate(programOf(), []), code('folds-empty'));
  await assert.rejects(crossValidate(programOf(), [{ training: [0], test: [120] }]), /fold 0.*120/);
  await assert.rejects(crossValidate(programOf(), [{ training: [], test: [1] }]), /training part has no rows/);
  await assert.rejects(crossValidate(programOf(), folds, { sameRows: 'yes' as never }), code('unknown-choice'));
  await assert.rejects(crossValidate(programOf(), folds, { epoch: 3 } as never), /did you mean "epochs"/);
  const found = await crossValidate(programOf(1), folds);
  assert.throws(() => found.predictions('prise'), code('head-unknown'));
});
