import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';
import {
  bestSharpeTest,
  deflatedSharpe,
  effectiveTrials,
  expectedMaximum,
  longRunVariance,
  meanTest,
  minimumBacktestLength,
  minimumTrackRecord,
  normalCDF,
  normalQuantile,
  probabilisticSharpe,
  sharpeDifference,
  sharpeRatio,
  sharpeSample,
  sharpeStandardError,
  sharpeTest,
  studentCritical,
  studentTwoSided,
  variance,
} from '../../src/evaluation';
import peers from './reference/peers.json';

const chosen = peers.strategies[peers.chosen]!;
const near = (actual: number, wanted: number, within = 1e-10) =>
  assert.ok(Math.abs(actual - wanted) <= within, `${actual} is not ${wanted}`);
const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;
const normals = (rows: number, seed: number, mean = 0) => {
  const random = new Random(seed);
  return Float64Array.from({ length: rows }, () => mean + random.normal());
};

test('the laws agree with SciPy 1.17.1, in the tails too', () => {
  for (const [x, p] of [
    [-10, 7.61985302416047e-24],
    [-3, 0.0013498980316301035],
    [0.5, 0.6914624612740131],
    [3.1, 0.9990323967867818],
  ] as const) {
    near(normalCDF(x) / p, 1, 1e-12);
    near(normalQuantile(p), x, 1e-12);
  }
  near(studentTwoSided(2.5, 16), 0.023674225451545912, 1e-13);
  near(studentTwoSided(3, 5), 0.030099247897462586, 1e-13);
  near(studentCritical(0.05, 7), 2.364624251592784, 1e-12);
});

test('the published examples of PSR, DSR, MinTRL and MinBTL come out to 1e-10', () => {
  near(expectedMaximum(100), 2.5306028932016846, 1e-13);
  const daily = { sharpe: 2.5 / Math.sqrt(250), observations: 1250, skewness: -3, kurtosis: 10 };
  const deflated = deflatedSharpe(daily, { count: 100, variance: 0.5 / 250 });
  near(deflated.threshold, 0.113172, 5e-8);
  near(deflated.probability, 0.90039683444939);
  const monthly = { sharpe: 1.585 / Math.sqrt(12), observations: 24, skewness: -2.448, kurtosis: 10.164 };
  near(probabilisticSharpe(monthly), 0.91323430688486);
  near(probabilisticSharpe({ ...monthly, kurtosis: undefined as never, excessKurtosis: 7.164 }), 0.91323430688486);
  const record = { sharpe: 3 / Math.sqrt(12), observations: 60, skewness: -0.72, kurtosis: 5.78 };
  near(minimumTrackRecord(record, { benchmark: 2.5 / Math.sqrt(12) }) / 12, 27.35292, 5e-6);
  near(minimumBacktestLength(45), 4.998087, 5e-7);
});

test('a track record of the minimum length reaches exactly the confidence that was asked for', () => {
  const sample = { sharpe: 0.2, observations: 100, skewness: -0.5, kurtosis: 5 };
  for (const convention of ['observed', 'benchmark'] as const) {
    const length = minimumTrackRecord(sample, { benchmark: 0.05, confidence: 0.9, convention });
    const [low, high] = [Math.floor(length), Math.ceil(length)].map((observations) =>
      probabilisticSharpe({ ...sample, observations }, { benchmark: 0.05, convention }),
    );
    assert.ok(low! <= 0.9 && high! >= 0.9, `${low} ${high}`);
  }
  assert.equal(minimumTrackRecord(sample, { benchmark: 0.3 }), Infinity);
});

test('skfolio, purgedcv and ffn give the same numbers for the same moments', () => {
  const { skfolio, purgedcv, ffn } = peers.sharpe;
  near(probabilisticSharpe(sharpeSample(chosen), { benchmark: 0.05 }), skfolio.probabilistic);
  near(deflatedSharpe(sharpeSample(chosen), { sharpes: peers.sharpes }).probability, skfolio.deflated);
  // These two correct the moments for small samples; given their moments, the formula is the same.
  near(probabilisticSharpe(purgedcv.moments, { benchmark: 0.05 }), purgedcv.probabilistic);
  near(deflatedSharpe(ffn.moments, { sharpes: peers.sharpes }).probability, ffn.deflated);
  for (const [trials, value] of Object.entries(skfolio.expectedMaximum)) near(expectedMaximum(Number(trials)), value);
  const record = { sharpe: 0.3, observations: 64, skewness: -0.7, kurtosis: 6 };
  near(Math.ceil(minimumTrackRecord(record, { benchmark: 0.1 }) - 1) + 1, purgedcv.minimumTrackRecord);
  for (const [trials, years] of Object.entries(purgedcv.minimumBacktestLength))
    near(minimumBacktestLength(Number(trials)), years);
});

test('a Sharpe ratio that can only be annualised is refused, and so are two kinds of kurtosis, one too few and one that cannot be', () => {
  const sample = { sharpe: 2.5, observations: 1250, kurtosis: 3 };
  assert.throws(() => probabilisticSharpe(sample), code('annualised-sharpe'));
  assert.throws(() => probabilisticSharpe({ ...sample, sharpe: 0.1 }, { benchmark: 2 }), code('annualised-sharpe'));
  assert.throws(() => deflatedSharpe({ ...sample, sharpe: 0.1 }, { sharpes: [0.1, 2.5] }), code('annualised-sharpe'));
  assert.throws(
    () => probabilisticSharpe({ sharpe: 0.1, observations: 50, kurtosis: 3, excessKurtosis: 0 }),
    code('kurtosis-kind'),
  );
  assert.throws(() => probabilisticSharpe({ sharpe: 0.1, observations: 50 }), code('kurtosis-kind'));
  assert.throws(() => probabilisticSharpe({ sharpe: 0.1, observations: 50, kurtosis: 0 }), code('kurtosis-kind'));
  assert.throws(
    () => probabilisticSharpe({ sharpe: 0.1, observations: 50, kurtosis: 3, periods: 252 } as never),
    code('unknown-option'),
  );
});

