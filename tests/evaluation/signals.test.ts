import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';
import {
  brierScore,
  confusionMatrix,
  icDecay,
  informationCoefficients,
  mean,
  quantileReturns,
  rankIC,
  reliability,
  rSquared,
  scaleRatio,
  signalTurnover,
  standardDeviation,
  testIC,
} from '../../src/evaluation';
import peers from './reference/peers.json';

const near = (actual: number, wanted: number, within = 1e-10) =>
  assert.ok(Math.abs(actual - wanted) <= within, `${actual} is not ${wanted}`);
const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;

/** A Gaussian cross-section with a given information coefficient. */
function gaussian(dates: number, symbols: number, rho: number, seed: number) {
  const random = new Random(seed);
  const panel = { date: [] as number[], symbol: [] as string[], targets: [] as number[], predictions: [] as number[] };
  for (let t = 0; t < dates; t++)
    for (let s = 0; s < symbols; s++) {
      const signal = random.normal();
      panel.date.push(t);
      panel.symbol.push(`S${s}`);
      panel.predictions.push((rho || 1) * signal);
      panel.targets.push(rho * signal + Math.sqrt(1 - rho * rho) * random.normal());
    }
  return panel;
}

test('the coefficients of each date are those of SciPy and NumPy', () => {
  const { forecasts, returns, scipy } = peers.signals;
  const panel = {
    date: forecasts.flatMap((row, t) => row.map(() => t)),
    targets: returns.flat(),
    predictions: forecasts.flat(),
  };
  informationCoefficients(panel).values.forEach((value, t) => {
    near(value, scipy.rankIC[t]!);
  });
  informationCoefficients(panel, { kind: 'pearson' }).values.forEach((value, t) => {
    near(value, scipy.IC[t]!);
  });
});

test('a Gaussian cross-section has the rank IC, spread and scale that its IC implies', () => {
  const panel = gaussian(2000, 50, 0.3, 5);
  const rank = testIC(panel);
  near(rank.mean, (6 / Math.PI) * Math.asin(0.15), 0.01);
  near(testIC(gaussian(2000, 50, 0, 6), { kind: 'pearson' }).std, 1 / Math.sqrt(49), 0.005);
  near(rSquared(panel.targets, panel.predictions), 0.09, 0.01);
  near(scaleRatio(panel.targets, panel.predictions), 0.3, 0.01);
});

test('the order of the rows changes nothing', () => {
  const panel = gaussian(40, 12, 0.2, 8);
  const order = new Random(2).permutation(panel.date.length);
  const moved = {
    date: Array.from(order, (k) => panel.date[k]!),
    symbol: Array.from(order, (k) => panel.symbol[k]!),
    targets: Array.from(order, (k) => panel.targets[k]!),
    predictions: Array.from(order, (k) => panel.predictions[k]!),
  };
  near(testIC(moved).statistic, testIC(panel).statistic, 1e-12);
  near(quantileReturns(moved).spread.mean, quantileReturns(panel).spread.mean, 1e-12);
  assert.deepEqual(signalTurnover(strip(moved)), signalTurnover(strip(panel)));
});

const strip = ({ date, symbol, predictions }: ReturnType<typeof gaussian>) => ({ date, symbol, predictions });

test('t of overlapping returns is too large by about the square root of the horizon when they are taken for independent', () => {
  const [dates, symbols, horizon] = [1000, 40, 10];
  const naive: number[] = [];
  const honest: number[] = [];
  for (let world = 0; world < 30; world++) {
    const random = new Random(100 + world);
    const signal = Array.from({ length: symbols }, () => random.normal()); // as slow as a signal can be
    const daily = Array.from({ length: dates + horizon }, () => Array.from({ length: symbols }, () => random.normal()));
    const panel = { date: [] as number[], targets: [] as number[], predictions: [] as number[] };
    for (let t = 0; t < dates; t++)
      for (let s = 0; s < symbols; s++) {
        panel.date.push(t);
        panel.predictions.push(signal[s]!);
        panel.targets.push(daily.slice(t, t + horizon).reduce((sum, row) => sum + row[s]!, 0));
      }
    const { naiveStatistic, statistic } = testIC(panel, { horizon });
    naive.push(naiveStatistic);
    honest.push(statistic);
  }
  near(standardDeviation(naive) / Math.sqrt(horizon), 1, 0.35);
  near(standardDeviation(honest), 1, 0.35);
});

