import { ReluctantError } from '../../core';

/** Numbers in a row: a plain array or any typed array. */
export type Numbers = ArrayLike<number>;

/** Throws unless there is at least one row. */
export function checkRows(operation: string, name: string, values: Numbers): number {
  if (values.length > 0) return values.length;
  throw new ReluctantError({
    code: 'no-rows',
    operation,
    problem: `${name} has 0 rows`,
    expected: 'at least 1 row',
  });
}

/** Throws unless `targets` and `predictions` have the same number of rows, at least one. */
export function checkPairs(operation: string, targets: Numbers, predictions: Numbers): number {
  checkRows(operation, 'targets', targets);
  if (targets.length === predictions.length) return targets.length;
  throw new ReluctantError({
    code: 'length-mismatch',
    operation,
    problem: 'targets and predictions have different lengths',
    received: { targets: targets.length, predictions: predictions.length },
    expected: 'one prediction per target, in the same order',
    fix: 'flatten [rows, 1] tensors on both sides; [rows] against [rows, 1] broadcasts silently elsewhere',
  });
}

/**
 * A copy of a column that may hold finite numbers only.
 *
 * @throws ReluctantError `too-few-rows`, or `not-finite` naming the first row that is not.
 */
export function finiteRows(operation: string, name: string, values: Numbers, least = 1): Float64Array {
  if (!(values?.length >= 0) || typeof values === 'string') {
    throw new ReluctantError({
      code: 'not-a-column',
      operation,
      problem: `${name} is no column of numbers`,
      received: values,
      expected: 'an array of numbers',
    });
  }
  if (!(values.length >= least)) {
    throw new ReluctantError({
      code: 'too-few-rows',
      operation,
      problem: `${name} has ${values.length} rows`,
      expected: `at least ${least}`,
    });
  }
  const column = Float64Array.from(values);
  const row = column.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return withinReach(operation, name, column);
  throw new ReluctantError({
    code: 'not-finite',
    operation,
    problem: `${name} holds a value that is not a finite number`,
    where: { row },
    received: values[row],
    expected: 'finite numbers',
    fix: 'leave such rows out of every column, or say with 0 that nothing was earned',
  });
}

/** The largest number, and the smallest that is not 0, of which squares and their sums can still be told. */
const [MOST, LEAST] = [1e100, 1e-100];

/** Throws where squares of the column would be infinite, or all of them 0 though the values are not. */
function withinReach(operation: string, name: string, column: Float64Array): Float64Array {
  let [most, row] = [0, -1];
  for (const [k, value] of column.entries()) if (Math.abs(value) > most) [most, row] = [Math.abs(value), k];
  if (most === 0 || (most <= MOST && most >= LEAST)) return column;
  throw new ReluctantError({
    code: 'number-out-of-range',
    operation,
    problem: `${name} holds numbers whose squares cannot be told`,
    where: { row },
    received: column[row],
    expected: `numbers whose largest is between ${LEAST} and ${MOST}`,
    fix: 'say them in another unit',
  });
}

/**
 * Columns of one length as copies, one per strategy or model.
 *
 * @param columns `columns[n][t]`: column n at time t.
 * @throws ReluctantError `too-few-columns`, `length-mismatch`, and those of {@link finiteRows}.
 */
export function finiteColumns(
  operation: string,
  name: string,
  columns: readonly Numbers[],
  least: { columns: number; rows: number },
): Float64Array[] {
  if (!Array.isArray(columns) || columns.length < least.columns || columns.some((column) => !(column?.length >= 0))) {
    throw new ReluctantError({
      code: 'too-few-columns',
      operation,
      problem: `${name} are not ${least.columns} columns or more`,
      received: Array.isArray(columns) ? `${columns.length} columns` : columns,
      expected: `at least ${least.columns} arrays of numbers, one per ${name.replace(/ies$/, 'y').replace(/s$/, '')}`,
    });
  }
  const rows = columns[0]!.length;
  return columns.map((column, k) => {
    if (column.length !== rows) {
      throw new ReluctantError({
        code: 'length-mismatch',
        operation,
        problem: `${name} have different lengths`,
        where: { column: k },
        received: column.length,
        expected: `${rows} rows, as the first has`,
      });
    }
    return finiteRows(operation, `column ${k} of ${name}`, column, least.rows);
  });
}
