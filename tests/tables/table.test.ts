import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, formatNumber, formatShare, Table } from '../../src/tables';

const table = new Table([
  { head: 'volatility', zeros: 1, mean: 0.00123456 },
  { head: '<b>magnitude</b>', zeros: 0, mean: Number.NaN },
]);

test('Table prints aligned text with every value, NaN included', () => {
  const lines = table.toString().split('\n');
  assert.equal(lines.length, 4);
  assert.match(lines[3]!, /NaN/);
  assert.match(lines[2]!, /0\.001235/);
});

test('Table escapes values in HTML', () => {
  assert.ok(table.toHTML().includes('&lt;b&gt;magnitude&lt;/b&gt;'));
  assert.ok(!table.toHTML().includes('<b>'));
});

test('Table exports full precision and quotes what CSV must quote', () => {
  const csv = new Table([{ name: 'a,"b"', value: 0.1 + 0.2 }]).toCSV();
  assert.equal(csv, 'name,value\n"a,""b""",0.30000000000000004\n');
});

test('Table leaves out the middle of a long table on screen only', () => {
  const long = new Table(
    Array.from({ length: 100 }, (_, k) => ({ k })),
    { maxRows: 10 },
  );
  assert.match(long.toString(), /90 more/);
  assert.equal(long.toCSV().split('\n').length, 102);
});

test('formatNumber keeps four significant digits and names what is not finite', () => {
  assert.equal(formatNumber(1234567), '1,234,567');
  assert.equal(formatNumber(0.000012345), '1.234e-5');
  assert.equal(formatNumber(-Infinity), '-∞');
});

test('Table shows a column whose name every object has', () => {
  assert.match(new Table([{ constructor: 1, toString: 2 }]).toString(), /constructor {2}toString/);
});

test('Table.select keeps the named columns, in the order given', () => {
  const kept = table.select('zeros', 'head');
  assert.deepEqual(kept.columns, ['zeros', 'head']);
  assert.equal(kept.rows.length, 2);
});

test('Table.where keeps rows, look and columns', () => {
  const kept = new Table(
    [
      { head: 'a', zeros: 1 },
      { head: 'b', zeros: 0 },
    ],
    { title: 'Zeros' },
  ).where(({ zeros }) => zeros === 0);
  assert.deepEqual(kept.rows, [{ head: 'b', zeros: 0 }]);
  assert.match(kept.toString(), /^Zeros/);
  assert.match(kept.where(() => false).toString(), /no rows/);
});

test('formatShare shows a tenth of a per cent, and a hundredth near nothing and near all', () => {
  const shares = [0, 0.0012, 0.123, 0.9951, 1, 1.234, -0.0012, -1.07, Number.NaN];
  assert.deepEqual(shares.map(formatShare), [
    '0 %',
    '0.12 %',
    '12.3 %',
    '99.51 %',
    '100 %',
    '123.4 %',
    '-0.12 %',
    '-107.0 %',
    'NaN',
  ]);
});

test('formatDuration shows two units at most', () => {
  const seconds = [0.04, 9.94, 10.4, 59.4, 59.6, 61, 3599, 7440, Number.POSITIVE_INFINITY];
  assert.deepEqual(seconds.map(formatDuration), [
    '0.0 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 0 s',
    '1 min 1 s',
    '59 min 59 s',
    '2 h 4 min',
    '?',
  ]);
});
