import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { after, test } from 'node:test';
import fc from 'fast-check';
import {
  compareRecords,
  hasMoved,
  type NumberRecord,
  readRecords,
  recordsOf,
  recordsTable,
  writeRecords,
} from '../../src/cli/run/records';
import { Desk } from './notebooks';

const desk = new Desk();
after(() => desk.remove());

const records = (values: Record<string, number | string>, tolerance = 0) =>
  new Map<string, NumberRecord>(Object.entries(values).map(([name, value]) => [name, { value, tolerance }]));
const verdict = (before: number | string, now: number | string, tolerance = 0) =>
  compareRecords(records({ x: before }), records({ x: now }, tolerance))[0]!.verdict;

test('compareRecords judges by the tolerance that the notebook states', () => {
  assert.equal(verdict(1, 1), 'same');
  assert.equal(verdict(1, 1 + Number.EPSILON), 'moved');
  assert.equal(verdict(1, 1.25, 0.25), 'within tolerance');
  assert.equal(verdict(1, 0.75, 0.25), 'within tolerance');
  assert.equal(verdict(1, 1.5, 0.25), 'moved');
  assert.equal(verdict('NaN', 'NaN'), 'same');
  assert.equal(verdict(1, 'NaN', 10), 'moved');
  assert.equal(verdict('Infinity', '-Infinity', 10), 'moved');
  assert.equal(verdict(0, -0), 'same');
});

test('compareRecords names numbers that are missing and numbers that are new, and both fail', () => {
  const missing = compareRecords(records({ a: 1, b: 2 }), records({ a: 1 }));
  assert.deepEqual(
    missing.map((row) => row.verdict),
    ['same', 'missing'],
  );
  assert.ok(hasMoved(missing));
  assert.match(recordsTable(missing), /1 of 2 the same[\s\S]*b .*missing/);
  const more = compareRecords(new Map(), records({ constructor: 1 }));
  assert.deepEqual(
    more.map((row) => [row.name, row.verdict]),
    [['constructor', 'new']],
  );
  assert.ok(hasMoved(more));
  assert.ok(!hasMoved([]));
});

test('writeRecords and readRecords keep every number exactly, under any name', () => {
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('NaN', 'Infinity'));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), number)), (pairs) => {
      const written = new Map(
        pairs.map(([name, value]) => [name, { value: Object.is(value, -0) ? 0 : value, tolerance: 0 }]),
      );
      writeRecords(desk.path('n.ipynb'), written);
      const read = readRecords(desk.path('n.ipynb'))!;
      assert.deepEqual(new Map([...read].sort()), new Map([...written].sort()));
    }),
    { numRuns: 50 },
  );
  assert.equal(readRecords(desk.path('absent.ipynb')), undefined);
  for (const text of ['{', '[1]', '{"a": 1}', '{"a": {"value": "many", "tolerance": 0}}', 'null']) {
    fs.writeFileSync(desk.path('bad.records.json'), text);
    assert.throws(() => readRecords(desk.path('bad.ipynb')), { code: 'records-not-valid' }, text);
  }
});

test('recordsOf refuses two numbers of one name', () => {
  const twice = { notebook: 'n.ipynb', outputs: () => [1, 2].map((value) => ({ name: 'x', value, tolerance: 0 })) };
  assert.throws(() => recordsOf(twice), { code: 'record-twice' });
});
