// Programs of a few lines, faulty and healthy: what has to be named first, and what has to be left alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, type TF, tf } from '../../src/core';
import { confirm, type Diagnosis, diagnose } from '../../src/diagnosis';
import { train } from '../../src/programs';
import { type FitOptions, fit, type TrainingData } from '../../src/training';

const normals = (seed: number, count: number) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.normal());
};
const column = (values: readonly number[]) => tf.tensor2d([...values], [values.length, 1]);
const table = (values: readonly number[], width: number) => tf.tensor2d([...values], [values.length / width, width]);
const dense = (units: number, activation: string, rest: object = {}) =>
  tf.layers.dense({
    units,
    activation: activation as 'relu',
    kernelInitializer: tf.initializers.glorotUniform({ seed: units + 1 }),
    ...rest,
  });

async function diagnosed(layers: TF.layers.Layer[], data: TrainingData, options: FitOptions): Promise<Diagnosis> {
  return diagnose(await fit(tf.sequential({ layers }), data, { mode: 'graph', ...options }));
}

const first = ({ verdicts }: Diagnosis) => verdicts[0]?.cause ?? '';
const silent = (diagnosis: Diagnosis) => assert.deepEqual(diagnosis.verdicts, [], diagnosis.toString());

/** Rows of three clouds in three blocks. */
function blocks(rows: number) {
  const noise = normals(1, rows * 2);
  const classOf = (row: number) => Math.floor((row * 3) / rows);
  const inputs = noise.map((value, k) => {
    const c = classOf(Math.floor(k / 2));
    return 0.4 * value + (k % 2 === 0 ? [-3, 0, 3][c]! : c === 1 ? 2 : -1);
  });
  return { inputs: table(inputs, 2), classes: Array.from({ length: rows }, (_, row) => classOf(row)) };
}

test('rows sorted by class that are learnt get no verdict, be the head binary or of one class of many', async () => {
  const { inputs, classes } = blocks(600);
  const options = { epochs: 40, optimizer: { learningRate: 0.01 } };
  silent(
    await diagnosed(
      [dense(16, 'relu', { inputShape: [2] }), dense(1, 'sigmoid')],
      { inputs, targets: column(classes.map((c) => Number(c === 1))) },
      { losses: 'binaryCrossentropy', ...options },
    ),
  );
  silent(
    await diagnosed(
      [dense(16, 'relu', { inputShape: [2] }), dense(3, 'softmax')],
      { inputs, targets: tf.oneHot(tf.tensor1d(classes, 'int32'), 3).toFloat() },
      { losses: 'categoricalCrossentropy', ...options },
    ),
  );
});

test('columns with many equal values, training and validation of one law, get no verdict', async () => {
  const random = new Random(2);
  const part = (rows: number) => {
    const values = Array.from({ length: rows * 20 }, () => (random.uniform() < 0.49 ? random.uniform() : 0));
    const targets = Array.from(
      { length: rows },
      (_, row) => values[row * 20]! + values[row * 20 + 1]! - values[row * 20 + 2]!,
    );
    return { inputs: table(values, 20), targets: column(targets) };
  };
  const diagnosis = await diagnosed(
    [dense(16, 'relu', { inputShape: [20] }), dense(1, 'linear')],
    { ...part(1600), validation: part(400) },
    { losses: 'meanSquaredError', epochs: 40, optimizer: { learningRate: 0.005 } },
  );
  silent(diagnosis);
  assert.ok(!diagnosis.symptoms.some(({ rule }) => rule === 'validation-range'));
});

for (const [what, law, bias] of [
  ['x²', (x: number) => x * x, -6],
  ['0.02|x| + 0.001', (x: number) => 0.02 * Math.abs(x) + 0.001, -4],
] as const)
  test(`a relu head with a bias of ${bias} for y = ${what} is a dead head`, async () => {
    const x = normals(3, 400);
    const diagnosis = await diagnosed(
      [
        dense(8, 'relu', { inputShape: [1] }),
        dense(1, 'relu', { biasInitializer: tf.initializers.constant({ value: bias }) }),
      ],
      { inputs: column(x), targets: column(x.map(law)) },
      { losses: 'meanSquaredError', epochs: 30 },
    );
    assert.equal(first(diagnosis), 'dead-head', diagnosis.toString());
  });

