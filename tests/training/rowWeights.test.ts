import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { type FitOptions, fit, type TrainingData } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

/** y = w x with w = 0.5, one step of gradient descent at a rate of 0.1 on all rows; the new w. */
async function oneStep(
  data: Omit<TrainingData, 'inputs'> & { inputs: TF.Tensor2D },
  options: Partial<FitOptions> = {},
) {
  const weight = tf.variable(tf.tensor2d([[0.5]]));
  const model = {
    heads: ['y'],
    variables: [weight],
    predict: ({ input }: Record<string, TF.Tensor>) => ({ y: tf.matMul(input as TF.Tensor2D, weight as TF.Tensor2D) }),
  };
  const optimizer = { kind: 'sgd', learningRate: 0.1 } as const;
  await fit(model, data, {
    losses: 'meanSquaredError',
    epochs: 1,
    batchSize: 100,
    mode: 'graph',
    optimizer,
    ...options,
  });
  const value = weight.dataSync()[0]!;
  weight.dispose();
  return value;
}

const X = [1, 2, 3, -1];
const Y = [0, 1, 0, 1];
/** The same step by hand: w - 0.1 mean(c 2 (w x - y) x). */
const byHand = (counts: number[]) =>
  0.5 - (0.1 * X.reduce((sum, x, k) => sum + counts[k]! * 2 * (0.5 * x - Y[k]!) * x, 0)) / X.length;
const rows = () => ({ inputs: tf.tensor2d(X, [4, 1]), targets: tf.tensor2d(Y, [4, 1]) });
const near = (received: number, expected: number) =>
  assert.ok(Math.abs(received - expected) < 1e-6, `${received}, ${expected}`);

test('fit counts each row by its sample weight, for all heads or by head', async () => {
  const counts = [0, 0.5, 2, 1];
  near(await oneStep({ ...rows(), sampleWeights: tf.tensor1d(counts) }), byHand(counts));
  near(await oneStep({ ...rows(), sampleWeights: { y: tf.tensor1d(counts) } }), byHand(counts));
  near(await oneStep(rows()), byHand([1, 1, 1, 1]));
});

test('fit counts rows by the class of their target, 0 or 1, and by sample weight times class weight', async () => {
  near(await oneStep(rows(), { classWeights: { y: { 0: 3, 1: 0.25 } } }), byHand([3, 0.25, 3, 0.25]));
  near(await oneStep(rows(), { classWeights: { y: { 1: 5 } } }), byHand([1, 5, 1, 5]));
  const sampleWeights = tf.tensor1d([1, 2, 0, 4]);
  near(await oneStep({ ...rows(), sampleWeights }, { classWeights: { y: { 0: 3 } } }), byHand([3, 2, 0, 4]));
});

test('fit with class weights of a one-hot target trains as with the sample weights they stand for, in every mode', async () => {
  const data = twoHeadRows(50);
  const classes = data.targets.direction.argMax(1).dataSync();
  const sampleWeights = { direction: tf.tensor1d(Array.from(classes, (k) => [0.5, 1, 4][k]!)) };
  const train = async (more: Partial<TrainingData>, options: Partial<FitOptions>) => {
    const model = twoHeadModel();
    const run = await fit(model, { ...data, ...more }, { losses: twoHeadLosses, epochs: 3, batchSize: 16, ...options });
    model.dispose();
    return run.history;
  };
  const expected = await train({ sampleWeights }, { mode: 'eager' });
  const plain = await train({}, { mode: 'graph' });
  for (const mode of ['eager', 'graph', 'xla'] as const) {
    const history = await train({}, { mode, classWeights: { direction: { 0: 0.5, 2: 4 } } });
    for (const [epoch, row] of history.entries()) {
      for (const key of ['loss', 'direction_loss', 'volatility_loss'] as const) near(row[key]!, expected[epoch]![key]!);
    }
    assert.ok(Math.abs(history[0]!['direction_loss']! - plain[0]!['direction_loss']!) > 0.1);
  }
});

test('fit refuses classes the target does not have, and row weights for a loss of the whole batch', async () => {
  const classWeights = { y: { 2: 1 } };
  await assert.rejects(oneStep(rows(), { classWeights }), { code: 'unknown-class' });
  await assert.rejects(oneStep(rows(), { classWeights: { z: { 0: 1 } } }), { code: 'unknown-head' });
  const losses = (targets: TF.Tensor, predictions: TF.Tensor) => tf.mean(tf.squaredDifference(targets, predictions));
  const sampleWeights = tf.tensor1d([1, 1, 1, 1]);
  await assert.rejects(oneStep({ ...rows(), sampleWeights }, { losses }), { code: 'loss-shape' });
  await assert.rejects(oneStep({ ...rows(), sampleWeights: tf.tensor1d([1]) }), { code: 'row-counts-differ' });
});
