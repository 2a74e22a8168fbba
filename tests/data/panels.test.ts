import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random, ReluctantError, type TF, tf } from '../../src/core';
import { type PanelColumns, StockPanel } from '../../src/data';
import { auditLeakage, horizonScores, pearson } from '../../src/evaluation';
import { panel as syntheticPanel } from '../../src/synthetic';

const near = (actual: number, wanted: number, within: number) =>
  assert.ok(Math.abs(actual - wanted) <= within, `${actual} is not ${wanted}`);
const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;

/** Days x stocks of random prices and two features; stock 2 has no price on days 3 and 4. */
function small(days = 20, stocks = 4): PanelColumns {
  const random = new Random(3);
  const closes = Float64Array.from({ length: days * stocks }, () => 50 + 10 * random.uniform());
  if (days > 4) for (const day of [3, 4]) closes[day * stocks + 2] = Number.NaN;
  return {
    dates: Array.from({ length: days }, (_, k) => 100 + k),
    stocks: Array.from({ length: stocks }, (_, k) => `S${k}`),
    features: ['a', 'b'],
    values: Float32Array.from({ length: days * stocks * 2 }, () => random.normal()),
    closes,
  };
}

describe('labels of a panel', () => {
  test('are the return from the day to `horizon` days later, and NaN where a price is missing', () => {
    const columns = small();
    for (const horizon of [1, 5, 10]) {
      const returns = new StockPanel(columns).returns(horizon);
      for (let day = 0; day < 20; day++)
        for (let stock = 0; stock < 4; stock++) {
          const [now, then] = [columns.closes[day * 4 + stock]!, columns.closes[(day + horizon) * 4 + stock]];
          const wanted = then === undefined ? Number.NaN : then / now - 1;
          assert.equal(returns[day * 4 + stock], wanted, `day ${day}, stock ${stock}`);
        }
    }
  });

  test('respect the horizon: they change with the prices of their two days and with no others', () => {
    const columns = small();
    const horizon = 5;
    const before = new StockPanel(columns).returns(horizon);
    for (let day = 0; day < 20; day++) {
      const closes = columns.closes.slice();
      for (let stock = 0; stock < 4; stock++) closes[day * 4 + stock]! *= 2;
      const after = new StockPanel({ ...columns, closes }).returns(horizon);
      const changed = new Set<number>();
      after.forEach((value, k) => {
        if (!Object.is(value, before[k])) changed.add(Math.floor(k / 4));
      });
      assert.deepEqual(
        [...changed].sort((a, b) => a - b),
        [day - horizon, day].filter((one) => one >= 0 && one + horizon < 20),
      );
    }
  });

  test('of training are known before the first day of validation, whatever is cut', () => {
    for (const horizon of [1, 5, 20])
      for (const embargo of [0, 3])
        for (const validation of [0.2, 0.5]) {
          const panel = new StockPanel(small(120));
          const split = panel.split({ horizon, embargo, validation, window: 10 });
          // Nothing from the first validation day on can move a training label.
          const first = split.validation[0]!;
          const closes = panel.closes.slice();
          closes.fill(1, first * 4);
          const moved = new StockPanel({ ...panel, closes });
          const labels = (of: StockPanel) =>
            of.samples(split.training, { horizons: [horizon] }).targets[`h${horizon}`]!;
          assert.deepEqual(labels(moved).dataSync(), labels(panel).dataSync());
          assert.ok(split.training[0]! >= 9 && split.validation.at(-1)! + horizon < 120);
          assert.ok(split.training.length > 0 && split.validation.length > 0);
          // The same, asked of the tool that audits splits.
          const starts = Array.from({ length: 120 }, (_, day) => day);
          const ends = starts.map((day) => day + horizon);
          const fold = { training: split.training, test: split.validation };
          assert.deepEqual(auditLeakage(fold, { start: starts, end: ends }), []);
        }
  });

  test('as standardised or ranks keep their order within the day, and no label stays none', () => {
    const panel = new StockPanel(small());
    const day = [3, 7];
    const of = (labels: 'returns' | 'standardised' | 'ranks') =>
      panel.samples(day, { horizons: [2], labels }).targets['h2']!.arraySync() as number[][];
    const [returns, scores, ranked] = [of('returns'), of('standardised'), of('ranks')];
    assert.ok(Number.isNaN(returns[0]![2]!) && Number.isNaN(scores[0]![2]!) && Number.isNaN(ranked[0]![2]!));
    assert.deepEqual([...ranked[1]!].sort(), [0, 1 / 3, 2 / 3, 1].map(Math.fround));
    near(pearson(returns[1]!, scores[1]!), 1, 1e-6);
    near(
      scores[1]!.reduce((a, b) => a + b, 0),
      0,
      1e-6,
    );
  });
});

