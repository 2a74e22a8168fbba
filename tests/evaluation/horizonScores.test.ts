import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';
import {
  horizonScores,
  mean,
  rootMeanSquaredError,
  type SignalPanel,
  sharpeRatio,
  sharpeTest,
  testIC,
  topKScores,
} from '../../src/evaluation';
import reference from './reference/top_k.json';

const near = (actual: number, wanted: number, within = 1e-10) =>
  assert.ok(Math.abs(actual - wanted) <= within, `${actual} is not ${wanted}`);
const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;

/** A Gaussian cross-section with a given IC, whose targets are sums over `horizon` dates. */
function gaussian(dates: number, symbols: number, rho: number, horizon = 1, seed = 5) {
  const random = new Random(seed);
  const shocks = Array.from({ length: dates + horizon }, () => Array.from({ length: symbols }, () => random.normal()));
  const panel = { date: [] as number[], targets: [] as number[], predictions: [] as number[] };
  for (let t = 0; t < dates; t++)
    for (let s = 0; s < symbols; s++) {
      let sum = 0;
      for (let h = 0; h < horizon; h++) sum += shocks[t + h]![s]!;
      const target = sum / Math.sqrt(horizon);
      panel.date.push(t);
      panel.targets.push(target);
      panel.predictions.push(rho * (rho * target + Math.sqrt(1 - rho * rho) * random.normal()));
    }
  return panel;
}

test(`precision, NDCG and returns of the top are those of scikit-learn ${reference.sklearn} and of all orders of ties`, () => {
  for (const day of reference.dates) {
    const panel = { date: day.targets.map(() => 1), targets: day.targets, predictions: day.predictions };
    const scores = topKScores(panel, { k: reference.k });
    for (const name of ['precision', 'baseRate', 'ndcg', 'ndcgByChance', 'top', 'bottom'] as const)
      near(scores[name], day[name]);
    near(topKScores(panel, { k: reference.k, gain: 'softplus' }).ndcg, day.ndcgSoftplus);
  }
});

test('constant predictions have exactly what chance has, whatever the order of rows', () => {
  const panel = gaussian(60, 20, 0.3);
  const sorted = { ...panel, targets: panel.targets.map((_, k) => -k) };
  for (const { date, targets } of [panel, sorted]) {
    const scores = horizonScores({ date, targets, predictions: targets.map(() => 0.1) }, { k: 5 });
    near(scores.precision, scores.precisionByChance);
    near(scores.ndcg, scores.ndcgByChance);
    near(scores.spread.mean, 0);
    assert.equal(scores.rankIC.dates, 0);
    for (const unknown of [scores.rankIC.mean, scores.IC.mean, scores.IC.statistic, scores.spreadSharpe.annual])
      assert.ok(Number.isNaN(unknown));
    near(scores.scale, 0);
  }
});

test('each number is the one that its own function gives', () => {
  const panel = gaussian(400, 30, 0.1, 5);
  const scores = horizonScores(panel, { horizon: 5, k: 6, periodsPerYear: 250 });
  const tested = testIC(panel, { kind: 'pearson', horizon: 5 });
  for (const name of ['mean', 'standardError', 'statistic', 'pValue'] as const) near(scores.IC[name], tested[name]);
  near(scores.rankIC.mean, testIC(panel, { horizon: 5 }).mean);
  const { series } = topKScores(panel, { k: 6 });
  near(scores.sharpe.perHorizon, sharpeRatio(series.top));
  near(scores.sharpe.annual, sharpeRatio(series.top) * Math.sqrt(50));
  near(scores.sharpe.standardError, sharpeTest(series.top, { horizon: 5 }).standardError * Math.sqrt(50));
  near(scores.spread.mean, mean(series.top) - mean(series.bottom));
  near(
    scores.naiveRMSE,
    rootMeanSquaredError(
      panel.targets,
      panel.targets.map(() => 0),
    ),
  );
});

