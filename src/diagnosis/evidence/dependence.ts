import type { Matrix } from './references';

/** Bins of a column that targets are compared between. */
const BINS = 8;
/** Rows by which targets are moved against the inputs, to find data that were joined a few rows off. */
const SHIFTS = [-3, -2, -1, 1, 2, 3];

/** Whether inputs and targets have anything to do with each other, tested without a model. */
export interface Dependence {
  /** Chance of a relation as strong between unrelated columns, over all columns tested. */
  chance: number;
  /** Rows by which the targets have to be moved for a relation that is far stronger, where there is one. */
  shift?: { rows: number; chance: number };
}

/**
 * Tests every column against the targets by the correlation ratio over bins of equal counts (Pearson 1905), which sees bent
 * relations, and all columns together by the F test of a line; chances are corrected for the number of tests (Bonferroni).
 *
 * @param lineShare share of the targets' variance that a line explains on the rows it was fitted to.
 */
export function dependence(inputs: Matrix, targets: Matrix, lineShare: number, isInOrder: boolean): Dependence {
  const tested = Math.max(1, Math.min(inputs.columns, 200));
  const bins = Array.from({ length: Math.min(inputs.columns, tested) }, (_, c) => binsOf(inputs, c));
  const ofColumns = (shift: number) =>
    Math.min(1, tested * Math.min(1, ...bins.map((own) => chanceOfRatio(own, targets, shift))));
  const together =
    inputs.columns * 5 < inputs.rows ? chanceOfChiSquare(inputs.rows * Math.max(0, lineShare), inputs.columns) : 1;
  const chance = Math.min(1, 2 * Math.min(together, ofColumns(0)));
  if (!isInOrder || chance < 1e-3) return { chance };
  const moved = SHIFTS.map((rows) => ({ rows, chance: Math.min(1, SHIFTS.length * ofColumns(rows)) }));
  const best = moved.reduce((a, b) => (b.chance < a.chance ? b : a));
  return best.chance < 1e-6 ? { chance, shift: best } : { chance };
}

function binsOf({ values, rows, columns }: Matrix, column: number): Uint8Array {
  const order = Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => values[a * columns + column]! - values[b * columns + column]!,
  );
  const bins = new Uint8Array(rows);
  let previous = Number.NaN;
  let bin = 0;
  order.forEach((row, place) => {
    const value = values[row * columns + column]!;
    // Equal values share a bin.
    if (value !== previous) bin = Math.min(BINS - 1, Math.floor((place * BINS) / rows));
    bins[row] = bin;
    previous = value;
  });
  return bins;
}

function chanceOfRatio(bins: Uint8Array, { values, rows, columns }: Matrix, shift: number): number {
  const [from, to] = [Math.max(0, -shift), Math.min(rows, rows - shift)];
  const n = to - from;
  let least = 1;
  for (let c = 0; c < Math.min(columns, 10); c++) {
    const [sums, counts] = [new Float64Array(BINS), new Float64Array(BINS)];
    let [sum, squares] = [0, 0];
    for (let row = from; row < to; row++) {
      const y = values[(row + shift) * columns + c]!;
      sums[bins[row]!]! += y;
      counts[bins[row]!]! += 1;
      sum += y;
      squares += y * y;
    }
    const spread = squares - (sum * sum) / n;
    let between = -(sum * sum) / n;
    let groups = 0;
    for (let k = 0; k < BINS; k++) {
      if (counts[k] === 0) continue;
      between += sums[k]! ** 2 / counts[k]!;
      groups++;
    }
    if (spread > 0 && groups > 1)
      least = Math.min(least, Math.min(columns, 10) * chanceOfChiSquare((n * between) / spread, groups - 1));
  }
  return least;
}

/** Upper tail of the chi-square law by the cube root (Wilson and Hilferty 1931). */
export function chanceOfChiSquare(value: number, degrees: number): number {
  const z = (Math.cbrt(value / degrees) - (1 - 2 / (9 * degrees))) / Math.sqrt(2 / (9 * degrees));
  const t = 1 / (1 + 0.3275911 * (Math.abs(z) / Math.SQRT2));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  // Abramowitz and Stegun 1964, 7.1.26.
  const tail = 0.5 * series * Math.exp((-z * z) / 2);
  return z > 0 ? tail : 1 - tail;
}
