// Odd series, panels and classes against every function that judges them: a defined result, or an error that says what is wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';
import * as evaluation from '../../src/evaluation';

const random = new Random(1);
const noise = (rows: number, size = 0.01) => Float64Array.from({ length: rows }, () => size * random.normal());
const usual = noise(250);

/** Names of the numbers in a result that are NaN. */
function missing(value: unknown, place = ''): string[] {
  if (typeof value === 'number') return Number.isNaN(value) ? [place] : [];
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array).some(Number.isNaN) ? [`${place}[]`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => missing(inner, `${place}.${name}`));
}

/** What becomes of a call: the code of its error, or the numbers that are NaN. Any other error is a fault. */
function outcome(call: () => unknown): string {
  try {
    return missing(call()).join(' ') || 'defined';
  } catch (error) {
    assert.ok(error instanceof ReluctantError, String((error as Error).stack));
    return error.code;
  }
}

const series: Record<string, ArrayLike<number>> = {
  constant: new Float64Array(250).fill(0.001),
  'of zeros': new Float64Array(250),
  'with a NaN': usual.map((value, t) => (t === 7 ? Number.NaN : value)),
  'with an infinity': usual.map((value, t) => (t === 7 ? Infinity : value)),
  'of one row': [0.01],
  empty: [],
  'too large': usual.map((value) => 1e300 * value),
  'too small': usual.map((value) => 1e-300 * value),
  'of texts': ['a', 'b', 'c'] as never,
  'that is a text': 'abc' as never,
  'that is null': null as never,
};
const judges: Record<string, (returns: ArrayLike<number>) => unknown> = {
  sharpeRatio: evaluation.sharpeRatio,
  sharpeSample: evaluation.sharpeSample,
  sharpeTest: evaluation.sharpeTest,
  sharpeStandardError: evaluation.sharpeStandardError,
  bestSharpeTest: (returns) => evaluation.bestSharpeTest([usual, returns]),
  sharpeDifference: (returns) => evaluation.sharpeDifference(returns, usual),
  meanTest: evaluation.meanTest,
  effectiveTrials: (returns) => evaluation.effectiveTrials([usual, noise(250), returns]),
  backtestOverfitting: (returns) => evaluation.backtestOverfitting([usual, returns], { blocks: 4, nullDraws: 9 }),
  superiorPredictiveAbility: (returns) => evaluation.superiorPredictiveAbility(returns, [returns]),
};
for (const [kind, returns] of Object.entries(series))
  test(`a series ${kind} is refused by all that need one that varies, and never answered with NaN`, () => {
    const takesZeros = ['backtestOverfitting'];
    for (const [name, judge] of Object.entries(judges)) {
      const found = outcome(() => judge(returns));
      if (kind === 'of zeros' && takesZeros.includes(name)) assert.equal(found, 'defined', name);
      else assert.match(found, /^[a-z]+(-[a-z]+)+$/, `${name}: ${found}`);
    }
    const found = outcome(() => evaluation.drawdown(returns));
    assert.ok(found === 'defined' || /-/.test(found), `drawdown: ${found}`);
  });

test('strategies that are one strategy, or a multiple of it, do not differ; trials of one ratio have no spread', () => {
  for (const factor of [1, 100, 0.3])
    assert.equal(
      outcome(() =>
        evaluation.sharpeDifference(
          usual,
          usual.map((value) => factor * value),
        ),
      ),
      'zero-variance',
    );
  const sample = evaluation.sharpeSample(usual);
  assert.equal(
    outcome(() => evaluation.deflatedSharpe(sample, { sharpes: [0.1, 0.1, 0.1] })),
    'zero-variance',
  );
});

const date: number[] = [];
const symbol: string[] = [];
for (let d = 0; d < 60; d++)
  for (let s = 0; s < 8; s++) {
    date.push(d);
    symbol.push(`S${s}`);
  }
const panel = { date, symbol, targets: noise(480), predictions: noise(480, 1) };
type Panel = typeof panel;
const panels: Record<string, Partial<Record<keyof Panel, unknown>>> = {
  'a prediction that is the same everywhere': { predictions: new Float64Array(480).fill(1) },
  'two rows of a symbol on one date': { symbol: symbol.map(() => 'A') },
  'a NaN among the predictions': { predictions: panel.predictions.map((value, k) => (k === 3 ? Number.NaN : value)) },
  'dates as texts': { date: date.map((d) => `2020-01-${d}`) },
  'a NaN among the dates': { date: date.map((d, k) => (k === 3 ? Number.NaN : d)) },
  'one row too few': { predictions: panel.predictions.slice(1) },
  'no rows': { date: [], symbol: [], targets: [], predictions: [] },
  'one date': Object.fromEntries(Object.entries(panel).map(([name, values]) => [name, values.slice(0, 8)])),
  'one symbol': { date: date.map((_, k) => k), symbol: symbol.map(() => 'A') },
};
for (const [kind, change] of Object.entries(panels))
  test(`a panel with ${kind} is refused`, () => {
    const given = { ...panel, ...change } as Panel;
    const { targets, predictions, ...places } = given;
    const calls: Record<string, () => unknown> = {
      testIC: () => evaluation.testIC(given, { horizon: 5 }),
      quantileReturns: () => evaluation.quantileReturns(given, { horizon: 5 }),
      signalTurnover: () => evaluation.signalTurnover({ ...places, predictions }),
      backtest: () => evaluation.backtest({ ...places, signals: predictions, returns: targets }),
    };
    for (const [name, call] of Object.entries(calls)) assert.match(outcome(call), /^[a-z]+(-[a-z]+)+$/, name);
  });

test('percents and prices are not taken for returns', () => {
  const { date, symbol, predictions: signals, targets } = panel;
  for (const returns of [targets.map((value) => 100 * Math.abs(value)), targets.map((value) => 50 + value)])
    assert.equal(
      outcome(() => evaluation.backtest({ date, symbol, signals, returns })),
      'returns-in-another-unit',
    );
  assert.equal(
    outcome(() => evaluation.backtest({ date, symbol, signals, returns: targets })),
    'defined',
  );
});

test('scores of classes refuse logits, numbers that are no rows and targets that are no classes; NaN stays NaN', () => {
  const { accuracy, logLoss, brierScore, confusionMatrix, rocAUCOneVsRest } = evaluation;
  assert.equal(
    outcome(() => logLoss([1, 0], [3, -2], 2)),
    'not-probabilities',
  );
  for (const score of [accuracy, logLoss, brierScore, confusionMatrix, rocAUCOneVsRest])
    assert.equal(
      outcome(() => score([1, 0, 0, 1], [0.5, 0.5, 0.5, 0.5], 3)),
      'shape-mismatch',
    );
  assert.equal(
    outcome(() => brierScore([2, -1], [0.5, 0.5], 2)),
    'not-probabilities',
  );
  for (const score of [accuracy, logLoss]) assert.ok(Number.isNaN(score([1, 0], [Number.NaN, Number.NaN], 2)));
});
