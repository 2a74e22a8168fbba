import { ReluctantError } from '../core';

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
