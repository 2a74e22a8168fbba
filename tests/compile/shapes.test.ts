import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backend } from '../../src/compile/backend';
import { shapesOf } from '../../src/compile/shapes';
import { ReluctantError, type TF, tf } from '../../src/core';
import { fit } from '../../src/training';
import { EXHIBITS } from '../training/gallery';

test('the rule of every operation that training calls names the shapes and types that TensorFlow computes', async () => {
  const native = backend();
  const { executeSingleOutput, executeMultipleOutputs } = native;
  const ruled = new Map<string, number>();
  const compare = (name: string, attributes: never[], inputs: TF.Tensor[], outputs: TF.Tensor[]) => {
    const constantOf = (tensor: TF.Tensor) =>
      tensor.size > 64 ? undefined : Array.from(native.readSync(tensor.dataId));
    const specs = shapesOf(name, attributes, inputs, constantOf);
    if (!specs) return;
    ruled.set(name, (ruled.get(name) ?? 0) + 1);
    const actual = outputs.map(({ dtype, shape }) => ({ dtype, shape: [...shape] }));
    const given = inputs.map(({ shape }) => `[${shape}]`).join();
    assert.deepEqual(
      specs.map(({ dtype, shape }) => ({ dtype, shape: [...shape] })),
      actual,
      `${name} of ${given}`,
    );
  };
  native.executeSingleOutput = (name, attributes, inputs) => {
    const output = executeSingleOutput.call(native, name, attributes, inputs);
    compare(name, attributes as never[], inputs, [output]);
    return output;
  };
  native.executeMultipleOutputs = (name, attributes, inputs, count) => {
    const outputs = executeMultipleOutputs.call(native, name, attributes, inputs, count);
    compare(name, attributes as never[], inputs, outputs);
    return outputs;
  };
  try {
    for (const [name, [shape, build]] of EXHIBITS) {
      // Pictures are given whole numbers, and what looks things up gets no gradient: the plain ones show the operations.
      if (/embedding|categoryEncoding|centerCrop|resizing|rescaling|convLstm/i.test(name)) continue;
      const input = tf.input({ shape: [...shape] });
      const before = tf.layers.dense({ units: shape.at(-1)! }).apply(input) as TF.SymbolicTensor;
      const middle = build(before) as TF.SymbolicTensor;
      const flat = middle.shape.length > 2 ? (tf.layers.flatten().apply(middle) as TF.SymbolicTensor) : middle;
      const model = tf.model({
        inputs: input,
        outputs: tf.layers.dense({ units: 1 }).apply(flat) as TF.SymbolicTensor,
      });
      const data = { inputs: tf.randomNormal([4, ...shape]), targets: tf.randomNormal([4, 1]) };
      try {
        await fit(model, data, { losses: 'huber', epochs: 1, batchSize: 2, mode: 'eager', clipNorm: 1 });
      } catch (error) {
        // Layers that tfjs itself cannot compute, which the gallery lists.
        if (!(error instanceof ReluctantError) || error.code !== 'layer-not-computed') throw error;
      }
    }
  } finally {
    Object.assign(native, { executeSingleOutput, executeMultipleOutputs });
  }
  assert.ok(ruled.size >= 40, `${ruled.size} operations: ${[...ruled.keys()].sort().join(' ')}`);
});

test('operations without a rule, with sizes that are computed, or of shapes that do not go together are left to TensorFlow', () => {
  const never = () => undefined;
  assert.equal(shapesOf('Einsum', [], [tf.ones([2])], never), undefined);
  assert.equal(shapesOf('Reshape', [], [tf.ones([4]), tf.tensor1d([2, 2], 'int32')], never), undefined);
  assert.equal(shapesOf('AddV2', [], [tf.ones([2]), tf.ones([3])], never), undefined);
  const [sum] = shapesOf('AddV2', [], [tf.ones([2, 1, 3]), tf.ones([4, 1])], never)!;
  assert.deepEqual(sum, { dtype: 'float32', shape: [2, 4, 3] });
});
