import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { census } from '../../src/evaluation';
import { Tally } from '../../src/inspection/tally';

const near = (actual: number, wanted: number) =>
  assert.ok(
    Object.is(actual, wanted) || Math.abs(actual - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
    `${actual} is not ${wanted}`,
  );

const value = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(0, Number.NaN, Infinity, -Infinity),
);

test('a tally in pieces says what census says of the whole, unit by unit and together', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(value, { maxLength: 60 }), fc.nat(20), (units, all, cut) => {
      const rows = Math.floor(all.length / units);
      const values = all.slice(0, rows * units);
      const at = Math.min(rows, cut) * units;
      const tally = new Tally(units);
      tally.add(values.slice(0, at), 2);
      tally.add(values.slice(at), 2);
      const wanted = census(values);
      const total = tally.total();
      for (const key of ['count', 'nan', 'infinite', 'zeros', 'mean', 'std', 'min', 'max'] as const)
        near(total[key], wanted[key]);
      for (let unit = 0; unit < units && rows > 0; unit++) {
        const own = values.filter((_, k) => k % units === unit);
        near(tally.of(unit).mean, census(own).mean);
        near(tally.of(unit).active, own.filter((one) => one > 0).length);
        near(tally.beyondShare(unit), own.filter((one) => Math.abs(one) > 2).length / own.length);
      }
    }),
  );
});
