import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';
import { garchMoments } from '../../src/synthetic';
import { checkVolatility, type VolatilityProcess, VolatilityState } from '../../src/synthetic/volatility';

function simulate(process: VolatilityProcess, days: number, seed: number): Float64Array {
  const state = new VolatilityState(process, new Random(seed));
  return Float64Array.from({ length: days }, () => {
    const value = state.deviation * state.innovation();
    state.advance(value);
    return value;
  });
}

const mean = (values: Float64Array, of: (value: number, k: number) => number) =>
  values.reduce((sum, value, k) => sum + of(value, k), 0) / values.length;

test('garchMoments gives the kurtosis and squared autocorrelation of Bollerslev (1986) for alpha 0.05, beta 0.93', () => {
  const normal = garchMoments({ alpha: 0.05, gamma: 0, beta: 0.93, degrees: Infinity });
  assert.equal(normal.kurtosis.toFixed(4), '3.4335');
  assert.equal(normal.squaredAutocorrelation(1).toFixed(5), '0.10523');
  const t8 = garchMoments({ alpha: 0.05, gamma: 0, beta: 0.93, degrees: 8 });
  assert.equal(t8.kurtosis.toFixed(4), '5.7763');
  assert.equal(t8.squaredAutocorrelation(1).toFixed(5), '0.10523');
  assert.ok(Math.abs(t8.squaredAutocorrelation(3) - 0.10523 * 0.98 ** 2) < 1e-5);
});

test('garchMoments says that a fourth moment does not exist', () => {
  const heavy = garchMoments({ alpha: 0.6, gamma: 0, beta: 0.3, degrees: Infinity });
  assert.equal(heavy.kurtosis, Infinity);
  assert.ok(Number.isNaN(heavy.squaredAutocorrelation(1)));
});

test('VolatilityState has the variance, kurtosis and squared autocorrelation that garchMoments states, leverage included', () => {
  for (const process of [
    { alpha: 0.05, gamma: 0, beta: 0.93, degrees: Infinity },
    { alpha: 0.03, gamma: 0.08, beta: 0.85, degrees: Infinity },
  ]) {
    const path = simulate(process, 400_000, 11);
    const expected = garchMoments(process);
    const second = mean(path, (r) => r ** 2);
    const fourth = mean(path, (r) => r ** 4);
    const lagged = mean(path, (r, k) => (k === 0 ? second ** 2 : r ** 2 * path[k - 1]! ** 2));
    assert.ok(Math.abs(second - 1) < 0.02, `variance ${second}`);
    assert.ok(Math.abs(fourth / second ** 2 - expected.kurtosis) < 0.15, `kurtosis ${fourth / second ** 2}`);
    const autocorrelation = (lagged - second ** 2) / (fourth - second ** 2);
    assert.ok(Math.abs(autocorrelation - expected.squaredAutocorrelation(1)) < 0.015, `rho ${autocorrelation}`);
  }
});

test('VolatilityState with gamma answers a fall with more volatility than a rise, without gamma alike', () => {
  const leverage = (gamma: number) => {
    const path = simulate({ alpha: 0.05, gamma, beta: 0.85, degrees: 8 }, 200_000, 3);
    return mean(path, (r, k) => (k === 0 ? 0 : path[k - 1]! * r ** 2));
  };
  assert.ok(leverage(0.15) < -0.1, `with: ${leverage(0.15)}`);
  assert.ok(Math.abs(leverage(0)) < 0.1, `without: ${leverage(0)}`);
});

test('checkVolatility refuses a process without finite variance or fourth moment of its innovations', () => {
  const fine = { alpha: 0.05, gamma: 0, beta: 0.93, degrees: 8 };
  checkVolatility('test', fine);
  for (const change of [{ beta: 0.95 }, { degrees: 4 }, { degrees: 5.5 }, { alpha: -0.1 }, { beta: Number.NaN }]) {
    assert.throws(() => checkVolatility('test', { ...fine, ...change }), ReluctantError);
  }
});
