import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { linearFit } from '../../src/evaluation';

// Longley (1967), the ill-conditioned set of the Statistical Reference Datasets of NIST; its certified values for
// y = b0 + b1 x1 + ... + b6 x6 are R squared 0.995479004577296 and F 330.285339234588
// (https://www.itl.nist.gov/div898/strd/lls/data/LINKS/DATA/Longley.dat).
const LONGLEY = [
  [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
  [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
  [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
  [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
  [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
  [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
  [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
  [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
  [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
  [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
  [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
  [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
  [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
  [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
  [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
  [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
];

test("linearFit agrees with NIST's certified values for Longley's data", () => {
  const { rSquared, f, inputs, rows } = linearFit(
    LONGLEY.flatMap((row) => row.slice(1)),
    LONGLEY.map(([y]) => y!),
  );
  assert.deepEqual([inputs, rows], [6, 16]);
  // The ridge that keeps collinear columns solvable costs the last digits where columns are as collinear as these.
  assert.ok(Math.abs(rSquared - 0.995479004577296) < 1e-6, String(rSquared));
  assert.ok(Math.abs(f / 330.285339234588 - 1) < 1e-4, String(f));
});

test('linearFit explains a straight line wholly, ignores columns that say nothing, and is NaN for constant targets', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 5, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (x, slope) => {
        fc.pre(new Set(x).size > 2);
        const fit = linearFit(
          x.flatMap((value) => [value, 7, Number.NaN]),
          x.map((value) => slope * value - 3),
        );
        assert.equal(fit.inputs, 1);
        assert.ok(fit.rSquared > 1 - 1e-6);
        assert.ok(
          Number.isNaN(
            linearFit(
              x,
              x.map(() => 4),
            ).rSquared,
          ),
        );
      },
    ),
  );
});
