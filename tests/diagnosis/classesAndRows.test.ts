// Faults of classes, of how many rows there are for how many weights, and of memory: each beside its healthy twin.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, type TF, tf } from '../../src/core';
import { confirm, type Diagnosis, diagnose } from '../../src/diagnosis';
import { classEvidence, recallsOf } from '../../src/diagnosis/evidence/classes';
import { references } from '../../src/diagnosis/evidence/references';
import type { ProgramParts } from '../../src/programs';
import { type FitOptions, fit, type TrainingData } from '../../src/training';

const dense = (units: number, activation: string, rest: object = {}) =>
  tf.layers.dense({
    units,
    activation: activation as 'relu',
    kernelInitializer: tf.initializers.glorotUniform({ seed: units + 1 }),
    ...rest,
  });
const table = (rows: readonly (readonly number[])[]) => tf.tensor2d(rows.map((row) => [...row]));
const first = ({ verdicts }: Diagnosis) => verdicts[0]?.cause ?? '';

async function diagnosed(layers: TF.layers.Layer[], data: TrainingData, options: FitOptions): Promise<Diagnosis> {
  return diagnose(await fit(tf.sequential({ layers }), data, { mode: 'graph', ...options }));
}

/** Three clouds; `share` is that of the third class among the rows. */
function clouds(rows: number, seed: number, share = 1 / 3) {
  const random = new Random(seed);
  const classes = Array.from({ length: rows }, () => (random.uniform() < share ? 2 : random.integer(0, 1)));
  const inputs = classes.map((c) =>
    [
      [-2, 0],
      [2, 0],
      [0, 2],
    ][c]!.map((value) => value + 0.9 * random.normal()),
  );
  return { inputs: table(inputs), classes };
}
const oneHot = (classes: readonly number[]) => tf.oneHot(tf.tensor1d([...classes], 'int32'), 3).toFloat();
const classifier = () => [dense(16, 'relu', { inputShape: [2] }), dense(3, 'softmax')];
const OF_CLASSES: FitOptions = { losses: 'categoricalCrossentropy', epochs: 20, optimizer: { learningRate: 0.01 } };

for (const order of [
  [1, 2, 0],
  [0, 2, 1],
])
  test(`classes of the training rows in the order ${order}: named, and mended by putting them back`, async () => {
    const [training, held] = [clouds(300, 1), clouds(200, 2)];
    const data = {
      inputs: training.inputs,
      targets: oneHot(training.classes.map((c) => order[c]!)),
      validation: { inputs: held.inputs, targets: oneHot(held.classes) },
    };
    const program: ProgramParts<TF.LayersModel> = {
      model: () => tf.sequential({ layers: classifier() }),
      data,
      options: OF_CLASSES,
    };
    const diagnosis = await diagnosed(classifier(), data, OF_CLASSES);
    assert.equal(first(diagnosis), 'class-order-moved', diagnosis.toString());
    const confirmation = await confirm(diagnosis.verdicts[0]!, program, { mode: 'graph' });
    assert.equal(confirmation.outcome, 'confirmed', confirmation.toString());
  });

test('yes and no changed over in the training rows are named; classes in one order get no verdict', async () => {
  const [training, held] = [clouds(300, 3), clouds(200, 4)];
  const yes = (classes: readonly number[], flip: boolean) => table(classes.map((c) => [Number((c === 2) !== flip)]));
  for (const flip of [true, false]) {
    const diagnosis = await diagnosed(
      [dense(16, 'relu', { inputShape: [2] }), dense(1, 'sigmoid')],
      {
        inputs: training.inputs,
        targets: yes(training.classes, flip),
        validation: { inputs: held.inputs, targets: yes(held.classes, false) },
      },
      { losses: 'binaryCrossentropy', epochs: 20, optimizer: { learningRate: 0.01 } },
    );
    assert.equal(first(diagnosis), flip ? 'class-order-moved' : '', diagnosis.toString());
  }
});

