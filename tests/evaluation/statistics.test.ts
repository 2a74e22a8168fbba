import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Random } from '../../src/core';
import {
  accuracy,
  calibrationLine,
  census,
  kolmogorovSmirnov,
  logLoss,
  mean,
  meanAbsoluteError,
  pearson,
  quantile,
  quantiles,
  rankIC,
  ranks,
  rocAUC,
  rocAUCOneVsRest,
  rootMeanSquaredError,
  rSquared,
  scaleRatio,
  skillOverConstant,
  tail,
  wasserstein,
} from '../../src/evaluation';
import reference from './reference/statistics.json';

const { targets, predictions, binary, oneHot, probabilities, levels, expected } = reference;

function near(actual: number, wanted: number): void {
  assert.ok(Math.abs(actual - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${actual} is not ${wanted}`);
}

test('the statistics of paired columns agree with SciPy and NumPy to 1e-12', () => {
  near(pearson(targets, predictions), expected.pearson);
  near(rankIC(targets, predictions), expected.rankIC);
  near(meanAbsoluteError(targets, predictions), expected.meanAbsoluteError);
  near(rootMeanSquaredError(targets, predictions), expected.rootMeanSquaredError);
  near(scaleRatio(targets, predictions), expected.scaleRatio);
  near(calibrationLine(targets, predictions).slope, expected.slope);
  near(calibrationLine(targets, predictions).intercept, expected.intercept);
  near(rSquared(targets, predictions), expected.rSquared);
  near(skillOverConstant(targets, predictions), expected.rSquared);
  near(kolmogorovSmirnov(targets, predictions), expected.kolmogorovSmirnov);
  near(wasserstein(targets, predictions), expected.wasserstein);
  assert.deepEqual([...ranks(targets)], expected.ranks);
  quantiles(targets, levels).forEach((value, k) => {
    near(value, expected.quantiles[k]!);
  });
});

test('the statistics of classes agree with scikit-learn to 1e-12', () => {
  near(rocAUC(binary, predictions), expected.rocAUC);
  near(rocAUCOneVsRest(oneHot, probabilities, 3), expected.rocAUCOneVsRestMacro);
  near(rocAUCOneVsRest(oneHot, probabilities, 3, 'weighted'), expected.rocAUCOneVsRestWeighted);
  near(logLoss(oneHot, probabilities, 3), expected.logLoss);
  near(accuracy(oneHot, probabilities, 3), expected.accuracy);
});

test("the tail of a heavy-tailed column agrees with SciPy's robust scale and its fit of Pareto's law", () => {
  const { values, ...wanted } = reference.tail;
  const found = tail(values);
  near(found.median, wanted.median);
  near(found.robustStd, wanted.robustStd);
  assert.ok(Math.abs(found.tailIndex - wanted.tailIndex) < 1e-9, `${found.tailIndex} is not ${wanted.tailIndex}`);
  near(found.farShare, wanted.farShare);
});

test('the outermost 1 % of normal values make up 8.5 % of their squares, one far value nearly all', () => {
  const random = new Random(3);
  const normal = Float64Array.from({ length: 100_000 }, () => random.normal());
  // 2 (z f(z) + 0.005) with f the density of the normal law and z = 2.5758 its 99.5 % quantile.
  assert.ok(Math.abs(tail(normal).farShare - 0.0845) < 0.002);
  assert.ok(tail([...normal.slice(0, 99), 1e6]).farShare > 0.999);
  assert.ok(Number.isNaN(tail([5, 5, 5]).farShare));
});

test('statistics of constants are NaN by rule, not numbers made of rounding errors', () => {
  const constant = new Array(7).fill(0.1);
  const moving = [1, 2, 3, 4, 5, 6, 7];
  assert.ok(Number.isNaN(pearson(moving, constant)));
  assert.ok(Number.isNaN(rankIC(constant, moving)));
  assert.ok(Number.isNaN(calibrationLine(moving, constant).slope));
  assert.ok(Number.isNaN(rocAUC([1, 1], [0.2, 0.3])));
  assert.ok(Number.isNaN(scaleRatio([2, 2], [1, 3])));
  assert.equal(scaleRatio([1, 3], [2, 2]), 0);
});

test('a NaN in a column makes its statistics NaN, and census counts it', () => {
  assert.ok(Number.isNaN(mean([1, Number.NaN])));
  assert.ok(Number.isNaN(quantile([1, Number.NaN, 3], 0)));
  assert.ok(Number.isNaN(wasserstein([1, Number.NaN], [1, 2])));
  assert.ok(Number.isNaN(kolmogorovSmirnov([1, 2], [1, Number.NaN])));
  assert.ok(Number.isNaN(rankIC([1, 2, 3], [1, Number.NaN, 3])));
  const found = census([Number.NaN, Infinity, 0, -3, -Infinity]);
  assert.deepEqual(
    [found.nan, found.infinite, found.zeros, found.negatives, found.min, found.max],
    [1, 2, 1, 2, -3, 0],
  );
  assert.ok(Number.isNaN(census([Number.NaN]).mean));
});

test('empty and unequal columns are refused with the operation and both lengths', () => {
  assert.throws(() => pearson([], []), /pearson: targets has 0 rows/);
  assert.throws(() => rankIC([1, 2], [1]), /different lengths.*"targets":2,"predictions":1/);
  assert.throws(() => rocAUC([0, 2], [1, 2]), /neither 0 nor 1 \(row 1\)/);
});

const column = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 40 });

test('rank statistics do not move under an increasing map, Wasserstein-1 moves by a shift', () => {
  fc.assert(
    fc.property(column, column, fc.integer({ min: 1, max: 9 }), (a, b, shift) => {
      const n = Math.min(a.length, b.length);
      const [x, y] = [a.slice(0, n), b.slice(0, n)];
      const bent = y.map((v) => Math.atan(v) * 3 + shift);
      assert.ok(Object.is(rankIC(x, y), rankIC(x, bent)));
      near(
        wasserstein(
          x,
          x.map((v) => v + shift),
        ),
        shift,
      );
      assert.equal(kolmogorovSmirnov(x, x), 0);
      near(wasserstein(x, y), wasserstein(y, x));
    }),
  );
});

test('rocAUC of the reversed scores is its complement', () => {
  fc.assert(
    fc.property(column, (scores) => {
      const truth = scores.map((_, k) => k % 2);
      near(
        rocAUC(truth, scores) +
          rocAUC(
            truth,
            scores.map((s) => -s),
          ),
        1,
      );
    }),
  );
});
