import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { graphOfStep } from '../../src/compile';
import { type TF, tf } from '../../src/core';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'written-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** A step of one input and one output as a graph, called by its signature. */
async function served(step: (x: TF.Tensor) => TF.Tensor): Promise<(x: TF.Tensor) => TF.Tensor> {
  const place = fs.mkdtempSync(path.join(folder, 'model-'));
  const bytes = graphOfStep('test', {
    step: ([x]) => [step(x!)],
    inputs: [{ name: 'x', shape: [3] }],
    outputs: ['y'],
  });
  fs.writeFileSync(path.join(place, 'saved_model.pb'), bytes);
  // Node's own loader asks for this folder, which a graph without variables does not need.
  fs.mkdirSync(path.join(place, 'variables'));
  const { loadSavedModel } = (tf as unknown as { node: { loadSavedModel(path: string): Promise<TF.InferenceModel> } })
    .node;
  const model = await loadSavedModel(place);
  return (x) => (model.predict({ x }, {}) as Record<string, TF.Tensor>)['y']!;
}

test('a graph for any number of rows computes the shapes and numbers that depend on them', async () => {
  const weight = tf.variable(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
  const steps: ((x: TF.Tensor) => TF.Tensor)[] = [
    (x) => tf.concat([tf.matMul(x as TF.Tensor2D, weight as TF.Tensor2D), tf.fill([x.shape[0]!, 1], 7)], 1),
    (x) =>
      tf
        .tile(x.reshape([1, x.shape[0]! * 3]), [2, 1])
        .reshape([2, x.shape[0]!, 3])
        .sum(0),
    (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 0],
      ]),
    (x) => tf.reverse(x, 0).slice([0, 1], [x.shape[0]!, 2]),
  ];
  for (const [k, step] of steps.entries()) {
    const call = await served(step);
    for (const rows of [1, 5, 7, 12]) {
      const x = tf.randomNormal([rows, 3], 0, 1, 'float32', 3);
      const [expected, received] = [step(x), call(x)];
      assert.deepEqual(received.shape, expected.shape, `step ${k}`);
      const distance = tf.max(tf.abs(tf.sub(expected, received))).dataSync()[0]!;
      assert.ok(distance < 1e-6, `step ${k}: ${distance}`);
    }
  }
});

test('a step whose numbers depend on how many rows there are is refused, with its line', async () => {
  for (const step of [
    (x: TF.Tensor) => x.mul(x.shape[0]!),
    (x: TF.Tensor) => (x.shape[0]! > 5 ? x.square() : x.sqrt()),
    (x: TF.Tensor) => tf.oneHot(tf.cast(x.sum(1), 'int32'), x.shape[0]! * x.shape[0]!) as TF.Tensor,
  ])
    await assert.rejects(served(step), /something else for another number of rows.*(writeGraph\.test|one_hot|OneHot)/s);
});
