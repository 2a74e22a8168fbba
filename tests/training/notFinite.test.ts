import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { fit } from '../../src/training';

/** y = w x trained on |y - target|, written so that its gradient is NaN where the two are equal, while the loss is 0. */
async function train(rows: number, zeroRow: number, mode: 'eager' | 'graph' | 'xla') {
  const weight = tf.variable(tf.tensor2d([[0.5]]));
  const model = {
    heads: ['y'],
    variables: [weight],
    predict: ({ input }: Record<string, TF.Tensor>) => ({ y: tf.matMul(input as TF.Tensor2D, weight as TF.Tensor2D) }),
  };
  const x = Array.from({ length: rows }, (_, k) => (k === zeroRow ? 0 : 1 + k / 10));
  const inputs = tf.tensor2d(x, [rows, 1]);
  const targets = inputs.mul(3);
  const run = await fit(
    model,
    { inputs, targets },
    {
      losses: (t, p) => tf.sqrt(tf.square(tf.sub(t, p))).reshape([-1]),
      optimizer: { kind: 'sgd', learningRate: 0.01 },
      batchSize: 2,
      epochs: 1,
      shuffle: false,
      mode,
    },
  );
  const value = weight.dataSync()[0]!;
  tf.dispose([weight, inputs, targets]);
  return { run, value };
}

for (const mode of ['eager', 'graph', 'xla'] as const) {
  test(`fit in mode ${mode} names the step whose gradients are not numbers though its loss is, and keeps the weights from before`, async () => {
    // Step 3 of 6 has the zero: the loss of step 4 is the first that shows it.
    const { run, value } = await train(12, 7, mode);
    assert.equal(run.stopReason, 'not-finite');
    assert.deepEqual(run.notFinite, { epoch: 0, step: 3, term: 'gradients', rows: [6, 7] });
    assert.equal(run.steps, 3);
    assert.equal(value, (await train(6, -1, mode)).value);
  });

  test(`fit in mode ${mode} notices gradients that are not numbers in the very last step, which no loss shows`, async () => {
    const { run, value } = await train(8, 6, mode);
    assert.deepEqual(run.notFinite, { epoch: 0, step: 3, term: 'gradients', rows: [6, 7] });
    assert.equal(value, (await train(6, -1, mode)).value);
  });
}
