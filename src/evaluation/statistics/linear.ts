import { checkRows, type Numbers } from './rows';

/** How much of a column a straight line through the inputs explains. */
export interface LinearFit {
  /** R squared on the rows it was fitted to, in [0, 1]; NaN when the targets are constant. */
  rSquared: number;
  /** F statistic of "no input matters": about 1 when the inputs and the targets are unrelated (Fisher 1922). */
  f: number;
  /** Inputs that vary, and rows. */
  inputs: number;
  rows: number;
}

/**
 * Least squares of the targets on the inputs with an intercept: the simplest thing a network has to beat, and a test of
 * whether inputs and targets belong together at all.
 *
 * @param inputs row-major `[rows * features]`; constant and non-finite columns are left out.
 * @param targets one per row.
 * @example
 * linearFit([1, 2, 3, 4], [2, 4, 6, 8.1]).rSquared > 0.99; // true
 */
export function linearFit(inputs: Numbers, targets: Numbers): LinearFit {
  const rows = checkRows('linearFit', 'targets', targets);
  const width = inputs.length / rows;
  const columns = standardized(inputs, rows, width);
  const y = standardize(Float64Array.from(targets));
  const n = columns.length;
  if (!y) return { rSquared: Number.NaN, f: Number.NaN, inputs: n, rows };
  // A ridge of 1e-8 keeps collinear columns solvable and does not show in four digits.
  const normal = columns.map((a, i) => columns.map((b, j) => dot(a, b) / rows + (i === j ? 1e-8 : 0)));
  const right = columns.map((a) => dot(a, y) / rows);
  const weights = solve(normal, right);
  const explained = Math.max(
    0,
    Math.min(
      1,
      weights.reduce((sum, w, k) => sum + w * right[k]!, 0),
    ),
  );
  const left = rows - n - 1;
  const f = n > 0 && left > 0 ? explained / n / ((1 - explained) / left) : Number.NaN;
  return { rSquared: explained, f, inputs: n, rows };
}

function standardized(inputs: Numbers, rows: number, width: number): Float64Array[] {
  return Array.from({ length: width }, (_, c) =>
    standardize(Float64Array.from({ length: rows }, (_, k) => inputs[k * width + c]!)),
  ).filter((column) => column !== undefined);
}

/** Zero mean and unit variance; nothing for a column that does not vary or is not finite. */
function standardize(column: Float64Array): Float64Array | undefined {
  const mean = column.reduce((a, b) => a + b, 0) / column.length;
  const std = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length);
  return std > 1e-12 * Math.abs(mean) && Number.isFinite(std) ? column.map((value) => (value - mean) / std) : undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  const a = matrix.map((row, k) => [...row, right[k]!]);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r]![c]!) > Math.abs(a[pivot]![c]!)) pivot = r;
    [a[c], a[pivot]] = [a[pivot]!, a[c]!];
    for (let r = c + 1; r < n; r++) {
      const factor = a[r]![c]! / a[c]![c]!;
      if (factor !== 0) for (let k = c; k <= n; k++) a[r]![k]! -= factor * a[c]![k]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let r = n - 1; r >= 0; r--) {
    let sum = a[r]![n]!;
    for (let k = r + 1; k < n; k++) sum -= a[r]![k]! * x[k]!;
    x[r] = sum / a[r]![r]!;
  }
  return x;
}