test('one NaN among 200 rows is named by its row and column', async () => {
  const x = normals(4, 600);
  x[77 * 3 + 1] = Number.NaN;
  const targets = column(Array.from({ length: 200 }, (_, row) => x[row * 3]!));
  const diagnosis = await diagnosed(
    [dense(8, 'relu', { inputShape: [3] }), dense(1, 'linear')],
    { inputs: table(x, 3), targets },
    { losses: 'meanSquaredError', epochs: 5 },
  );
  assert.equal(first(diagnosis), 'data-not-finite');
  assert.match(diagnosis.verdicts[0]!.says, /row 77, column 1/);
});

test('one unit that has learnt y = 0.9 x by gradient descent at 0.1 gets no verdict', async () => {
  const x = normals(5, 200);
  silent(
    await diagnosed(
      [dense(1, 'linear', { inputShape: [1] })],
      { inputs: column(x), targets: column(x.map((value) => 0.9 * value)) },
      { losses: 'meanSquaredError', epochs: 30, optimizer: { kind: 'sgd', learningRate: 0.1 } },
    ),
  );
});

test('an embedding of word numbers that is learnt gets no verdict: its columns are no quantities', async () => {
  const random = new Random(6);
  const words = Array.from({ length: 600 * 8 }, () => random.integer(0, 49));
  const labels = Array.from({ length: 600 }, (_, row) =>
    Number(words.slice(row * 8, row * 8 + 8).filter((word) => word < 25).length > 4),
  );
  const embedding = tf.layers.embedding({ inputDim: 50, outputDim: 8, inputLength: 8 });
  silent(
    await diagnosed(
      [embedding, tf.layers.globalAveragePooling1d({}), dense(1, 'sigmoid')],
      { inputs: table(words, 8), targets: column(labels) },
      { losses: 'binaryCrossentropy', epochs: 60, optimizer: { learningRate: 0.02 } },
    ),
  );
});

test('a softmax with squared error for several labels: head and loss do not go with the targets', async () => {
  const x = normals(7, 1500);
  const diagnosis = await diagnosed(
    [dense(16, 'relu', { inputShape: [3] }), dense(3, 'softmax')],
    {
      inputs: table(x, 3),
      targets: table(
        x.map((value) => Number(value > 0)),
        3,
      ),
    },
    { losses: 'meanSquaredError', epochs: 20, optimizer: { learningRate: 0.01 } },
  );
  assert.equal(first(diagnosis), 'head-and-loss-misfit', diagnosis.toString());
  assert.match(diagnosis.verdicts[0]!.change.says, /sigmoid with binaryCrossentropy/);
});

for (const epochs of [100, 1])
  test(`y = 3x on 1..10 after ${epochs} epochs of Adam at 0.002 is not there yet`, async () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const diagnosis = await diagnosed(
      [dense(1, 'linear', { inputShape: [1] })],
      { inputs: column(x), targets: column(x.map((value) => 3 * value)) },
      { losses: 'meanSquaredError', epochs, optimizer: { learningRate: 0.002 } },
    );
    assert.equal(first(diagnosis), 'undertrained', diagnosis.toString());
  });

test('outputs of 40 in every class have no skill: the loss scales them to sum to 1', () => {
  const x = normals(8, 600);
  const forties = {
    kernelInitializer: 'zeros',
    biasInitializer: tf.initializers.constant({ value: 40 }),
    inputShape: [2],
  };
  const model = tf.sequential({ layers: [dense(3, 'linear', forties)] });
  const classes = Array.from({ length: 300 }, (_, row) => (x[row * 2]! > 0 ? 0 : x[row * 2 + 1]! > 0 ? 1 : 2));
  const data = { inputs: table(x, 2), targets: tf.oneHot(tf.tensor1d(classes, 'int32'), 3).toFloat() };
  const { heads } = diagnose(
    { history: [{ loss: 1 }] },
    { model, data, options: { losses: 'categoricalCrossentropy' } },
  );
  assert.ok(heads[0]!.skill <= 0, String(heads[0]!.skill));
});