test('a class that is rare among the training rows alone is given up; rare everywhere and learnt, it is left alone', async () => {
  const held = clouds(300, 6);
  const rare = clouds(500, 5, 0.02);
  const holding = await diagnosed(
    classifier(),
    {
      inputs: rare.inputs,
      targets: oneHot(rare.classes),
      validation: { inputs: held.inputs, targets: oneHot(held.classes) },
    },
    { ...OF_CLASSES, epochs: 8, optimizer: { learningRate: 0.003 } },
  );
  assert.equal(first(holding), 'classes-imbalanced', holding.toString());
  const [few, alike] = [clouds(600, 7, 0.05), clouds(400, 8, 0.05)];
  const data = {
    inputs: few.inputs,
    targets: oneHot(few.classes),
    validation: { inputs: alike.inputs, targets: oneHot(alike.classes) },
  };
  const harmless = await diagnosed(classifier(), data, OF_CLASSES);
  assert.equal(first(harmless), '', harmless.toString());
});

/** A bent relation of six columns. */
function bent(rows: number, seed: number) {
  const random = new Random(seed);
  const inputs = Array.from({ length: rows }, () => Array.from({ length: 6 }, () => random.normal()));
  const targets = inputs.map((x) => [
    Math.sin(1.5 * x[0]!) + 0.6 * x[1]! * x[2]! + 0.3 * x[3]! + 0.1 * random.normal(),
  ]);
  return { inputs: table(inputs), targets: table(targets) };
}

test('twenty training rows of six columns are too few; six hundred are not', async () => {
  for (const [rows, named] of [
    [20, 'too-few-rows'],
    [600, ''],
  ] as const) {
    const diagnosis = await diagnosed(
      [dense(32, 'relu', { inputShape: [6] }), dense(16, 'relu'), dense(1, 'linear')],
      { ...bent(rows, 9), validation: bent(300, 10) },
      { losses: 'meanSquaredError', epochs: rows < 100 ? 300 : 40, optimizer: { learningRate: 0.005 } },
    );
    assert.equal(first(diagnosis), named, diagnosis.toString());
  }
});

test('hundreds of weights a row that learn noise by heart are too many; on the same rows few weights are not', async () => {
  const noisy = (rows: number, seed: number) => {
    const random = new Random(seed);
    const inputs = Array.from({ length: rows }, () => Array.from({ length: 8 }, () => random.normal()));
    return { inputs: table(inputs), targets: table(inputs.map((x) => [x[0]! - 0.5 * x[1]! + 0.6 * random.normal()])) };
  };
  for (const [units, epochs, causes] of [
    [256, 100, ['network-too-large', 'overfitting']],
    [6, 60, ['']],
  ] as const) {
    const diagnosis = await diagnosed(
      [dense(units, 'relu', { inputShape: [8] }), dense(units, 'relu'), dense(1, 'linear')],
      { ...noisy(200, 11), validation: noisy(300, 12) },
      { losses: 'meanSquaredError', epochs, optimizer: { learningRate: 0.01 } },
    );
    assert.ok((causes as readonly string[]).includes(first(diagnosis)), diagnosis.toString());
  }
});

test('a recurrence that forgets its first steps is named by the gradient that does not reach them', async () => {
  const series = (rows: number, seed: number) => {
    const random = new Random(seed);
    const inputs = Array.from({ length: rows }, () => Array.from({ length: 12 }, () => [random.normal()]));
    return { inputs: tf.tensor3d(inputs), targets: table(inputs.map((x) => [x[0]![0]! + 0.5 * x[1]![0]!])) };
  };
  const recurrent = (forgets: boolean) =>
    tf.layers.gru({
      units: 12,
      inputShape: [12, 1],
      kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
      recurrentInitializer: tf.initializers.orthogonal({ seed: 2 }),
      biasInitializer: forgets ? tf.initializers.constant({ value: -8 }) : 'zeros',
    });
  for (const forgets of [true, false]) {
    const diagnosis = await diagnosed(
      [recurrent(forgets), dense(1, 'linear')],
      { ...series(400, 13), validation: series(200, 14) },
      { losses: 'meanSquaredError', epochs: forgets ? 10 : 40, optimizer: { learningRate: 0.01 } },
    );
    assert.equal(first(diagnosis), forgets ? 'vanishing-through-time' : '', diagnosis.toString());
  }
});

