import { ReluctantError } from '../../core';

/**
 * Throws unless every key of `options` is one of `allowed`: an option that is not understood is a mistake, not a wish.
 *
 * @returns the options themselves.
 */
export function checkOptions<T extends object>(
  operation: string,
  options: T,
  allowed: readonly (keyof T & string)[],
): T {
  for (const key of Object.keys(options)) {
    if ((allowed as readonly string[]).includes(key)) continue;
    const near = allowed.find((name) => distance(name.toLowerCase(), key.toLowerCase()) <= Math.max(1, key.length / 3));
    throw new ReluctantError({
      code: 'unknown-option',
      operation,
      problem: `there is no option "${key}"`,
      expected: allowed.join(', '),
      ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
    });
  }
  return options;
}

/** How many letters must be changed, added or left out (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