test('constant, short and broken series are refused with the place', () => {
  assert.throws(() => sharpeRatio([0.01, 0.01, 0.01]), code('zero-variance'));
  assert.throws(() => sharpeRatio([0.1, 0.1 + 1e-17, 0.1]), code('zero-variance'));
  assert.throws(() => sharpeRatio([0.01]), code('too-few-rows'));
  assert.throws(() => sharpeRatio([0.01, Number.NaN]), /row 1/);
  assert.throws(() => sharpeTest(normals(50, 1), { horizon: 20 }), code('too-few-rows'));
  assert.throws(() => sharpeDifference(chosen, chosen), code('zero-variance'));
  assert.throws(() => deflatedSharpe(sharpeSample(chosen), { sharpes: [0.1, 0.1] }), code('zero-variance'));
  assert.throws(() => sharpeTest(chosen, { horizont: 5 } as never), /did you mean "horizon"/);
});

test('the standard error of a Sharpe ratio is that of many samples, for skewed returns and for overlapping ones', () => {
  const [rows, worlds] = [400, 300];
  const random = new Random(5);
  for (const horizon of [1, 5]) {
    const sharpes: number[] = [];
    const errors: number[] = [];
    for (let w = 0; w < worlds; w++) {
      const days = Float64Array.from({ length: rows + horizon }, () => random.normal() ** 2 - 0.8);
      const returns = Float64Array.from({ length: rows }, (_, t) => {
        let sum = 0;
        for (let k = 0; k < horizon; k++) sum += days[t + k]!;
        return sum;
      });
      sharpes.push(sharpeRatio(returns));
      errors.push(sharpeStandardError(returns, { horizon }) ** 2);
    }
    const share = Math.sqrt(
      variance(errors.map(() => 0)) + errors.reduce((a, b) => a + b) / worlds / variance(sharpes),
    );
    near(share, 1, 0.1);
  }
});

test('the long-run variance of white noise is its variance, of sums over five days 25 times that of a day', () => {
  const days = normals(20_004, 3);
  const sums = Float64Array.from({ length: 20_000 }, (_, t) => days.slice(t, t + 5).reduce((a, b) => a + b, 0));
  for (const method of ['cosine', 'neweyWest'] as const) {
    const lag = method === 'neweyWest' ? { lag: 40 } : {};
    near(longRunVariance(days, { method, ...lag }).variance, 1, 0.25);
    near(longRunVariance(sums, { method, horizon: 5, ...lag }).variance / 25, 1, 0.25);
  }
  near(longRunVariance(days, { method: 'independent' }).variance, variance(days), 1e-12);
});

test('the long-run variance of Newey and West is the one of its formula', () => {
  const x = [1, 3, -2, 4, 0, 1];
  const c = x.map((value) => value - 7 / 6);
  const cov = (k: number) => c.slice(k).reduce((sum, value, t) => sum + value * c[t]!, 0) / 6;
  near(
    longRunVariance(x, { method: 'neweyWest', lag: 2 }).variance,
    cov(0) + (4 / 3) * cov(1) + (2 / 3) * cov(2),
    1e-12,
  );
});

test('a test of a mean finds what is there, and says what interval it leaves', () => {
  const { significant, interval, mean } = meanTest(normals(400, 9, 0.3), { horizon: 2 });
  assert.ok(significant && interval[0] < 0.3 && 0.3 < interval[1] && interval[0] < mean && mean < interval[1]);
  assert.equal(meanTest(normals(400, 9, 0.3), { against: 0.3 }).significant, false);
});

test('a hundred settings of three ideas are about three trials', () => {
  const ideas = [1, 2, 3].map((seed) => normals(300, seed));
  const strategies = Array.from({ length: 30 }, (_, k) =>
    normals(300, 50 + k).map((e, t) => ideas[k % 3]![t]! + 0.2 * e),
  );
  const { count, clusters, silhouette } = effectiveTrials(strategies);
  assert.equal(count, 3);
  assert.deepEqual([...clusters.slice(0, 6)], [0, 1, 2, 0, 1, 2]);
  assert.ok(silhouette > 0.6);
  near(effectiveTrials(strategies, { method: 'spectrum' }).count, 3, 0.5);
  assert.equal(effectiveTrials([ideas[0]!, ideas[0]!, ideas[0]!]).count, 1);
  assert.equal(effectiveTrials([ideas[0]!]).count, 1);
  near(effectiveTrials([ideas[0]!, ideas[1]!, ideas[2]!], { method: 'meanCorrelation' }).count, 3, 0.3);
  assert.throws(() => effectiveTrials([ideas[0]!, ideas[0]!.map(() => 1)]), /column 1/);
});

test('the best of many is judged as the best of many, whatever their order', () => {
  const worthless = Array.from({ length: 100 }, (_, k) => normals(300, 900 + k));
  assert.ok(
    worthless.some((returns) => sharpeTest(returns).pValue < 0.01),
    'of a hundred, one looks good alone',
  );
  assert.ok(bestSharpeTest(worthless).pValue > 0.05);
  const skill = [...worthless, normals(300, 77, 0.35)];
  const { best, significant } = bestSharpeTest(skill);
  assert.ok(best === 100 && significant);
  assert.equal(bestSharpeTest([...skill].reverse()).pValue, bestSharpeTest(skill).pValue);
});
