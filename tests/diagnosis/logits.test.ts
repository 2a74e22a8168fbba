// Losses that apply the softmax or the sigmoid themselves, as classifiers of PyTorch have them: what the head gives is judged as the loss sees it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { diagnose } from '../../src/diagnosis';
import { fit } from '../../src/training';

const ROWS = 960;
const inputs = () => tf.randomNormal([ROWS, 6], 0, 1, 'float32', 7) as TF.Tensor2D;
const classes = (x: TF.Tensor2D) =>
  tf.tidy(() => tf.add(x.slice([0, 0], [ROWS, 1]).greater(0).toInt(), x.slice([0, 1], [ROWS, 1]).greater(1).toInt()));

/** A classifier trained on most of the rows, its diagnosis, and the tensors that the diagnosis has left. */
async function diagnosed(losses: string, units: number, activation: string, optimizer: object) {
  const x = inputs();
  const labels = classes(x);
  const targets = losses.startsWith('sparse')
    ? labels
    : units === 1
      ? labels.greater(0).toFloat()
      : tf.oneHot(labels.reshape([ROWS]).toInt(), units).toFloat();
  const part = (t: TF.Tensor, from: number, to: number) => t.slice([from, 0], [to - from, t.shape[1]!]);
  const rows = (from: number, to: number) => ({ inputs: part(x, from, to), targets: part(targets, from, to) });
  const data = { ...rows(0, 720), validation: rows(720, ROWS) };
  const dense = (seed: number, more: object) =>
    tf.layers.dense({ kernelInitializer: tf.initializers.glorotUniform({ seed }), ...(more as { units: number }) });
  const model = tf.sequential({
    layers: [dense(1, { units: 16, activation: 'relu', inputShape: [6] }), dense(2, { units, activation, name: 'y' })],
  });
  const options = { losses, epochs: 25, optimizer } as never;
  const run = await fit(model, data, options);
  diagnose(run, { model, data, options });
  const before = tf.memory().numTensors;
  const found = diagnose(run, { model, data, options });
  return { found, left: tf.memory().numTensors - before };
}

const OF_LOGITS: [losses: string, units: number][] = [
  ['sparseCategoricalCrossentropyFromLogits', 3],
  ['categoricalCrossentropyFromLogits', 3],
  ['binaryCrossentropyFromLogits', 1],
];

for (const [losses, units] of OF_LOGITS) {
  test(`a healthy classifier of ${losses} has its skill and no verdict`, async () => {
    const { found, left } = await diagnosed(losses, units, 'linear', { kind: 'adam', learningRate: 0.01 });
    assert.deepEqual(
      found.verdicts.map(({ cause }) => cause),
      [],
    );
    const [head] = found.heads;
    assert.ok(head!.validationSkill > 0.7 && head!.validationSkill <= 1, String(head!.validationSkill));
    assert.equal(left, 0);
  });
}

test('too high a rate is what a classifier of logits suffers from, not its logits', async () => {
  const { found } = await diagnosed('categoricalCrossentropyFromLogits', 3, 'linear', { kind: 'sgd', learningRate: 5 });
  assert.equal(found.verdicts[0]?.cause, 'learning-rate-too-high');
});

test('a head that has the activation which its loss applies once more is still told', async () => {
  const { found } = await diagnosed('binaryCrossentropyFromLogits', 1, 'sigmoid', { kind: 'adam', learningRate: 0.01 });
  assert.equal(found.verdicts[0]?.cause, 'second-sigmoid');
});
