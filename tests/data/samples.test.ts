import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReluctantError, tf } from '../../src/core';
import {
  addFeatures,
  addTargets,
  type Column,
  Dataset,
  describeFeatures,
  makeSamples,
  Scaler,
  toMarket,
} from '../../src/data';
import { market } from '../../src/synthetic';

const number = (...values: number[]): Column => ({ kind: 'number', values: Float64Array.from(values) });
const prices = market({ symbols: 3, days: 200, seed: 4, informationCoefficient: 0.3 });

test('addFeatures gives the values worked out by hand', () => {
  const market = new Dataset({
    symbol: { kind: 'symbol', values: new Int32Array(6), dictionary: ['A'] },
    date: { kind: 'date', values: Int32Array.of(0, 1, 2, 3, 4, 5) },
    open: number(10, 10, 11, 12, 12, 10),
    high: number(11, 12, 13, 12, 13, 12),
    low: number(9, 10, 11, 12, 11, 10),
    close: number(10, 11, 12, 12, 12, 11),
    volume: number(1, 2, 4, 4, 4, 4),
  });
  const all = addFeatures(market, [
    'closeChangePct',
    'priceRange',
    'openGap',
    'closeLocation',
    'priceMomentum3',
    'volumeChange',
    'volatility5',
  ]);
  const near = (name: string, row: number, expected: number) =>
    assert.ok(Math.abs(all.numbers(name)[row]! - expected) < 1e-12, `${name}[${row}] = ${all.numbers(name)[row]}`);
  near('closeChangePct', 1, 0.1);
  near('priceRange', 1, 2 / 11);
  near('openGap', 2, 0);
  near('closeLocation', 1, 0.5);
  near('closeLocation', 3, 0.5);
  near('priceMomentum3', 3, 0.2);
  near('volumeChange', 2, Math.LN2);
  // Log returns of rows 1 to 5: ln 1.1, ln 12/11, 0, 0, ln 11/12.
  const r = [Math.log(1.1), Math.log(12 / 11), 0, 0, Math.log(11 / 12)];
  const mean = r.reduce((a, b) => a + b) / 5;
  near('volatility5', 5, Math.sqrt(r.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4));
  for (const name of ['closeChangePct', 'openGap', 'volumeChange']) assert.ok(Number.isNaN(all.numbers(name)[0]), name);
  for (let row = 0; row < 5; row++) assert.ok(Number.isNaN(all.numbers('volatility5')[row]), 'window not full');
});

