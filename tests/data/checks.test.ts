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
    [changed('date', 0, -200_000), 'ancient date: 1'],
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

// One fault each, made in a clean series by hand, and the clean twin on which the check is silent.
const prices = ['open', 'high', 'low', 'close'] as const;
const one = market({ symbols: 1, days: 120, seed: 5 });
const scaled = (rows: (row: number) => boolean, factor: number, names: readonly string[] = prices): Dataset =>
  one.withColumns(
    Object.fromEntries(
      names.map((name) => [
        name,
        {
          kind: 'number',
          values: Float64Array.from(one.numbers(name), (value, row) => (rows(row) ? value * factor : value)),
        },
      ]),
    ),
  );
const withDates = (dayOf: (row: number) => number): Dataset =>
  one.withColumns({ date: { kind: 'date', values: Int32Array.from({ length: one.rows }, (_, row) => dayOf(row)) } });

const faults: [name: string, data: Dataset, expected: string][] = [
  ['a split of 7:1', scaled((row) => row >= 60, 1 / 7), 'split: 61'],
  ['a split of 10:1', scaled((row) => row >= 60, 1 / 10), 'split: 61'],
  ['a reverse split of 1:5', scaled((row) => row >= 60, 5), 'split: 61'],
  ['a close in cents', scaled((row) => row === 30, 100), 'unit error: 31'],
  ['a row a thousand times too small', scaled((row) => row === 30, 1e-3), 'unit error: 31'],
  ['a spike', scaled((row) => row === 30, 2.7), 'spike: 31'],
  ['another symbol from a row on', scaled((row) => row >= 60, 17.3), 'jump: 61'],
  ['an open in another unit', scaled(() => true, 100, ['open']), 'scale of open: 1'],
  ['a missing close', changed('close', 4, Number.NaN), 'missing close: 5'],
  ['a missing volume', changed('volume', 8, Number.NaN), 'missing volume: 9'],
  ['a volume of zero', changed('volume', 8, 0), 'volume of zero: 9'],
  [
    'bars that stand still',
    one.take(Int32Array.from({ length: 120 }, (_, row) => (row > 50 && row < 60 ? 50 : row))),
    'stale: 52',
  ],
  ['a row on a Saturday', withDates((row) => (row === 4 ? 16445 : one.numbers('date')[row]!)), 'weekend row: 5'],
  [
    'weekly rows after daily ones',
    withDates((row) => (row < 60 ? one.numbers('date')[row]! : one.numbers('date')[59]! + 7 * (row - 59))),
    'frequency changes: 61',
  ],
  ['a column twice', one.withColumns({ copy: one.column('close') }), 'copy = close: 1'],
  [
    'the close of the next row',
    one.withColumns({
      ahead: {
        kind: 'number',
        values: Float64Array.from(one.numbers('close'), (_, row) => one.numbers('close')[row + 1] ?? Number.NaN),
      },
    }),
    'ahead is the next close: 1',
  ],
  [
    'a date after that of its row',
    one.withColumns({
      published: {
        kind: 'date',
        values: Int32Array.from(one.numbers('date'), (day, row) => (row === 6 ? day + 2 : day)),
      },
    }),
    'published ahead: 7',
  ],
];

for (const [name, data, expected] of faults) {
  test(`check sees ${name}, with its row`, () => {
    const findings = found(data);
    assert.ok(
      findings.some((finding) => finding === expected || finding.startsWith(`${expected},`)),
      `${expected} not in ${findings.join(' | ')}`,
    );
  });
}

test('check is silent on the clean twins: wild but honest series, markets that never close, rows that stand still for a day', () => {
  assert.deepEqual(found(one), []);
  assert.deepEqual(found(market({ symbols: 3, days: 300, seed: 11, volatility: 0.06 })), []);
  const everyDay = withDates((row) => 16000 + row);
  assert.deepEqual(found(everyDay), []);
  const stillForTwo = one.take(Int32Array.from({ length: 120 }, (_, row) => (row === 51 ? 50 : row)));
  const days = stillForTwo.withColumns({ date: one.column('date') });
  assert.deepEqual(found(days), []);
  const published = one.withColumns({ published: one.column('date') });
  assert.deepEqual(found(published), []);
  const adjusted = one.withColumns({
    adjusted: {
      kind: 'number',
      values: Float64Array.from(one.numbers('close'), (value, row) => value * (row < 60 ? 0.98 : 1)),
    },
  });
  assert.deepEqual(found(adjusted), []);
});

test('check says what it looked at where it finds nothing', () => {
  const text = check(one).toString();
  assert.match(text, /nothing found/);
  for (const what of ['splits', 'missing', 'weekends', 'repeated dates', 'the next row'])
    assert.ok(text.includes(what), what);
});

test('repeated dates without a symbol are no rows to drop: repair refuses, and says how to name the symbols', () => {
  const two = market({ symbols: 2, days: 50, seed: 3 });
  const flat = two.select(two.names.filter((name) => name !== 'symbol')).withColumns({ firm: two.column('symbol') });
  const report = check(flat);
  assert.ok(!report.passed);
  assert.ok(report.findings.some(({ check: kind }) => kind === 'repeated date without a symbol'));
  assert.throws(() => report.repair(), { code: 'data-beyond-repair' });
  assert.deepEqual(
    check(flat, { columns: { symbol: 'firm' } }).findings.filter(({ severity }) => severity === 'error'),
    [],
  );
});