test('accuracy of numbers is noted and no verdict; of classes it is not noted', async () => {
  const data = bent(300, 15);
  const options: FitOptions = {
    losses: 'meanSquaredError',
    metrics: ['accuracy'],
    epochs: 40,
    optimizer: { learningRate: 0.01 },
  };
  const layers = () => [dense(32, 'relu', { inputShape: [6] }), dense(16, 'relu')];
  const numbers = await diagnosed([...layers(), dense(1, 'linear')], data, options);
  assert.deepEqual(numbers.notes.filter(({ cause }) => cause === 'accuracy-of-numbers').length, 1, numbers.toString());
  assert.equal(first(numbers), '', numbers.toString());
  const yes = { inputs: data.inputs, targets: data.targets.greater(0).toFloat() };
  const binary = await diagnosed([...layers(), dense(1, 'sigmoid')], yes, {
    ...options,
    losses: 'binaryCrossentropy',
  });
  assert.ok(!binary.notes.some(({ cause }) => cause === 'accuracy-of-numbers'), binary.toString());
});

test('validation rows far from the training rows are named even where no reference can predict them either', async () => {
  const held = bent(200, 17);
  const moved = { inputs: tf.tidy(() => held.inputs.add(20).mul(10)), targets: held.targets };
  for (const validation of [moved, held]) {
    const diagnosis = await diagnosed(
      [dense(32, 'relu', { inputShape: [6] }), dense(16, 'relu'), dense(1, 'linear')],
      { ...bent(500, 16), validation },
      { losses: 'meanSquaredError', epochs: 40, optimizer: { learningRate: 0.005 } },
    );
    assert.equal(first(diagnosis), validation === moved ? 'validation-inputs-out-of-range' : '', diagnosis.toString());
  }
});

test('shares of classes and recalls are counted by hand', () => {
  const truth = Int32Array.from([0, 0, 1, 1, 1, 2]);
  assert.deepEqual(recallsOf(truth, Int32Array.from([0, 1, 1, 1, 0, 2]), 4), [0.5, 2 / 3, 1, Number.NaN]);
  const random = new Random(20);
  const rows = (count: number, swap: boolean) => {
    const classes = Array.from({ length: count }, () => random.integer(0, 1));
    const values = (list: readonly number[]) => ({ values: Float64Array.from(list), rows: count, columns: 1 });
    return {
      inputs: values(classes.map((c) => 4 * c + random.normal())),
      targets: values(classes.map((c) => (swap ? 1 - c : c))),
    };
  };
  const [training, validation] = [rows(200, true), rows(200, false)];
  const found = references({ ...training, validation, measure: 'each-log', classes: true, isOneOfMany: false });
  const { order } = classEvidence(training, validation, found);
  assert.deepEqual(order!.moved, [1, 0]);
  assert.ok(order!.hitShare < 0.1 && order!.movedHitShare > 0.9);
});

test('a sigmoid that multiplies another layer is a gate, and no layer of sigmoids', () => {
  const input = tf.input({ shape: [3] });
  const [wide, gate] = [dense(8, 'tanh'), dense(8, 'sigmoid')].map((layer) => layer.apply(input) as TF.SymbolicTensor);
  const head = (x: TF.SymbolicTensor) => dense(1, 'linear').apply(x) as TF.SymbolicTensor;
  const gated = tf.layers.multiply().apply([wide!, gate!]) as TF.SymbolicTensor;
  const random = new Random(21);
  const inputs = table(Array.from({ length: 60 }, () => [random.normal(), random.normal(), random.normal()]));
  const data = { inputs, targets: tf.tidy(() => inputs.sum(1, true)) };
  const seen = (x: TF.SymbolicTensor) => {
    const model = tf.model({ inputs: input, outputs: head(x) });
    const { symptoms } = diagnose({ history: [] }, { model, data, options: { losses: 'meanSquaredError' } });
    return symptoms.filter(({ rule }) => rule === 'sigmoid-layers').length;
  };
  assert.deepEqual([seen(gated), seen(gate!)], [0, 1]);
});
