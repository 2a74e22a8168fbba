import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReluctantError, type TF, tf } from '../../src/core';
import { huber, type LossName, logCosh, lossOf, meanSquaredError, rowLosses } from '../../src/losses';
import reference from './reference/keras_losses.json';

const close = (received: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.equal(received.length, expected.length);
  for (let k = 0; k < expected.length; k++)
    assert.ok(
      Math.abs(received[k]! - expected[k]!) <= tolerance * (1 + Math.abs(expected[k]!)),
      `place ${k}: ${received[k]}, not ${expected[k]}`,
    );
};

describe(`the losses have the values and gradients of Keras ${reference.keras}:`, () => {
  test('all of them are compared', () => {
    assert.deepEqual(Object.keys(reference.cases).sort(), Object.keys(rowLosses).sort());
  });

  for (const [name, { targets, predictions, rows, gradient }] of Object.entries(reference.cases))
    test(name, () => {
      const loss = rowLosses[name as LossName];
      const wanted = tf.tensor2d(targets);
      close(loss(wanted, tf.tensor2d(predictions)).dataSync(), rows, 1e-5);
      const slope = tf.grad((given: TF.Tensor) => tf.mean(loss(wanted, given)))(tf.tensor2d(predictions));
      close(slope.dataSync(), gradient.flat(), 1e-5);
    });
});

describe('a loss', () => {
  test('is one number per row for any number of outputs and axes', () => {
    for (const shape of [[4], [4, 1], [4, 3], [4, 5, 2]])
      for (const name of ['meanSquaredError', 'meanAbsoluteError', 'huber', 'logCosh', 'binaryCrossentropy'] as const)
        assert.deepEqual(rowLosses[name](tf.ones(shape), tf.fill(shape, 0.5)).shape, [4], `${name} of [${shape}]`);
  });

  test('stays finite where a probability is 0 or 1, and where an error is huge', () => {
    const labels = tf.tensor2d([[1, 0]]);
    for (const name of ['categoricalCrossentropy', 'binaryCrossentropy'] as const)
      for (const given of [
        [0, 1],
        [1, 0],
      ])
        assert.ok(Number.isFinite(rowLosses[name](labels, tf.tensor2d([given])).dataSync()[0]), `${name} of ${given}`);
    close(
      logCosh(tf.tensor2d([[0], [0]]), tf.tensor2d([[1e4], [-1e4]])).dataSync(),
      [1e4 - Math.LN2, 1e4 - Math.LN2],
      1e-6,
    );
  });

  test('huber is half the square within delta, and a line of slope delta beyond', () => {
    const at = (error: number, delta?: number): number =>
      huber(tf.tensor2d([[0]]), tf.tensor2d([[error]]), delta).dataSync()[0]!;
    close([at(0.5), at(-0.5), at(3), at(-3), at(3, 2), at(1, 2)], [0.125, 0.125, 2.5, 2.5, 4, 0.5], 1e-6);
  });
});

test('lossOf takes a name or a function, and refuses anything else by telling what there is', () => {
  assert.equal(lossOf('meanSquaredError'), meanSquaredError);
  const own = (targets: TF.Tensor): TF.Tensor => targets;
  assert.equal(lossOf(own), own);
  assert.throws(
    () => lossOf('meanSquareError' as LossName, 'fit'),
    (error: ReluctantError) => error instanceof ReluctantError && /meanSquaredError/.test(error.message),
  );
  assert.throws(() => lossOf(3 as unknown as LossName), { code: 'not-a-loss' });
});
