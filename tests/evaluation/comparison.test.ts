import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';
import { blockBootstrap, dieboldMariano, mean, resampleBlocks, superiorPredictiveAbility } from '../../src/evaluation';
import peers from './reference/peers.json';

const near = (actual: number, wanted: number, within = 1e-10) =>
  assert.ok(Math.abs(actual - wanted) <= within, `${actual} is not ${wanted}`);
const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;
const losses = (rows: number, seed: number, level = 1) => {
  const random = new Random(seed);
  return Float64Array.from({ length: rows }, () => level * random.normal() ** 2);
};

test("Hansen's test on the resamples of arch has the p-values of arch", () => {
  const { benchmark, losses: models, block, resamples, arch } = peers.comparison;
  const result = superiorPredictiveAbility(benchmark, models, {
    method: 'bootstrap',
    block,
    resamples,
    studentize: false,
  });
  near(result.bounds!.lower, arch.pValues[0]!);
  near(result.pValue, arch.pValues[1]!);
  near(result.bounds!.upper, arch.pValues[2]!);
});

test('a better model is found among forty, and forty equals are not', () => {
  const benchmark = losses(400, 1);
  const equals = Array.from({ length: 40 }, (_, k) => losses(400, 10 + k));
  for (const method of ['rotation', 'bootstrap'] as const) {
    assert.ok(superiorPredictiveAbility(benchmark, equals, { method }).pValue > 0.05);
    const { best, significant } = superiorPredictiveAbility(benchmark, [...equals, losses(400, 99, 0.6)], { method });
    assert.ok(best === 40 && significant);
  }
});

test('hopeless models do not hide a good one', () => {
  const benchmark = losses(300, 1);
  const good = losses(300, 5, 0.72);
  const hopeless = Array.from({ length: 60 }, (_, k) => losses(300, 200 + k, 4));
  const alone = superiorPredictiveAbility(benchmark, [good]).pValue;
  near(superiorPredictiveAbility(benchmark, [good, ...hopeless]).pValue, alone, 1e-12);
});

test('Diebold and Mariano: sign, and the numbers of the small-sample correction', () => {
  const [better, worse] = [losses(200, 3, 0.5), losses(200, 4)];
  const tested = dieboldMariano(better, worse, { horizon: 2 });
  assert.ok(tested.mean < 0 && tested.significant);
  near(dieboldMariano(worse, better, { horizon: 2 }).statistic, -tested.statistic);
  // By hand for one step: t of the mean over the population variance, times sqrt((n - 1) / n), with n - 1 degrees of freedom.
  const d = [0.5, -0.2, 0.9, 0.1, 0.4];
  const variance = d.reduce((sum, x) => sum + (x - mean(d)) ** 2, 0) / 5;
  const { statistic, degrees } = dieboldMariano(d, [0, 0, 0, 0, 0], { method: 'harvey' });
  near(statistic, (mean(d) / Math.sqrt(variance / 5)) * Math.sqrt(4 / 5));
  assert.equal(degrees, 4);
});

test('blocks are consecutive, of the asked length, and every row is as likely', () => {
  const [circular] = resampleBlocks(30, 1, { kind: 'circular', block: 5 });
  for (let t = 0; t < 30; t++) if (t % 5) assert.equal(circular![t], (circular![t - 1]! + 1) % 30);
  const counts = new Float64Array(20);
  let breaks = 0;
  const draws = resampleBlocks(20, 4000, { block: 4 });
  for (const places of draws)
    places.forEach((place, t) => {
      counts[place]!++;
      if (t > 0 && place !== (places[t - 1]! + 1) % 20) breaks++;
    });
  for (const count of counts) near(count / 4000, 1, 0.1);
  // A new block begins with chance 1/4, and lands where the old one goes on with chance 1/20.
  near(breaks / (4000 * 19), 0.25 * 0.95, 0.01);
});

test('the bootstrap of the mean of white noise has its standard error', () => {
  const random = new Random(3);
  const values = Float64Array.from({ length: 400 }, () => random.normal());
  const { value, standardError, interval } = blockBootstrap(
    400,
    (places) => mean(Array.from(places, (t) => values[t]!)),
    { block: 1 },
  );
  near(value, mean(values), 1e-12);
  near(standardError, 1 / 20, 0.006);
  assert.ok(interval[0] < value && value < interval[1]);
});

test('what cannot be compared is refused: equals, other lengths, undefined statistics, options without meaning', () => {
  const one = losses(50, 1);
  assert.throws(() => dieboldMariano(one, one), code('zero-variance'));
  assert.throws(() => dieboldMariano(one, one.slice(1)), code('length-mismatch'));
  assert.throws(() => superiorPredictiveAbility(one, [losses(50, 2), one]), /model 1/);
  assert.throws(() => superiorPredictiveAbility(one, []), code('too-few-columns'));
  assert.throws(() => superiorPredictiveAbility(one, [losses(50, 2)], { block: 3 }), code('option-not-used'));
  assert.throws(() => blockBootstrap(50, () => Number.NaN), code('not-finite'));
});
