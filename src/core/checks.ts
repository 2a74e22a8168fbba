import { ReluctantError } from './errors';
import { closest } from './names';

/** Throws unless `value` is a finite number inside [low, high]. */
export function checkNumber(operation: string, name: string, value: unknown, low = -Infinity, high = Infinity): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high) return value;
  throw new ReluctantError({
    code: 'number-out-of-range',
    operation,
    problem: `${name} is not usable`,
    received: value,
    expected: `a number ${range(low, high)}`,
  });
}

/** Throws unless `value` is a whole number inside [low, high]. */
export function checkInteger(
  operation: string,
  name: string,
  value: unknown,
  low = -Infinity,
  high = Infinity,
): number {
  if (Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high) return value as number;
  throw new ReluctantError({
    code: 'integer-out-of-range',
    operation,
    problem: `${name} is not usable`,
    received: value,
    expected: `a whole number ${range(low, high)}`,
  });
}

/** Throws unless `value` is one of `choices`, naming them all. */
export function checkChoice<T extends string>(
  operation: string,
  name: string,
  value: unknown,
  choices: readonly T[],
): T {
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  const near = typeof value === 'string' ? closest(value, choices) : undefined;
  throw new ReluctantError({
    code: 'unknown-choice',
    operation,
    problem: `unknown ${name}`,
    received: value,
    expected: `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`,
    ...(near !== undefined && { fix: `did you mean "${near}"?` }),
  });
}

function range(low: number, high: number): string {
  if (low > -Infinity && high < Infinity) return `from ${low} to ${high}`;
  if (low > -Infinity) return `of at least ${low}`;
  return high < Infinity ? `of at most ${high}` : 'that is finite';
}
