import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { mendDiff } from '../../src/diagnosis/mends/mendCode';
import { withoutColumn } from '../../src/diagnosis/mends/mends';

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
});
