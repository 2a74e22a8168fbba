import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { confirm, diagnose } from '../../src/diagnosis';
import { mendDiff } from '../../src/diagnosis/mends/mendCode';
import { withoutColumn } from '../../src/diagnosis/mends/mends';
import { program } from '../../src/programs';
import { fit } from '../../src/training';

test('a column is left out of rows, and of every step of windows', () => {
  const leftOut = (inputs: TF.Tensor, column: number) => {
    const data = { inputs, targets: tf.zeros([inputs.shape[0]!, 1]) };
    const program = { model: () => undefined as never, data, options: { losses: 'meanSquaredError' as const } };
    return Array.from((withoutColumn(column)(program).data.inputs as TF.Tensor).dataSync());
  };
  assert.deepEqual(leftOut(tf.ones([1, 3]), 1), [1, 0, 1]);
  assert.deepEqual(leftOut(tf.ones([1, 2, 3]), 2), [1, 1, 0, 1, 1, 0]);
  // A place among the steps laid side by side.
  assert.deepEqual(leftOut(tf.ones([1, 2, 3]), 4), [1, 0, 1, 1, 0, 1]);
});

test('the code of a mend says what the words say: the activation that the head gets, and the numbers of the run', () => {
  const [keras, torch, tfjs] = (['keras', 'torch', 'tfjs'] as const).map((framework) =>
    mendDiff('output-out-of-range', 'volatility', framework, { activation: 'sigmoid', to: 'softplus' }),
  );
  assert.match(keras!.before!, /activation="sigmoid"/);
  assert.match(keras!.after, /activation="softplus"/);
  assert.match(torch!.after, /torch\.nn\.Softplus\(\)/);
  assert.match(tfjs!.after, /activation: 'softplus'/);
  assert.match(mendDiff('one-unit-softmax', 'y', 'keras', { to: 'linear' })!.after, /activation=None/);
  const { before, after } = mendDiff('learning-rate-too-high', '', 'tfjs', { learningRate: 0.3 })!;
  assert.match(`${before} ${after}`, /learningRate: 0\.3 .*learningRate: 0\.03 /);
  assert.equal(mendDiff('overfitting', '', 'keras'), undefined);
  const of = { learningRate: 3, optimizer: 'adamw', after: { learningRate: 0.005 } };
  assert.match(mendDiff('learning-rate-too-high', '', 'keras', of)!.after, /AdamW\(learning_rate=0\.005\)/);
  assert.match(mendDiff('learning-rate-too-high', '', 'torch', of)!.before!, /optim\.AdamW\(.*lr=3\)/);
  const descent = { learningRate: 1e-5, optimizer: 'sgd', after: { learningRate: 0.02, momentum: 0.9 } };
  assert.match(
    mendDiff('learning-rate-too-low', '', 'keras', descent)!.after,
    /SGD\(learning_rate=0\.02, momentum=0\.9\)/,
  );
  assert.match(mendDiff('undertrained', '', 'keras', { epochs: 6, after: { epochs: 150 } })!.after, /epochs=150/);
});

test('numbers in the code of a mend are those that the words name and the proof trains with', async () => {
  const inputs = tf.randomNormal([320, 3], 0, 1, 'float32', 1) as TF.Tensor2D;
  const data = { inputs, targets: inputs.sum(1, true) };
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3], kernelInitializer })] });
  const options = {
    losses: 'meanSquaredError' as const,
    epochs: 3,
    optimizer: { kind: 'sgd', learningRate: 1e-6 } as const,
  };
  const run = await fit(model, data, options);
  const [first] = diagnose(run, { model, data, options }).record('keras').verdicts;
  assert.match(first!.mend.says, /raise the learning rate to 0\.02\d* with a momentum of 0\.9/);
  assert.match(first!.mend.after!, /SGD\(learning_rate=0\.02, momentum=0\.9\)/);
});

test('a model of several inputs is judged after a mend by inputs of their names, whatever their tensors are called', async () => {
  const make = (seed: number) => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed });
    const [price, sector] = [tf.input({ shape: [6], name: 'price' }), tf.input({ shape: [1], name: 'sector' })];
    const joined = tf.layers.concatenate().apply([price, sector]) as TF.SymbolicTensor;
    const hidden = tf.layers.dense({ units: 8, activation: 'tanh', kernelInitializer }).apply(joined);
    const biasInitializer = tf.initializers.constant({ value: -5 });
    const vol = tf.layers.dense({ units: 1, activation: 'relu', name: 'vol', kernelInitializer, biasInitializer });
    return tf.model({ inputs: [price, sector], outputs: vol.apply(hidden) as TF.SymbolicTensor });
  };
  // Tensors of inputs that are made a second time get another name than their layers.
  make(1);
  const price = tf.randomNormal([400, 6], 0, 1, 'float32', 3);
  const data = { inputs: { price, sector: tf.ones([400, 1]) }, targets: { vol: tf.abs(price.mean(1, true)) } };
  const options = { losses: 'meanSquaredError' as const, epochs: 4 };
  const sum = program({ name: 'two inputs', data, model: () => make(1), options: () => options as never });
  const model = make(1);
  const run = await fit(model, data, options as never);
  const [first] = diagnose(run, { model, data, options: options as never }).verdicts;
  assert.equal(first!.cause, 'dead-head');
  assert.equal((await confirm(first!, sum as never)).confirmed, true);
});