describe('a panel', () => {
  test('standardises each feature over the stocks of a day, and looks at no other day', () => {
    const columns = small();
    columns.values[5 * 8 + 2] = Number.NaN;
    columns.values.fill(0.3, 6 * 8, 7 * 8);
    const { values } = new StockPanel(columns).standardised();
    const at = (day: number, feature: number) => [0, 1, 2, 3].map((stock) => values[(day * 4 + stock) * 2 + feature]!);
    const raw = [0, 1, 2, 3].map((stock) => columns.values[stock * 2 + 1]!);
    const mean = raw.reduce((a, b) => a + b, 0) / 4;
    const spread = Math.sqrt(raw.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3);
    at(0, 1).forEach((score, stock) => {
      near(score, (raw[stock]! - mean) / spread, 1e-6);
    });
    assert.equal(at(5, 0)[1], 0);
    near(
      at(5, 0).reduce((a, b) => a + b, 0),
      0,
      1e-6,
    );
    assert.deepEqual(at(6, 0), [0, 0, 0, 0]);
    const later = { ...columns, values: columns.values.map((value, k) => (k >= 10 * 8 ? 9 * value : value)) };
    assert.deepEqual(new StockPanel(later).standardised().values.subarray(0, 80), values.subarray(0, 80));
  });

  test('puts predictions beside the returns that followed', () => {
    const panel = new StockPanel(small());
    const returns = panel.returns(2);
    const signals = panel.signals([2, 6], [1, 2, 3, 4, 5, 6, 7, 8], 2);
    assert.deepEqual(signals.targets, [...returns.subarray(8, 12), ...returns.subarray(24, 28)]);
    assert.deepEqual(signals.date.slice(3, 5), [102, 106]);
    assert.deepEqual(signals.symbol.slice(0, 4), ['S0', 'S1', 'S2', 'S3']);
    assert.throws(() => panel.signals([2], [1, 2]), code('length-mismatch'));
  });

  test('refuses columns that do not fit together', () => {
    const columns = small();
    assert.throws(() => new StockPanel({ ...columns, values: new Float32Array(3) }), code('panel-columns'));
    assert.throws(() => new StockPanel({ ...columns, features: ['a', 'a'] }), code('panel-columns'));
    assert.throws(() => new StockPanel({ ...columns, sectors: ['x'] }), code('panel-columns'));
    assert.throws(
      () => new StockPanel({ ...columns, dates: [...(columns.dates as number[])].reverse() }),
      code('dates-not-ascending'),
    );
    assert.throws(() => new StockPanel({ ...columns, close: columns.closes } as never), code('unknown-option'));
    const panel = new StockPanel(columns);
    assert.throws(() => panel.samples([20]), code('day-out-of-range'));
    assert.throws(() => panel.samples([]), code('day-out-of-range'));
    assert.throws(() => panel.samples([1.5]), code('day-out-of-range'));
    assert.throws(() => panel.samples([1], { horizon: [1] } as never), code('unknown-option'));
    assert.throws(() => panel.samples([1], { horizons: [] }), code('horizons-not-usable'));
    assert.throws(() => panel.samples([1], { horizons: [5, 5] }), code('horizons-not-usable'));
    for (const close of [0, -1, Number.POSITIVE_INFINITY])
      assert.throws(
        () => new StockPanel({ ...columns, closes: columns.closes.map((value, k) => (k === 3 ? close : value)) }),
        code('close-not-a-price'),
      );
    assert.throws(() => panel.returns(0), code('integer-out-of-range'));
    assert.throws(() => panel.split({ horizon: 12 }), code('split-empty'));
    assert.throws(() => panel.samples([1], { labels: 'rank' as 'ranks' }), code('unknown-choice'));
  });
});

