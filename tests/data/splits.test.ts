import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReluctantError } from '../../src/core';
import { splitByTime } from '../../src/data';

const days = Array.from({ length: 10 }, (_, k) => k);

test('splitByTime purges labels that reach into the next part and keeps rows of one date together', () => {
  const starts = days.flatMap((day) => [day, day]);
  const split = splitByTime(
    starts,
    starts.map((day) => day + 2),
    { training: 0.5, validation: 0.3 },
  );
  const at = (rows: Int32Array) => [...new Set([...rows].map((row) => starts[row]!))];
  assert.deepEqual(at(split.training), [0, 1, 2]);
  assert.deepEqual(at(split.validation), [5]);
  assert.deepEqual(at(split.test), [8, 9]);
  assert.deepEqual(at(split.purged), [3, 4, 6, 7]);
});

test('splitByTime leaves the embargo out at the start of validation and test', () => {
  const split = splitByTime(days, days, { training: 0.4, validation: 0.4, embargo: 1 });
  assert.deepEqual([...split.validation], [5, 6, 7]);
  assert.deepEqual([...split.test], [9]);
  assert.deepEqual([...split.embargoed], [4, 8]);
});

test('splitByTime never lets a training label end in or after validation, for any data', () => {
  const sample = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 30, maxLength: 100 }),
      fc.integer({ min: 0, max: 3 }),
      (data, embargo) => {
        const starts = data.map(([start]) => start);
        const ends = data.map(([start, length]) => start + length);
        let split: ReturnType<typeof splitByTime>;
        try {
          split = splitByTime(starts, ends, { training: 0.5, validation: 0.25, embargo });
        } catch (error) {
          assert.ok(error instanceof ReluctantError && error.code === 'split-empty');
          return;
        }
        const first = (rows: Int32Array) => Math.min(...[...rows].map((k) => starts[k]!));
        const last = (rows: Int32Array) => Math.max(-1, ...[...rows].map((k) => ends[k]!));
        assert.ok(last(split.training) < first(split.validation));
        assert.ok(split.test.length === 0 || last(split.validation) < first(split.test));
        const all = Object.values(split as unknown as Record<string, Int32Array>).flatMap((rows) => [...rows]);
        assert.equal(new Set(all).size, data.length);
        assert.equal(all.length, data.length);
      },
    ),
  );
});
