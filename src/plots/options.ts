import { checkNumber, ReluctantError } from '../core';
import { WIDTH } from './template';

/** Options that every figure of the catalogue takes. */
export interface DrawingOptions {
  title?: string;
  subtitle?: string;
  /** Width in pixels, 320 to 2,000. Default 860; narrow ones set their panels one under the other. */
  width?: number;
}

/** The width that is asked for, checked. */
export function widthOf(operation: string, { width }: DrawingOptions): number {
  return checkNumber(operation, 'width', width ?? WIDTH, 320, 2000);
}

/** Throws unless there is something to draw. */
export function checkRows(operation: string, rows: ArrayLike<unknown>, what: string, expected: string): void {
  if (rows.length > 0) return;
  throw new ReluctantError({
    code: 'rows-empty',
    operation,
    problem: `there are no ${what} to draw`,
    expected: `at least one ${expected}`,
  });
}

/** Throws unless two columns pair row by row. */
export function checkLengths(
  operation: string,
  where: Record<string, string | number>,
  lengths: Record<string, number>,
): void {
  if (new Set(Object.values(lengths)).size <= 1) return;
  throw new ReluctantError({
    code: 'lengths-differ',
    operation,
    problem: 'columns of one series have different lengths',
    where,
    received: lengths,
    expected: 'one value each per row, in the same order',
  });
}