test('addFeatures never sees the future: changing later rows changes no earlier feature, bit for bit', () => {
  const names = describeFeatures().column('feature');
  const before = addFeatures(prices, names);
  const columns = ['open', 'high', 'low', 'close', 'volume'];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 199 }), fc.double({ min: 0.01, max: 100, noNaN: true }), (day, factor) => {
      const changed = prices.withColumns(
        new Map(
          columns.map((name) => [
            name,
            number(...Array.from(prices.numbers(name), (value, row) => (row % 200 >= day ? value * factor : value))),
          ]),
        ),
      );
      const after = addFeatures(changed, names);
      for (const name of names) {
        for (let row = 0; row < prices.rows; row++) {
          if (row % 200 < day) assert.ok(Object.is(before.numbers(name)[row], after.numbers(name)[row]), name);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('addFeatures and addTargets give every row the same values whatever the order of the rows', () => {
  const order = Array.from({ length: prices.rows }, (_, k) => (k * 7919) % prices.rows);
  const names = describeFeatures().column('feature');
  const sorted = addTargets(addFeatures(prices, names));
  const shuffled = addTargets(addFeatures(prices.take(order), names));
  for (const name of [...names, 'forwardReturn', 'forwardVolatility', 'labelEnd']) {
    order.forEach((row, k) => {
      assert.ok(Object.is(shuffled.numbers(name)[k], sorted.numbers(name)[row]), name);
    });
  }
});

test('addTargets gives forward return, volatility and magnitude worked out by hand', () => {
  const market = new Dataset({
    symbol: { kind: 'symbol', values: Int32Array.of(0, 0, 0, 0, 1), dictionary: ['A', 'B'] },
    date: { kind: 'date', values: Int32Array.of(0, 1, 4, 5, 0) },
    close: number(10, 11, 9.9, 9.9, 50),
  });
  const all = addTargets(market, { horizon: 2 });
  assert.ok(Math.abs(all.numbers('forwardReturn')[0]! - -0.01) < 1e-12);
  assert.ok(Math.abs(all.numbers('forwardMagnitude')[0]! - 0.01) < 1e-12);
  const spread = Math.log(1.1) - Math.log(0.9);
  assert.ok(Math.abs(all.numbers('forwardVolatility')[0]! - spread / Math.SQRT2) < 1e-12);
  assert.equal(all.numbers('labelEnd')[0], 4);
  for (const row of [2, 3, 4]) assert.ok(Number.isNaN(all.numbers('forwardReturn')[row]), `row ${row}`);
});

test('makeSamples windows end at their row, hold scaled features in order, and never cross symbols', () => {
  const samples = makeSamples(prices, { window: 4, features: ['logReturn', 'imbalance'] });
  const { training, scaler, dataset } = samples;
  assert.deepEqual(training.shape, [training.size, 4, 2]);
  const logReturn = dataset.numbers('logReturn');
  for (const k of [0, 1, training.size - 1]) {
    const row = training.rows[k]!;
    for (let step = 0; step < 4; step++) {
      const value = training.inputs[(k * 4 + step) * 2]!;
      assert.ok(Math.abs(value - scaler.transform(0, logReturn[row - 3 + step]!)) < 1e-5);
    }
    assert.ok(row % 200 >= 4, 'a first return is missing, and the window needs four');
  }
});

test('makeSamples fits thresholds and scales on the training part only', () => {
  const samples = makeSamples(prices, { window: 4 });
  const last = Math.max(...samples.training.dates);
  const dates = prices.numbers('date');
  const later = prices.withColumns({
    close: number(
      ...Array.from(prices.numbers('close'), (value, row) => (dates[row]! > last + 10 ? value * 3 : value)),
    ),
  });
  const changed = makeSamples(later, { window: 4 });
  assert.deepEqual(changed.thresholds, samples.thresholds);
  assert.deepEqual(changed.scaler.toJSON(), samples.scaler.toJSON());
  assert.deepEqual(changed.training.inputs, samples.training.inputs);
});

test('makeSamples cuts the training returns into terciles', () => {
  const { training } = makeSamples(prices, { window: 4 });
  const counts = [0, 1, 2].map((direction) => training.directions.filter((d) => d === direction).length);
  for (const count of counts) assert.ok(Math.abs(count - training.size / 3) <= 1);
});

test('SampleSet.toTensors gives the shapes a three-headed model takes, and makes no other tensors', async () => {
  const { training } = makeSamples(prices, { window: 4 });
  const before = tf.memory().numTensors;
  const { inputs, targets } = training.take(10).toTensors();
  assert.deepEqual(inputs.shape, [10, 4, training.features.length]);
  assert.deepEqual(targets.direction.shape, [10, 3]);
  const total = tf.tidy(() => targets.direction.sum(1));
  assert.deepEqual([...total.dataSync()], Array(10).fill(1));
  assert.deepEqual(targets.volatility.shape, [10, 1]);
  assert.deepEqual([...targets.magnitude.dataSync()], [...training.magnitudes.subarray(0, 10)]);
  tf.dispose([inputs, targets, total]);
  assert.equal(tf.memory().numTensors, before);
});

test('makeSamples names what is wrong', () => {
  assert.throws(() => makeSamples(prices, { window: 300 }), { code: 'samples-empty' });
  assert.throws(() => makeSamples(prices, { features: ['nonsense'] }), { code: 'unknown-feature' });
  assert.throws(() => makeSamples(prices, { features: [] }), { code: 'features-empty' });
  assert.throws(() => makeSamples(new Dataset({ x: number(1) })), { code: 'column-not-found' });
  assert.throws(() => makeSamples(prices, { horizon: 0 }), ReluctantError);
});

test('toMarket recognises usual names, makes a symbol for a single series and numbers into symbols', () => {
  const date: Column = { kind: 'date', values: Int32Array.of(0, 1) };
  const single = toMarket(new Dataset({ Timestamp: date, 'Adj Close': number(1, 2), other: number(3, 4) }));
  assert.deepEqual(single.names, ['symbol', 'date', 'close', 'other']);
  const numbered = toMarket(new Dataset({ PERMNO: number(10001, 10002), Date: date, Close: number(1, 2) }));
  assert.deepEqual(numbered.values('symbol'), ['10001', '10002']);
});

test('Scaler gives mean and deviation, or median and quartiles, and survives JSON', () => {
  const column = Float64Array.of(1, 2, 3, 4, 1000);
  assert.ok(Math.abs(Scaler.fit('standard', ['x'], [column]).transform(0, 202)) < 1e-12);
  const robust = Scaler.fit('robust', ['x'], [column]);
  assert.ok(Math.abs(robust.transform(0, 3)) < 1e-12);
  assert.ok(Math.abs(robust.transform(0, 5) - 1.3489795003921634) < 1e-12);
  const again = Scaler.from(JSON.parse(JSON.stringify(robust)));
  assert.equal(again.transform(0, 7), robust.transform(0, 7));
  assert.equal(Scaler.fit('standard', ['x'], [Float64Array.of(5, 5)]).transform(0, 6), 1);
  assert.throws(() => Scaler.from({ scaling: 'standard', features: ['x'], centers: [], scales: [1] }), ReluctantError);
});
