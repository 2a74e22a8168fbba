import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as flechette from '@uwdata/flechette';
import * as arquero from 'arquero';
import { ReluctantError } from '../../src/core';
import { fromTable, makeSamples, toMarket } from '../../src/data';
import { market } from '../../src/synthetic';

const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;
const prices = market({ symbols: 2, days: 60, seed: 7 });
const rows = Array.from({ length: prices.rows }, (_, row) => prices.row(row) as Record<string, unknown>);
const arrow = flechette.tableFromArrays(
  Object.fromEntries(
    prices.names.map((name) => [
      name,
      rows.map((row) => (name === 'date' ? new Date(row[name] as string) : row[name])),
    ]),
  ) as Record<string, unknown[]>,
  { types: { date: flechette.dateDay() } },
);

const tables: Record<string, unknown> = {
  'arquero, through and through': prices.toArquero(),
  'arquero, of its own making': arquero.from(rows),
  danfojs: prices.toDanfo(),
  'Arrow of flechette': arrow,
  'rows as objects': rows,
  'columns by name': Object.fromEntries(prices.names.map((name) => [name, prices.values(name)])),
};
for (const [kind, table] of Object.entries(tables))
  test(`a table (${kind}) comes in with the kinds and values it went out with`, () => {
    const back = fromTable(table);
    assert.deepEqual(back.names, prices.names);
    for (const name of prices.names) {
      assert.equal(back.column(name).kind, prices.column(name).kind, name);
      assert.deepEqual(back.values(name), prices.values(name), name);
    }
    assert.equal(toMarket(back).rows, prices.rows);
  });

test('what arquero has filtered and sorted comes in so, and can be trained on', () => {
  const sorted = prices
    .toArquero()
    .filter((row: { symbol: string }) => row.symbol === 'S01')
    .orderby(arquero.desc('date'));
  const back = fromTable(sorted);
  assert.equal(back.rows, 60);
  assert.ok((back.numbers('date')[0] as number) > (back.numbers('date')[59] as number));
  assert.ok(
    makeSamples(fromTable(prices.toArquero()), { window: 8, horizon: 2, features: ['close'] }).training.size > 0,
  );
});

test('missing values, large integers and texts are what they are', () => {
  const data = fromTable({ close: [1, null, Number.NaN], id: [1n, 2n ** 60n, 3n], code: ['000001', 'NA', 'x'] });
  assert.deepEqual(data.values('close'), [1, undefined, undefined]);
  assert.deepEqual(data.values('id'), ['1', '1152921504606846976', '3']);
  assert.equal(data.values('code')[0], '000001');
});

test('what is no table is refused', () => {
  for (const wrong of [null, 3, 'a,b', [], {}, [1, 2], { close: 3 }])
    assert.throws(() => fromTable(wrong), code('table-unknown'));
  assert.throws(() => fromTable({ a: [1, 2], b: [1] }), code('length-mismatch'));
  assert.throws(() => fromTable({ date: ['01/02/2024'], close: [1] }), code('date-ambiguous'));
});