test('quantiles of a signal with skill rise, and their spread is found; dates that cannot be cut are counted', () => {
  const panel = gaussian(200, 25, 0.2, 3);
  const { means, spread, monotonicity, dates } = quantileReturns(panel);
  near(monotonicity, 1, 1e-12);
  assert.equal(dates, 200);
  near(spread.mean, means[4]! - means[0]!, 1e-12);
  // Between the outer fifths of a normal signal lie 2.8 standard deviations.
  near(spread.mean, 2.8 * 0.2, 0.08);
  assert.ok(spread.significant);
  const flat = { ...panel, predictions: panel.predictions.map((value, k) => (panel.date[k]! < 50 ? 1 : value)) };
  assert.equal(quantileReturns(flat).skipped, 50);
  assert.equal(testIC(flat).skipped, 50);
});

test('a signal decays as it was made to, and its turnover is that of its change', () => {
  const random = new Random(12);
  const [dates, symbols] = [300, 30];
  const signal = Array.from({ length: symbols }, () => random.normal());
  const panel = { date: [] as number[], symbol: [] as string[], predictions: [] as number[] };
  const rows: number[][] = [];
  for (let t = 0; t < dates; t++) {
    for (let s = 0; s < symbols; s++) {
      signal[s] = 0.8 * signal[s]! + 0.6 * random.normal();
      panel.date.push(t);
      panel.symbol.push(String(s));
      panel.predictions.push(signal[s]!);
    }
    rows.push([...signal]);
  }
  const later = [1, 2].map((lag) => panel.date.map((t, k) => rows[Math.min(dates - 1, t + lag)]![k % symbols]!));
  const decay = icDecay(panel, later, { kind: 'pearson' });
  near(decay[0]!.IC, 0.8, 0.03);
  near(decay[1]!.IC, 0.64, 0.04);
  near(signalTurnover(panel).rankAutocorrelation, (6 / Math.PI) * Math.asin(0.4), 0.03);
  const still = signalTurnover({ ...panel, predictions: panel.date.map((_, k) => k % symbols) });
  assert.deepEqual([still.rankAutocorrelation, still.top, still.bottom], [1, 0, 0]);
});

test('reliability: a calibrated head lies on the line, a bold one does not, and the mean says nothing', () => {
  const random = new Random(4);
  const truth = Array.from({ length: 5000 }, () => 0.02 * Math.exp(0.3 * random.normal()));
  const said = truth.map((value) => value * 1);
  const noisy = truth.map((value) => value + 0.003 * random.normal());
  assert.ok(reliability(truth, said).calibrationError < 1e-15);
  const bold = reliability(truth, noisy);
  assert.ok(bold.slope < 1 && bold.calibrationError > 0.0001);
  const constant = reliability(
    truth,
    truth.map(() => mean(truth)),
  );
  assert.equal(constant.bins.length, 1);
  near(constant.sharpness, 0, 1e-14);
  near(constant.calibrationError, 0, 1e-14);
  assert.throws(() => reliability([1, Number.NaN], [1, 2]), code('not-finite'));
});

test('the Brier score and the confusion matrix are those of their definitions', () => {
  const targets = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0];
  const said = [0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0.5, 0.3, 0.2, 0.1, 0.1, 0.8];
  const { score, climatology, skill } = brierScore(targets, said, 3);
  near(score, (0.14 + 0.54 + 0.98 + 1.46) / 4);
  near(climatology, 0.25 * 0.75 * 2 + 0.5 * 0.5);
  near(skill, 1 - score / climatology);
  assert.deepEqual(confusionMatrix(targets, said, 3), [
    [1, 0, 0],
    [0, 1, 1],
    [1, 0, 0],
  ]);
  assert.throws(() => brierScore([1, 0], [2, -1], 2), code('not-probabilities'));
  assert.throws(() => brierScore([1, 0], [0.6, 0.6], 2), /softmax/);
  assert.throws(() => confusionMatrix([1, 0, 1], [1, 0, 1], 2), code('shape-mismatch'));
});

test('panels that say nothing are refused with the place', () => {
  const panel = gaussian(5, 6, 0, 1);
  assert.throws(() => testIC({ ...panel, predictions: panel.predictions.map(() => 0) }), code('no-dates'));
  assert.throws(() => testIC(panel, { horizon: 5 }), code('too-few-rows'));
  assert.throws(
    () => informationCoefficients({ ...panel, symbol: panel.symbol.map(() => 'A') }),
    /symbol "A" has two rows/,
  );
  assert.throws(() => informationCoefficients({ ...panel, date: [1] }), code('length-mismatch'));
  assert.throws(() => signalTurnover({ date: panel.date, predictions: panel.predictions }), code('symbols-missing'));
  near(rankIC([1, 2], [1, 2]), 1);
});