test('constant targets are called so, also under a loss of one’s own', async () => {
  const inputs = table(normals(9, 600), 2);
  const squared = (t: TF.Tensor, p: TF.Tensor) => tf.mean(tf.squaredDifference(t, p));
  for (const losses of ['meanSquaredError', squared] as const) {
    const layers = [dense(8, 'relu', { inputShape: [2] }), dense(1, 'linear')];
    const diagnosis = await diagnosed(layers, { inputs, targets: tf.fill([300, 1], 5) }, { losses, epochs: 5 });
    assert.equal(first(diagnosis), 'targets-constant', diagnosis.toString());
  }
});

test('values that run along the batch are found before training: a row’s prediction depends on the rows beside it', () => {
  class Centred extends tf.layers.Layer {
    static className = 'CentredOverTheBatch';
    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      const [x] = [inputs].flat();
      return tf.sub(x!, tf.mean(x!, 0, true));
    }
  }
  const model = tf.sequential({
    layers: [dense(3, 'linear', { inputShape: [4] }), new Centred({}), tf.layers.softmax({})],
  });
  const classes = Array.from({ length: 100 }, (_, row) => row % 3);
  const data = { inputs: table(normals(10, 400), 4), targets: tf.oneHot(tf.tensor1d(classes, 'int32'), 3).toFloat() };
  const diagnosis = diagnose({ history: [] }, { model, data, options: { losses: 'categoricalCrossentropy' } });
  assert.equal(first(diagnosis), 'rows-mixed', diagnosis.toString());
});

test('a place gets one verdict: what follows from it is folded under it, and notes stand apart', async () => {
  const x = normals(11, 400);
  const diagnosis = await diagnosed(
    [
      dense(8, 'relu', { inputShape: [1] }),
      dense(1, 'relu', { biasInitializer: tf.initializers.constant({ value: -6 }) }),
    ],
    { inputs: column(x), targets: column(x.map((value) => value * value)) },
    { losses: 'meanSquaredError', epochs: 30 },
  );
  assert.equal(diagnosis.verdicts.length, 1);
  assert.ok(diagnosis.ranked.length >= diagnosis.verdicts.length);
  const { probability } = diagnosis.verdicts[0]!;
  assert.ok(probability > 0 && probability < 1);
  assert.match(diagnosis.toString(), /% sure/);
});

test('confirm on layers without names finds them by their place, and refuses a change that touches nothing', async () => {
  const x = normals(12, 300);
  const program = {
    model: () =>
      tf.sequential({
        layers: [
          dense(8, 'relu', { inputShape: [1] }),
          dense(1, 'relu', { biasInitializer: tf.initializers.constant({ value: -6 }) }),
        ],
      }),
    data: { inputs: column(x), targets: column(x.map((value) => value * value)) },
    options: { losses: 'meanSquaredError', epochs: 30 } as FitOptions,
  };
  const diagnosis = diagnose(await train(program, { mode: 'graph' }));
  const [verdict] = diagnosis.verdicts;
  assert.equal(first(diagnosis), 'dead-head', diagnosis.toString());
  const idle = { ...verdict!, change: { says: 'nothing', apply: (parts: typeof program) => parts } };
  await assert.rejects(confirm(idle as never, program, { mode: 'graph' }), { code: 'change-touched-nothing' });
  const { confirmed, heads } = await confirm(verdict!, program, { mode: 'graph' });
  assert.ok(confirmed && heads[0]!.after > heads[0]!.before + 0.3, JSON.stringify(heads));
});
