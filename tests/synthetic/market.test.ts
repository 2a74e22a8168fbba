import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReluctantError } from '../../src/core';
import { type MarketOptions, market } from '../../src/synthetic';

/** Log returns of one symbol. */
function returnsOf(prices: ReturnType<typeof market>, code = 0): Float64Array {
  const close = prices.numbers('close');
  const rows = [...prices.column('symbol').values.keys()].filter((row) => prices.column('symbol').values[row] === code);
  return Float64Array.from(rows.slice(1), (row, k) => Math.log(close[row]! / close[rows[k]!]!));
}

const moment = (values: ArrayLike<number>, k: number) =>
  Array.from(values).reduce((sum, value) => sum + value ** k, 0) / values.length;

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [moment(a, 1), moment(b, 1)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    ab += (a[k]! - meanA) * (b[k]! - meanB);
    aa += (a[k]! - meanA) ** 2;
    bb += (b[k]! - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

const single: MarketOptions = { symbols: 1, days: 20_000, seed: 3, volatilitySpread: 0, volatility: 0.01 };

test('market keeps low <= open, close <= high, positive prices and business days in every row', () => {
  const prices = market({ symbols: 5, days: 800, seed: 9, volatility: 0.05 });
  const [open, high, low, close] = ['open', 'high', 'low', 'close'].map((name) => prices.numbers(name));
  const dates = prices.numbers('date');
  for (let row = 0; row < prices.rows; row++) {
    assert.ok(low![row]! > 0 && low![row]! <= Math.min(open![row]!, close![row]!), `low of row ${row}`);
    assert.ok(high![row]! >= Math.max(open![row]!, close![row]!), `high of row ${row}`);
    assert.ok(![0, 6].includes(new Date(dates[row]! * 86_400_000).getUTCDay()));
    if (row % 800) assert.ok(dates[row]! > dates[row - 1]!);
  }
});

test('market has heavy tails, clustered volatility, leverage and no linear autocorrelation (Cont 2001)', () => {
  const r = returnsOf(market({ ...single, informationCoefficient: 0, factorVolatility: 0 }));
  assert.ok(moment(r, 4) / moment(r, 2) ** 2 > 5, 'kurtosis');
  const squares = r.map((value) => value ** 2);
  const absolute = r.map(Math.abs);
  assert.ok(correlation(absolute.subarray(1), absolute.subarray(0, -1)) > 0.1, 'clustering at 1 day');
  assert.ok(correlation(absolute.subarray(20), absolute.subarray(0, -20)) > 0.05, 'clustering at 20 days');
  assert.ok(correlation(squares.subarray(1), r.subarray(0, -1)) < -0.03, 'leverage');
  // Under no autocorrelation the coefficient has a standard deviation of about sqrt(kurtosis-ish)/sqrt(n) < 0.02.
  assert.ok(Math.abs(correlation(r.subarray(1), r.subarray(0, -1))) < 0.03, 'linear autocorrelation');
});

test('market returns grow more normal when added up over 20 days', () => {
  const r = returnsOf(market({ ...single, informationCoefficient: 0, factorVolatility: 0 }));
  const kurtosis = (values: Float64Array) => moment(values, 4) / moment(values, 2) ** 2;
  const sums = Float64Array.from({ length: Math.floor(r.length / 20) }, (_, k) =>
    r.subarray(20 * k, 20 * k + 20).reduce((a, b) => a + b, 0),
  );
  assert.ok(kurtosis(sums) < kurtosis(r) - 1);
});

test('market states a conditional volatility that standardises its returns', () => {
  const prices = market({ ...single, factorVolatility: 0.005 });
  const sigma = prices.truth.columns.conditionalVolatility;
  const z = returnsOf(prices).map((r, k) => r / sigma[k + 1]!);
  assert.ok(Math.abs(moment(z, 2) - 1) < 0.05, `variance ${moment(z, 2)}`);
  const absolute = z.map(Math.abs);
  assert.ok(Math.abs(correlation(absolute.subarray(1), absolute.subarray(0, -1))) < 0.02, 'no clustering is left');
  assert.deepEqual(prices.truth.columns.nextVolatility.subarray(0, -1), sigma.subarray(1));
});

test('market plants the information coefficient it states, and none when asked for none', () => {
  for (const informationCoefficient of [0.3, 0.048, 0]) {
    const prices = market({ ...single, informationCoefficient, factorVolatility: 0 });
    const { signal, nextVolatility, expectedReturn } = prices.truth.columns;
    const z = returnsOf(prices).map((r, k) => r / nextVolatility[k]!);
    // Standard error of a correlation: 1/sqrt(20,000) = 0.007.
    assert.ok(Math.abs(correlation(signal.subarray(0, -1), z) - informationCoefficient) < 0.025);
    const imbalance = prices.numbers('imbalance');
    for (let row = 0; row < 100; row++) {
      assert.ok(Math.abs(imbalance[row]! - Math.tanh(signal[row]! / 2)) < 1e-4);
      assert.ok(Math.abs(expectedReturn[row]! - informationCoefficient * signal[row]! * nextVolatility[row]!) < 1e-12);
    }
  }
});

test('market draws a daily information coefficient with the deviation asked for', () => {
  const prices = market({
    symbols: 1,
    days: 5000,
    informationCoefficient: 0.048,
    informationCoefficientDeviation: 0.12,
  });
  const daily = prices.truth.columns.informationCoefficient;
  assert.ok(Math.abs(moment(daily, 1) - 0.048) < 0.01);
  assert.ok(Math.abs(Math.sqrt(moment(daily, 2) - moment(daily, 1) ** 2) - 0.12) < 0.01);
});

test('market symbols share a factor with the exposures it states', () => {
  const prices = market({
    symbols: 3,
    days: 8000,
    seed: 2,
    volatilitySpread: 0,
    volatility: 0.01,
    factorVolatility: 0.01,
  });
  const factor = prices.truth.columns.factorReturn.subarray(1, 8000);
  prices.truth.symbols.forEach(({ beta }, code) => {
    const r = returnsOf(prices, code);
    const slope = (correlation(r, factor) * Math.sqrt(moment(r, 2))) / Math.sqrt(moment(factor, 2));
    assert.ok(Math.abs(slope - beta) < 0.06, `beta ${beta}, slope ${slope}`);
  });
});

test('market volume is higher on days of high volatility', () => {
  const prices = market(single);
  const log = Float64Array.from(prices.numbers('volume'), Math.log);
  assert.ok(correlation(log, prices.truth.columns.conditionalVolatility) > 0.3);
});

test('market ranges measure volatility as Parkinson (1980) does', () => {
  const prices = market({ ...single, days: 5000, startDate: '2001-01-01' });
  const [high, low] = [prices.numbers('high'), prices.numbers('low')];
  const sigma = prices.truth.columns.conditionalVolatility;
  // The range covers the trading session, 0.8 of the day's variance.
  const ratio = Float64Array.from(
    sigma,
    (s, row) => Math.log(high[row]! / low[row]!) ** 2 / (4 * Math.LN2 * 0.8 * s ** 2),
  );
  assert.ok(Math.abs(moment(ratio, 1) - 1) < 0.15, `ratio ${moment(ratio, 1)}`);
});

test('market regimes are visited as often as the stationary distribution says, and scale volatility', () => {
  const regimes = {
    transition: [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
    volatilityScale: [1, 3],
  };
  const prices = market({ ...single, regimes });
  const regime = prices.truth.columns.regime;
  assert.ok(Math.abs(moment(regime, 1) - 1 / 3) < 0.03);
  const r = returnsOf(prices);
  const variance = (which: number) =>
    moment(
      r.filter((_, k) => regime[k + 1] === which),
      2,
    );
  assert.ok(Math.abs(Math.sqrt(variance(1) / variance(0)) - 3) < 0.3);
});

test('market gives a symbol the same path whatever other symbols there are', () => {
  const few = market({ symbols: ['A', 'B'], days: 50, betas: [1, 1] });
  const many = market({ symbols: ['B', 'C', 'D'], days: 50, betas: [1, 1] });
  assert.deepEqual(few.numbers('close').slice(50), many.numbers('close').slice(0, 50));
});

test('market refuses parameters that make no market, naming what it received', () => {
  const wrong: MarketOptions[] = [
    { symbols: 0 },
    { symbols: ['A', 'A'] },
    { days: 0 },
    { days: 1.5 },
    { startDate: '2020-02-31' },
    { startDate: 'soon' },
    { seed: -1 },
    { volatility: Number.NaN },
    { informationCoefficient: 2 },
    { regimes: { transition: [[0.5, 0.4]], volatilityScale: [1] } },
  ];
  for (const options of wrong) assert.throws(() => market(options), ReluctantError, JSON.stringify(options));
});

test('market works for one symbol and one day', () => {
  assert.equal(market({ symbols: 1, days: 1 }).rows, 1);
});