test('the best forecast of a Gaussian cross-section has the scale, hit rate and RMSE that its IC implies', () => {
  const rho = 0.3;
  const scores = horizonScores(gaussian(1500, 40, rho), { k: 4 });
  near(scores.IC.mean, rho, 0.01);
  // The mean of Spearman's in samples of n (Moran 1948).
  const n = 40;
  const spearman = (6 / (Math.PI * (n + 1))) * (Math.asin(rho) + (n - 2) * Math.asin(rho / 2));
  near(scores.rankIC.mean, spearman, 0.01);
  near(scores.scale, rho, 0.01);
  near(scores.bestScale, rho, 0.01);
  near(scores.rSquared, rho * rho, 0.01);
  near(scores.hitRate, 0.5 + Math.asin(rho) / Math.PI, 0.01);
  near(scores.rootMeanSquaredError / scores.naiveRMSE, Math.sqrt(1 - rho * rho), 0.01);
});

test('overlapping targets do not make worthless predictions significant', () => {
  // What a naive t would do: 20 horizons of 20 days overlap, so that 5 % become many times that.
  let [honest, naive] = [0, 0];
  for (let seed = 1; seed <= 120; seed++) {
    const panel = gaussian(300, 12, 0, 20, seed);
    // Predictions that last, as features of the past do.
    const random = new Random(seed).fork('slow');
    const level = Array.from({ length: 12 }, () => random.normal());
    panel.predictions = panel.date.map((date, k) => {
      if (k % 12 === 0 && date > 0)
        level.forEach((value, s) => {
          level[s] = 0.98 * value + 0.2 * random.normal();
        });
      return level[k % 12]!;
    });
    if (horizonScores(panel, { horizon: 20, k: 3 }).IC.pValue <= 0.05) honest++;
    if (testIC(panel, { kind: 'pearson', method: 'independent' }).pValue <= 0.05) naive++;
  }
  // 5 % of 120 are 6, with a deviation of 2.4.
  assert.ok(honest <= 14, `${honest} of 120`);
  assert.ok(naive >= 3 * honest && naive > 30, `${naive} of 120`);
});

test('rows without a label are left out, and what cannot be told is NaN', () => {
  const panel = gaussian(50, 8, 0.2);
  const gaps: SignalPanel = {
    ...panel,
    targets: panel.targets.map((value, k) => (k % 5 === 0 ? Number.NaN : value)),
    predictions: panel.predictions.map((value, k) => (k % 5 === 0 ? Number.NaN : value)),
  };
  const scores = horizonScores(gaps, { k: 3 });
  assert.deepEqual([scores.rows, scores.unlabelled], [320, 80]);
  assert.ok(Number.isFinite(scores.rankIC.mean));

  const few = horizonScores(gaussian(4, 8, 0.2), { k: 3 });
  assert.ok(Number.isFinite(few.IC.mean) && Number.isNaN(few.IC.statistic) && Number.isNaN(few.sharpe.annual));
  const alone = horizonScores(gaussian(40, 1, 0.2), { k: 3 });
  assert.equal(alone.IC.dates, 0);
  assert.ok(Number.isNaN(alone.precision) && Number.isNaN(alone.spread.mean));
  const equal = horizonScores({ ...panel, targets: panel.targets.map(() => 0.5) }, { k: 3 });
  assert.ok([equal.IC.mean, equal.ndcg, equal.rSquared, equal.scale].every(Number.isNaN));
});

test('what is not understood is refused', () => {
  const panel = gaussian(30, 8, 0.2);
  assert.throws(() => topKScores(panel, { k: 5 }), code('no-dates'));
  assert.throws(() => topKScores(panel, { k: 0 }), code('integer-out-of-range'));
  assert.throws(() => topKScores(panel, { k: 2, gain: 'log' as 'rank' }), code('unknown-choice'));
  assert.throws(() => horizonScores(panel, { horizons: 5 } as object), code('unknown-option'));
  const none = { ...panel, targets: panel.targets.map(() => Number.NaN) };
  assert.throws(() => horizonScores(none), code('too-few-rows'));
  const mute = { ...panel, predictions: panel.predictions.map((value, k) => (k === 3 ? Number.NaN : value)) };
  assert.throws(() => horizonScores(mute), code('not-finite'));
});
