import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Column, check, type Dataset } from '../../src/data';
import { market } from '../../src/synthetic';

const clean = market({ symbols: 2, days: 100, seed: 3 });
const changed = (name: string, row: number, value: number): Dataset => {
  const column = clean.column(name);
  const values = column.values.slice();
  values[row] = value;
  return clean.withColumns({ [name]: { ...column, values } as Column });
};
const found = (data: Dataset) => check(data).findings.map((finding) => `${finding.check}: ${finding.rows}`);

test('check finds nothing wrong with a clean market', () => {
  assert.deepEqual(found(clean), []);
  check(clean).strict();
});

test('check names kind and row (from 1) of every fault, and repair drops exactly those rows', () => {
  const date = clean.numbers('date');
  const faults: [Dataset, string][] = [
    [changed('close', 4, -1), 'non-positive close: 5'],
    [changed('volume', 4, -1), 'negative volume: 5'],
    [changed('high', 7, 0.001), 'high < low: 8'],
    [changed('close', 9, Number.POSITIVE_INFINITY), 'infinite close: 10'],
    [changed('date', 20, date[19]!), 'duplicate date: 21'],
    [changed('date', 99, 40_000), 'future date: 100'],
    [changed('date', 50, -2147483648), 'missing date: 51'],
    [changed('symbol', 50, -1), 'missing symbol: 51'],
  ];
  for (const [data, expected] of faults) {
    const report = check(data);
    assert.ok(found(data).includes(expected), `${expected} not in ${found(data).join(' | ')}`);
    assert.throws(() => report.strict(), { code: 'data-faulty' });
    const { dataset, dropped } = report.repair();
    assert.equal(dropped, 1);
    assert.ok(check(dataset).passed);
  }
});

test('check warns of gaps, symbols that end early, unsorted rows and columns that know the next return', () => {
  const gap = clean.filter((row) => row < 20 || row > 40);
  assert.ok(found(gap).includes('gap: 21'));
  assert.ok(found(clean.filter((row) => row < 150)).some((finding) => finding.startsWith('ends early')));
  assert.ok(found(clean.take([...Array(200).keys()].reverse())).some((finding) => finding.startsWith('unsorted')));
  const close = clean.numbers('close');
  const leak = Float64Array.from(close, (value, row) => (row % 100 < 99 ? Math.log(close[row + 1]! / value) : 0));
  const leaking = clean.withColumns({ leak: { kind: 'number', values: leak } });
  assert.deepEqual(found(leaking), ['leak knows the future: 1']);
  assert.ok(check(leaking).passed, 'a warning is no error');
});
