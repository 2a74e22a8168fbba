import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';

test('Random gives the same numbers for the same seed and others for another', () => {
  const draw = (seed: number) =>
    Array.from(
      { length: 5 },
      (
        (random) => () =>
          random.uniform()
      )(new Random(seed)),
    );
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

test('Random.normal has mean 0, variance 1 and kurtosis 3', () => {
  const random = new Random(1);
  const n = 200_000;
  const values = Float64Array.from({ length: n }, () => random.normal());
  const moment = (k: number) => values.reduce((sum, value) => sum + value ** k, 0) / n;
  assert.ok(Math.abs(moment(1)) < 0.01);
  assert.ok(Math.abs(moment(2) - 1) < 0.02);
  assert.ok(Math.abs(moment(4) - 3) < 0.1);
});

test('Random.standardizedT has unit variance and the kurtosis 3 + 6/(v-4) of Student t', () => {
  const random = new Random(2);
  const n = 400_000;
  const values = Float64Array.from({ length: n }, () => random.standardizedT(12));
  const moment = (k: number) => values.reduce((sum, value) => sum + value ** k, 0) / n;
  assert.ok(Math.abs(moment(2) - 1) < 0.02);
  assert.ok(Math.abs(moment(4) - 3.75) < 0.2);
});

test('Random.fork is independent of draws made before it', () => {
  const early = new Random(3);
  const late = new Random(3);
  late.uniform();
  assert.equal(early.fork('data').uniform(), late.fork('data').uniform());
});

test('Random.permutation holds every index once', () => {
  assert.deepEqual(
    [...new Random(4).permutation(100)].sort((a, b) => a - b),
    [...Array(100).keys()],
  );
});

test('Random refuses a seed that is not a whole number in range', () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 32]) assert.throws(() => new Random(seed), ReluctantError);
});