describe('a synthetic panel', () => {
  const IC = 0.1;
  const made = syntheticPanel({ stocks: 150, days: 600, informationCoefficient: IC, seed: 4 });
  const [days, stocks] = made.shape;

  test('has the signal it says, with the IC it says', () => {
    const { signal, betas, parameters } = made.truth;
    const returns = made.returns(1);
    // Own returns: without the factor and the sectors, by the stocks of one sector with alike exposure this is their mean of the day.
    const own: number[] = [];
    const known: number[] = [];
    for (let day = 0; day + 1 < days; day++)
      for (let sector = 0; sector < parameters.sectors; sector++) {
        const members = Array.from({ length: stocks }, (_, k) => k).filter((k) => k % parameters.sectors === sector);
        // Least squares on a constant and beta takes sector and factor out.
        const y = members.map((k) => Math.log1p(returns[day * stocks + k]!));
        const x = members.map((k) => betas[k]!);
        const [my, mx] = [y, x].map((v) => v.reduce((a, b) => a + b, 0) / v.length) as [number, number];
        const slope =
          x.reduce((sum, v, k) => sum + (v - mx) * (y[k]! - my), 0) / x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
        members.forEach((k, at) => {
          own.push(y[at]! - my - slope * (x[at]! - mx));
          known.push(signal[day * stocks + k]!);
        });
      }
    // 90,000 pairs: a standard error of 0.0034; taking sector and factor out leaves 17 of 19 parts of the signal.
    near(pearson(own, known), IC * Math.sqrt(17 / 19), 0.012);
    near(signal.reduce((sum, value) => sum + value * value, 0) / signal.length, 1, 0.03);
  });

  test('the signal is the mean of the last days of `flow`', () => {
    const width = made.features.length;
    for (const [day, stock] of [
      [10, 3],
      [599, 149],
    ] as const) {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += made.values[((day - k) * stocks + stock) * width]!;
      near(made.truth.signal[day * stocks + stock]!, sum / Math.sqrt(5), 1e-5);
    }
  });

  test('the best forecast has an IC with whole returns, and without a signal it has none', () => {
    const places = made.split({ horizon: 5 }).training;
    const score = (of: typeof made, horizon: number) => {
      const forecast = Array.from(places).flatMap((day) => [
        ...of.truth.signal.subarray(day * stocks, (day + 1) * stocks),
      ]);
      return horizonScores(of.signals(places, forecast, horizon), { horizon }).IC;
    };
    for (const horizon of [1, 5]) {
      const reach = Array.from({ length: horizon }, (_, k) => Math.max(0, 1 - k / 5)).reduce((a, b) => a + b, 0);
      const ofOwn = (IC * reach) / Math.sqrt(horizon);
      const { mean, pValue } = score(made, horizon);
      assert.ok(pValue < 1e-6);
      // Factor and sectors are part of whole returns: 0.015² of 0.015² + 0.005² + (0.23 x 0.008)² in a day's cross-section.
      near(mean, ofOwn * Math.sqrt(0.015 ** 2 / (0.015 ** 2 + 0.005 ** 2 + (0.232 * 0.008) ** 2)), 0.02);
    }
    const without = syntheticPanel({ stocks: 150, days: 600, informationCoefficient: 0, seed: 4 });
    const { mean, standardError } = score(without, 1);
    assert.ok(Math.abs(mean) < 3 * standardError, `${mean} of ${standardError}`);
  });

  test('is the same for the same seed, another for another, and lists stocks partly if asked to', () => {
    const of = (options: object) => syntheticPanel({ stocks: 20, days: 40, ...options });
    assert.deepEqual(of({ seed: 7 }).closes, of({ seed: 7 }).closes);
    assert.notDeepEqual(of({ seed: 7 }).closes, of({ seed: 8 }).closes);
    const gaps = of({ partlyListed: 0.5 });
    const missing = Array.from(
      { length: 20 },
      (_, k) => gaps.closes.filter((value, at) => at % 20 === k && Number.isNaN(value)).length,
    );
    assert.equal(missing.filter((count) => count > 0).length, 10);
    assert.ok(missing.every((count) => count < 40));
    const columns = gaps.columns();
    assert.ok(!(columns.dataSync() as Float32Array).some(Number.isNaN));
    columns.dispose();
    assert.throws(() => of({ informationCoeficient: 0.1 }), code('unknown-option'));
    assert.throws(() => of({ informationCoefficient: 2 }), code('number-out-of-range'));
  });
});

test('tensors of samples name the days and hold NaN where there is no label', () => {
  const before = tf.memory().numTensors;
  const { inputs, targets } = new StockPanel(small()).samples([2, 3], { horizons: [1, 5] });
  assert.deepEqual([inputs.day.dtype, [...inputs.day.dataSync()]], ['int32', [2, 3]]);
  assert.deepEqual(Object.keys(targets), ['h1', 'h5']);
  assert.ok(Number.isNaN((targets['h1'] as TF.Tensor2D).arraySync()[1]![2]!));
  tf.dispose([inputs, targets] as unknown as TF.TensorContainer);
  assert.equal(tf.memory().numTensors, before);
});
