import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countCompiled } from '../../src/compile';
import { type TF, tf } from '../../src/core';
import { fit } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

test('fit of many epochs predicts the validation rows by a graph: the same numbers as a run of few, and no tensors left', async () => {
  // More rows than are predicted at a time, so that the last piece is a smaller one.
  const data = { ...twoHeadRows(64), validation: twoHeadRows(105_000) };
  const run = async (epochs: number) => {
    const model = twoHeadModel();
    const compiled = countCompiled();
    const { history } = await fit(model, data, {
      losses: twoHeadLosses,
      epochs,
      batchSize: 16,
      mode: 'graph',
      seed: 2,
    });
    model.dispose();
    return { history, compiled: countCompiled() - compiled };
  };
  const few = await run(19);
  const { numTensors } = tf.memory();
  const many = await run(20);
  assert.equal(tf.memory().numTensors, numTensors);
  assert.equal(
    many.compiled,
    2,
    'the step is compiled already; now the predictions are, for a whole piece and the last',
  );
  assert.equal(few.history.length, 19);
  for (const [epoch, row] of few.history.entries()) {
    for (const [key, value] of Object.entries(row)) {
      const other = many.history[epoch]![key]!;
      assert.ok(Math.abs(value - other) <= 1e-6 * Math.max(1, Math.abs(value)), `${key}: ${value}, ${other}`);
    }
  }
  tf.dispose(data as unknown as TF.TensorContainer);
});
