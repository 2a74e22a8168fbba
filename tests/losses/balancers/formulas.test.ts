import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Random, type TF, tf } from '../../../src/core';
import * as balancers from '../../../src/losses/balancers';

const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, k) => {
    assert.ok(Math.abs(actual[k]! - value) <= tolerance, `${Array.from(actual)} is not ${expected}`);
  });
};
const order = (...places: number[]) => tf.tensor1d(places, 'int32');
const rows = fc.array(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }), {
  minLength: 3,
  maxLength: 3,
});

test('dynamicWeightAverage has the published weights, and adds up to the number of terms', () => {
  close(balancers.dynamicWeightAverage([0.5, 1, 2], 2), [0.68166, 0.87527, 1.44307]);
  close(balancers.dynamicWeightAverage([1, 1, 1]), [1, 1, 1], 1e-12);
  close(balancers.dynamicWeightAverage([1e6, 1]), [2, 0], 1e-12);
});

test('uncertaintyLoss has its minimum at s = ln L, where a term weighs 1 / (2 L)', () => {
  const losses = tf.tensor1d([0.2, 1, 5]);
  const best = tf.log(losses) as TF.Tensor1D;
  close(balancers.uncertaintyWeights(best).dataSync(), [2.5, 0.5, 0.1]);
  const slope = tf.grad((s: TF.Tensor) => balancers.uncertaintyLoss(losses, s as TF.Tensor1D))(best);
  close(slope.dataSync(), [0, 0, 0], 1e-6);
});

test('gradNormWeights has its known answer, and gradNormStep walks to it', () => {
  close(balancers.gradNormWeights([1, 3], [1, 1], 0), [1.5, 0.5], 1e-12);
  const norms = tf.tensor1d([1, 3]);
  let weights = tf.ones([2]) as TF.Tensor1D;
  for (let k = 0; k < 400; k++) {
    weights = balancers.gradNormStep(weights, norms, tf.ones([2]), { alpha: 0, learningRate: 0.002 });
  }
  close(weights.dataSync(), [1.5, 0.5], 0.005);
});

test('gradNorm favours the term that has come less far', () => {
  const [slow, fast] = balancers.gradNormWeights([1, 1], [0.9, 0.3], 1.5);
  assert.ok(Math.abs(slow! / fast! - 3 ** 1.5) < 1e-9);
});

test('projectConflicts has its known answer in either order', () => {
  const gradients = tf.tensor2d([
    [1, 0],
    [-1, 1],
  ]);
  for (const places of [order(0, 1), order(1, 0)]) {
    close(balancers.projectConflicts(gradients, places).dataSync(), [0.5, 0.5, 0, 1]);
  }
});

test('projectConflicts leaves gradients that do not conflict as they are, and a zero one zero', () => {
  const gradients = tf.tensor2d([
    [1, 0.2],
    [0.5, 1],
    [0, 0],
  ]);
  close(balancers.projectConflicts(gradients, order(2, 0, 1)).dataSync(), Array.from(gradients.dataSync()));
});

test('projectConflicts does what the paper says term by term, for random gradients and orders', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 1000 }), (gradients, seed) => {
      const places = Array.from(new Random(seed).permutation(3));
      const expected = gradients.flatMap((own, i) => {
        let moved = own;
        for (const j of places) {
          if (j === i) continue;
          const product = moved.reduce((sum, value, p) => sum + value * gradients[j]![p]!, 0);
          const square = gradients[j]!.reduce((sum, value) => sum + value * value, 0);
          if (product < 0) moved = moved.map((value, p) => value - (product / square) * gradients[j]![p]!);
        }
        return moved;
      });
      // Gradients that are zero to float32 have no direction to compare.
      fc.pre(gradients.every((own) => own.some((value) => Math.abs(value) > 1e-3)));
      const actual = tf.tidy(() => balancers.projectConflicts(tf.tensor2d(gradients), order(...places)).dataSync());
      close(actual, expected, 1e-3);
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('minimumNormWeights has its known answer: gamma 0.8, direction (0.8, 0.4)', () => {
  const gradients = tf.tensor2d([
    [1, 0],
    [0, 2],
  ]);
  const weights = balancers.minimumNormWeights(gradients);
  close(weights.dataSync(), [0.8, 0.2]);
  close(tf.matMul(weights.reshape([1, 2]), gradients).dataSync(), [0.8, 0.4]);
});

test('minimumNormWeights gives all to the shorter of two gradients that point the same way', () => {
  close(
    balancers
      .minimumNormWeights(
        tf.tensor2d([
          [3, 0],
          [1, 0],
        ]),
      )
      .dataSync(),
    [0, 1],
  );
});

test('minimumNormWeights makes no term worse: the direction has a product of at least its own square with each', () => {
  fc.assert(
    fc.property(rows, (gradients) => {
      tf.tidy(() => {
        const all = tf.tensor2d(gradients);
        const weights = balancers.minimumNormWeights(all);
        const sum = tf.sum(weights).dataSync()[0]!;
        assert.ok(Math.abs(sum - 1) < 1e-4 && weights.dataSync().every((weight) => weight >= 0));
        const direction = tf.matMul(weights.reshape([1, 3]), all);
        const square = tf.sum(tf.square(direction)).dataSync()[0]!;
        const products = tf.matMul(all, direction, false, true).dataSync();
        for (const product of products) assert.ok(product >= square - 0.02 * (1 + square), `${product} < ${square}`);
      });
    }),
    { numRuns: 50, seed: 2 },
  );
});

test('randomWeights are positive, add up, and come from the stream', () => {
  const weights = balancers.randomWeights(new Random(3), 4);
  assert.ok(weights.every((weight) => weight > 0) && Math.abs(weights.reduce((a, b) => a + b) - 4) < 1e-12);
  assert.deepEqual(balancers.randomWeights(new Random(3), 4), weights);
});

test('checkBalancer refuses what a method cannot weigh and says why', () => {
  const check = (kind: unknown, weights: Record<string, number> = { a: 1, b: 1 }) =>
    balancers.checkBalancer(kind as balancers.BalancerName, weights, 'fit');
  assert.equal(check(undefined).kind, 'static');
  assert.throws(() => check('magic'), /one of "static".*"random"/);
  assert.throws(() => check('static', { a: 1, b: -1 }), { code: 'loss-weight-out-of-range' });
  assert.throws(() => check('static', { a: 1, b: Number.NaN }), { code: 'loss-weight-out-of-range' });
  assert.throws(() => check('static', { a: 0, b: 0 }), { code: 'loss-weights-all-zero' });
  assert.throws(() => check('equal', { a: 1, b: 0.3 }), { code: 'balancer-and-weights' });
  for (const kind of ['uncertainty', 'dwa', 'gradnorm', 'mgda']) {
    assert.throws(() => check(kind, { a: 1, b: 0 }), /"b" cannot be balanced/);
  }
  assert.equal(check('pcgrad', { a: 1, b: 0 }).kind, 'pcgrad');
});

test('checkLosses refuses negative losses where the method breaks, and only there', () => {
  for (const kind of balancers.BALANCERS) {
    const check = () => balancers.checkLosses(balancers.checkBalancer(kind, {}, 'fit'), { ic: -0.1 }, 'fit');
    if (['uncertainty', 'dwa', 'gradnorm'].includes(kind)) assert.throws(check, /head ic.*1 - IC/s);
    else check();
  }
});
