import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Random, ReluctantError } from '../../src/core';
import { type BacktestOptions, type BacktestPanel, backtest, drawdown } from '../../src/evaluation';

const near = (actual: number, wanted: number, within = 1e-12) =>
  assert.ok(Math.abs(actual - wanted) <= within, `${actual} is not ${wanted}`);
const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;

/** Signals with a given skill in a panel in which symbols come and go. */
function panelOf(random: Random, dates: number, symbols: number, skill = 0) {
  const panel = { date: [] as number[], symbol: [] as string[], signals: [] as number[], returns: [] as number[] };
  for (let t = 0; t < dates; t++)
    for (let s = 0; s < symbols; s++) {
      if (random.uniform() < 0.1) continue;
      const signal = random.normal();
      panel.date.push(t);
      panel.symbol.push(`S${s}`);
      panel.signals.push(signal);
      panel.returns.push(0.01 * (skill * signal + random.normal()));
    }
  return panel;
}

const options: fc.Arbitrary<BacktestOptions> = fc.record({
  rule: fc.constantFrom('rank' as const, 'tails' as const, 'sign' as const, 'proportional' as const),
  horizon: fc.integer({ min: 1, max: 5 }),
  delay: fc.integer({ min: 0, max: 2 }),
  maximumTurnover: fc.constantFrom(0.1, 0.5, 100),
  impactFraction: fc.constantFrom(0, 0.01),
});

test('nothing later moves an earlier number, in random panels with every rule, horizon, delay and limit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), options, fc.integer({ min: 8, max: 28 }), (seed, chosen, cut) => {
      const random = new Random(seed);
      const panel = panelOf(random, 40, 6);
      const later = (values: number[], from: number) =>
        values.map((value, k) => (panel.date[k]! >= from ? value + 0.5 * random.uniform() : value));
      const before = backtest(panel, chosen);
      // Signals change from the cut on; the returns of the cut itself are earned after it.
      const after = backtest(
        { ...panel, signals: later(panel.signals, cut), returns: later(panel.returns, cut) },
        chosen,
      );
      for (const name of ['returns', 'turnover', 'grossExposure', 'wealth', 'costs'] as const)
        assert.deepEqual([...after[name].slice(0, cut)], [...before[name].slice(0, cut)], name);
      const only = backtest({ ...panel, returns: later(panel.returns, cut) }, chosen);
      for (const name of ['turnover', 'grossExposure', 'costs'] as const)
        assert.equal(only[name][cut], before[name][cut], `${name} of a date does not know its return`);
    }),
    { numRuns: 150, seed: 20261126, includeErrorInReport: true },
  );
});

test('a book by hand: weights, costs, drift, turnover', () => {
  const panel = {
    date: [1, 1, 2, 2, 3, 3],
    symbol: ['A', 'B', 'A', 'B', 'A', 'B'],
    signals: [2, 1, 1, 2, 1, 2],
    returns: [0.1, -0.1, 0, 0.02, 0.01, 0],
  };
  for (let date = 4; date < 30; date++)
    for (const symbol of ['A', 'B']) {
      panel.date.push(date);
      panel.symbol.push(symbol);
      panel.signals.push(1);
      panel.returns.push(0);
    }
  const result = backtest(panel, { feeFraction: 0.01 });
  // Date 1: +0.5 A, -0.5 B; earns 0.05 + 0.05, pays 0.01. Wealth 1.09: weights 0.55 / 1.09 and -0.45 / 1.09.
  near(result.returns[0]!, 0.1 - 0.01);
  near(result.turnover[1]!, 0.5 + 0.55 / 1.09 + 0.5 + 0.45 / 1.09);
  near(result.returns[1]!, 0.5 * 0.02 - 0.01 * result.turnover[1]!);
  near(result.benchmark[1]!, 0.01);
  near(result.wealth[1]!, 1.09 * (1 + result.returns[1]!));
  near(result.netExposure[0]!, 0);
  near(result.grossExposure[0]!, 1);
});

test('the book of a horizon is the mean of as many daily books, and its returns are daily and do not overlap', () => {
  const random = new Random(5);
  const panel = panelOf(random, 60, 1);
  const [h1, h4] = [1, 4].map((horizon) => backtest(panel, { rule: 'sign', horizon, feeFraction: 0 }));
  assert.ok(h4!.summary.turnover < 0.6 * h1!.summary.turnover);
  const signs = panel.signals.map(Math.sign);
  assert.ok(panel.date.length > 40);
  for (let t = 3; t < signs.length; t++)
    near(h4!.netExposure[t]!, (signs[t]! + signs[t - 1]! + signs[t - 2]! + signs[t - 3]!) / 4);
});

