import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random, tf } from '../../src/core';
import { fit } from '../../src/training';

const near = (a: number | undefined, b: number, by = 1e-5) =>
  assert.ok(Math.abs((a ?? Number.NaN) - b) <= by * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

const dense = (units: number, activation: 'linear' | 'softmax' = 'linear') =>
  tf.sequential({ layers: [tf.layers.dense({ units, activation, inputShape: [2] })] });

const once = { epochs: 1, mode: 'eager', verbose: false } as const;

describe('losses of a constant beside those of a run', () => {
  it('are variance, mean absolute deviation from the median, and entropy', async () => {
    const targets = tf.tensor2d([[1], [2], [3], [10]]);
    const inputs = tf.ones([4, 2]);
    const squared = await fit(dense(1), { inputs, targets }, { losses: 'meanSquaredError', ...once });
    near(squared.constantLosses['loss'], 12.5);
    const absolute = await fit(dense(1), { inputs, targets }, { losses: 'meanAbsoluteError', ...once });
    near(absolute.constantLosses['loss'], 2.5);
    const labels = tf.tensor2d([[0], [0], [1], [2]]);
    const entropy = 1.5 * Math.LN2;
    for (const losses of ['sparseCategoricalCrossentropy', 'sparseCategoricalCrossentropyFromLogits'] as const) {
      const run = await fit(dense(3, 'softmax'), { inputs, targets: labels }, { losses, ...once });
      near(run.constantLosses['loss'], entropy);
    }
  });

  it('are 0.020333 for the Huber loss of delta 0.1 on uniform ranks, which the documented robust run did not beat', async () => {
    const n = 2001;
    const targets = tf.linspace(0, 1, n).reshape([n, 1]);
    const huber = (t: typeof targets, p: typeof targets) => {
      const error = tf.abs(tf.sub(t, p));
      const inside = tf.minimum(error, 0.1);
      return tf.mean(tf.add(tf.mul(0.5, tf.square(inside)), tf.mul(0.1, tf.sub(error, inside))), 1);
    };
    const run = await fit(dense(1), { inputs: tf.ones([n, 2]), targets }, { losses: huber as never, ...once });
    near(run.constantLosses['loss'], 0.020333, 1e-4);
    assert.match(run.summary(), /a constant: 0\.0203/);
  });

  it('are told per head and part, with the skill, and no run that learns nothing has any', async () => {
    const random = new Random(3);
    const noise = (rows: number, columns: number) =>
      tf.tensor2d(
        Float32Array.from({ length: rows * columns }, () => random.normal()),
        [rows, columns],
      );
    const input = tf.input({ shape: [2] });
    const heads = ['a', 'b'].map((name) => tf.layers.dense({ units: 1, name }).apply(input)) as never[];
    const model = tf.model({ inputs: input, outputs: heads });
    const part = () => {
      const inputs = noise(400, 2);
      return { inputs, targets: { a: inputs.sum(1, true), b: noise(400, 1) } };
    };
    const run = await fit(
      model,
      { ...part(), validation: part() },
      {
        losses: { a: 'meanSquaredError', b: 'meanSquaredError' },
        lossWeights: { a: 1, b: 0.5 },
        optimizer: { kind: 'adam', learningRate: 0.05 },
        epochs: 40,
        mode: 'eager',
      },
    );
    const { constantLosses } = run;
    near(constantLosses['val_loss'], constantLosses['val_a_loss']! + 0.5 * constantLosses['val_b_loss']!);
    const skill = (head: string, where: string) =>
      run.skills().rows.find(({ head: name, part: of }) => name === head && of === where)!.skill;
    assert.ok(skill('a', 'validation') > 0.95 && skill('a', 'training') > 0.95);
    assert.ok(Math.abs(skill('b', 'validation')) < 0.05);
    assert.equal(run.skills().rows.length, 6);
  });

  it('weigh rows as the loss does, and leave out heads that predict sequences', async () => {
    const weighted = await fit(
      dense(1),
      { inputs: tf.ones([2, 2]), targets: tf.tensor2d([[0], [2]]), sampleWeights: tf.tensor1d([1, 3]) },
      { losses: 'meanSquaredError', ...once },
    );
    near(weighted.constantLosses['loss'], 2);
    const sequence = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3, 2] })] });
    const run = await fit(
      sequence,
      { inputs: tf.ones([2, 3, 2]), targets: tf.ones([2, 3, 1]) },
      { losses: 'meanSquaredError', ...once },
    );
    assert.deepEqual(run.constantLosses, {});
  });
});
