import assert from 'node:assert/strict';
import * as path from 'node:path';
import { it } from 'node:test';
import { type TF, tf } from '../../src/core';
import { diagnose } from '../../src/diagnosis';
import { tensors } from '../../src/inspection';
import { trainingOfFolder } from '../../src/recordings';

// Made by record_torch_names.py: an argument `input`, layers without a name, heads "vol 5d" and "_rank".
const PLACE = path.join(__dirname, 'reference', 'torchNames');

it('a module of PyTorch gives here what it gave there, and is diagnosed, whatever its arguments, parts and heads are called', async () => {
  const training = await trainingOfFolder(PLACE);
  const { model, data, options, run } = training;
  assert.deepEqual(model.outputNames, ['vol_5d', 'layer_rank']);
  const given = model.predict(Object.values(data.inputs as Record<string, TF.Tensor>)) as TF.Tensor[];
  const theirs = await tensors(path.join(PLACE, 'predicted.npz'));
  for (const [k, head] of ['vol 5d', '_rank'].entries()) {
    const other = theirs.find(({ name }) => name === head)!.values();
    const far = given[k]!.dataSync().findIndex((value, row) => !(Math.abs(value - other[row]!) < 1e-5));
    assert.equal(far, -1, head);
  }
  const [first] = diagnose(run, { model, data, options }).verdicts;
  assert.deepEqual([first!.cause, first!.where], ['dead-head', 'vol_5d']);
  tf.dispose(given);
  await training.dispose();
});
