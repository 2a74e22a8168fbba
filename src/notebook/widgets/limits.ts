import { checkNumber, ReluctantError } from '../../core';

/** Takes the noise of binary fractions off a computed number: 0.30000000000000004 becomes 0.3. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** The number between the limits that is nearest to `value`. */
export function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

/** Throws unless `value` is a number between the limits, and a whole one where `integer`. */
export function checkValue(value: unknown, min: number, max: number, integer: boolean): number {
  const number = checkNumber('widgets', 'value', value, min, max);
  if (!integer || Number.isInteger(number)) return number;
  throw new ReluctantError({
    code: 'integer-out-of-range',
    operation: 'widgets',
    problem: 'value is not usable',
    received: value,
    expected: 'a whole number',
  });
}

/** Throws unless min and max are numbers from `low` to `high` and min is not above max. */
export function checkRange(operation: string, min: number, max: number, low = -Infinity, high = Infinity): void {
  const usable = (limit: unknown) => typeof limit === 'number' && limit >= low && limit <= high;
  if (usable(min) && usable(max) && min <= max) return;
  throw new ReluctantError({
    code: 'range-empty',
    operation,
    problem: 'the limits are not usable',
    received: { min, max },
    expected: `numbers with min not above max${low === Number.MIN_VALUE ? ', both above 0 (the scale is logarithmic)' : ''}`,
  });
}
