import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { compiledModel, model as loadKeras, tensors } from '../../src/inspection';
import { safetensorsBytes } from '../../src/inspection/files/writeSafetensors';

const APART = path.join(__dirname, 'reference', 'apart');
const architecture = path.join(APART, 'model.json');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'separate-files-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

for (const [kind, file] of [
  ['safetensors', path.join(APART, 'weights.safetensors')],
  ['a SavedModel', APART],
] as const)
  test(`layers in one file and weights in ${kind} give what Keras predicted, to 1e-5, with the loss it was compiled with`, async () => {
    const { model, compiled } = await compiledModel(file, { architecture });
    assert.deepEqual(compiled.loss, { a: 'mse', b: 'mse' });
    const rows = await tensors(path.join(APART, 'rows.npz'));
    const named = (name: string) => rows.find((one) => one.name === name)!;
    const x = tf.tensor(Float32Array.from(named('x').values()), [...named('x').shape]);
    const given = model.predict(x) as TF.Tensor[];
    ['a', 'b'].forEach((head, k) => {
      const theirs = named(`predicted_${head}`).values();
      const mine = given[k]!.dataSync();
      assert.equal(mine.length, theirs.length);
      assert.ok(
        mine.every((value, at) => Math.abs(value - theirs[at]!) < 1e-5),
        head,
      );
    });
    tf.dispose([x, ...given]);
    model.dispose();
  });

test('what is missing, or one too many, is said', async () => {
  const weights = path.join(APART, 'weights.safetensors');
  await assert.rejects(loadKeras(weights), /nothing says what the layers are.*to_json.*architecture: "model\.json"/);
  await assert.rejects(loadKeras(APART), /nothing says what the layers are/);
  const whole = path.join(__dirname, 'reference', 'small.keras');
  await assert.rejects(loadKeras(whole, { architecture }), /says itself what its layers are/);
  await assert.rejects(loadKeras(weights, { architecture: 'missing.json' }), /no such file.*missing\.json/);
  const notJSON = path.join(folder, 'not.json');
  fs.writeFileSync(notJSON, '{');
  await assert.rejects(loadKeras(weights, { architecture: notJSON }), /not JSON.*to_json/);
  fs.writeFileSync(notJSON, '[]');
  await assert.rejects(loadKeras(weights, { architecture: notJSON }), /none of a model of Keras/);
  const torch = path.join(folder, 'torch.safetensors');
  fs.writeFileSync(torch, safetensorsBytes([{ name: '0.weight', shape: [2, 2], values: new Float32Array(4) }]));
  await assert.rejects(loadKeras(torch, { architecture }), /claims more weights|no weights of a layer/);
  const other = path.join(folder, 'other.safetensors');
  fs.writeFileSync(other, safetensorsBytes([{ name: 'zero/kernel', shape: [64, 64], values: new Float32Array(4096) }]));
  await assert.rejects(loadKeras(other, { architecture }), /no weights of a layer.*lstm\/kernel.*zero\/kernel/s);
});