test('costs grow with fee and size, and the break-even fee leaves nothing', () => {
  const panel = panelOf(new Random(9), 200, 10, 0.2);
  const free = backtest(panel, { feeFraction: 0 }).summary;
  const dear = backtest(panel, { feeFraction: 0.01 }).summary;
  const large = backtest(panel, { feeFraction: 0, impactFraction: 0.002 }).summary;
  assert.ok(free.annualSharpe > large.annualSharpe && large.annualSharpe > dear.annualSharpe);
  near(free.annualSharpeBeforeCosts, free.annualSharpe);
  const even = backtest(panel, { feeFraction: free.breakEvenFee });
  near(even.summary.breakEvenFee, free.breakEvenFee, 5e-3 * free.breakEvenFee);
  near(even.returns.reduce((a, b) => a + b) / even.returns.length, 0, 2e-5);
});

test('the turnover limit holds on every date', () => {
  const panel = panelOf(new Random(3), 80, 8);
  const everyDay = panel.date.map((_, k) => k);
  const full = { ...panel, date: everyDay.map((k) => Math.floor(k / 4)), symbol: everyDay.map((k) => `S${k % 4}`) };
  for (const turnover of backtest(full, { maximumTurnover: 0.2 }).turnover.slice(0, -1))
    assert.ok(turnover <= 0.2 + 1e-12);
});

test('skill is called skill, noise is not, and the order of rows changes nothing', () => {
  assert.ok(backtest(panelOf(new Random(2), 400, 20, 0.1), { feeFraction: 0 }).summary.sharpe.significant);
  const panel = panelOf(new Random(8), 400, 20);
  const result = backtest(panel, { feeFraction: 0 });
  assert.ok(!result.summary.sharpe.significant);
  const order = new Random(1).permutation(panel.date.length);
  const moved: BacktestPanel = {
    date: Array.from(order, (k) => panel.date[k]!),
    symbol: Array.from(order, (k) => panel.symbol[k]!),
    signals: Array.from(order, (k) => panel.signals[k]!),
    returns: Array.from(order, (k) => panel.returns[k]!),
  };
  near(backtest(moved, { feeFraction: 0 }).summary.annualSharpe, result.summary.annualSharpe, 1e-10);
});

test('a strategy that is its benchmark has slope 1 and earns nothing beside it', () => {
  const panel = panelOf(new Random(6), 100, 5);
  const { summary } = backtest({ ...panel, signals: panel.signals.map(() => 1) }, { rule: 'sign', feeFraction: 0 });
  near(summary.beta, 1, 1e-9);
  near(summary.alpha, 0, 1e-12);
  near(summary.netExposure, 1);
});

test('drawdowns are measured from the peak, the start included, and know when they end', () => {
  const { depth, peak, trough, recovered, series } = drawdown([-0.2, 0.5, -0.5, 0.1, 1]);
  near(depth, 0.5);
  assert.deepEqual([peak, trough, recovered], [1, 2, 4]);
  near(series[0]!, -0.2);
  assert.deepEqual([drawdown([0.1, 0.1]).depth, drawdown([0.1]).peak, drawdown([-0.1]).peak], [0, -1, -1]);
  assert.equal(drawdown([-1, 0.5]).depth, 1);
});

test('who loses everything is ruined once: wealth stays at 0', () => {
  const panel = panelOf(new Random(4), 60, 2);
  const returns = panel.returns.map((value, k) => (panel.date[k] === 30 ? 5 : value));
  const signals = panel.signals.map(() => -1);
  const result = backtest({ ...panel, signals, returns }, { rule: 'sign', feeFraction: 0 });
  const ruin = result.returns.findIndex((value) => value <= -1);
  assert.ok(ruin > 0 && result.wealth.slice(ruin).every((value) => value === 0));
  near(result.returns[ruin]!, -1);
  assert.ok(result.returns.slice(ruin + 1).every((value) => value === 0));
  assert.equal(result.summary.maximumDrawdown, 1);
});

test('panels that cannot be traded are refused with the place', () => {
  const panel = panelOf(new Random(1), 40, 4);
  const flat = panel.signals.map(() => 1);
  assert.throws(() => backtest({ ...panel, signals: flat }), code('zero-variance')); // ranks all tie: nothing is ever held
  assert.throws(() => backtest({ ...panel, returns: panel.returns.map(() => -2) }), /below -1.*row 0/);
  assert.throws(
    () => backtest({ ...panel, returns: panel.returns.map((value, k) => (k === 3 ? Number.NaN : value)) }),
    /row 3/,
  );
  assert.throws(() => backtest({ ...panel, symbol: panel.symbol.map(() => 'A') }), code('symbol-twice'));
  assert.throws(() => backtest(panel, { benchmark: [0.1] }), code('length-mismatch'));
  assert.throws(() => backtest(panel, { fee: 0.1 } as never), code('unknown-option'));
  assert.throws(() => backtest(panel, { rule: () => [1] }), code('weights-unusable'));
  assert.throws(() => backtest(panel, { rule: 'rnak' as never }), code('unknown-choice'));
});
