import { ReluctantError } from './errors';

/**
 * The choice that a misspelt name was probably meant to be: the nearest by letters changed, if it is near at all.
 *
 * @param limit letters that may differ; default a third of the name's.
 */
export function closest(
  name: string,
  choices: readonly string[],
  limit = Math.max(1, name.length / 3),
): string | undefined {
  const near = choices.map((choice) => ({ choice, letters: distance(choice.toLowerCase(), name.toLowerCase()) }));
  near.sort((a, b) => a.letters - b.letters);
  return near[0] && near[0].letters <= limit ? near[0].choice : undefined;
}

/** How a name that is not understood is refused. */
export interface NameCheck {
  code?: string;
  /** Kind of the names, for the message. Default `option`. */
  kind?: string;
  where?: Readonly<Record<string, string | number>>;
  fix?: string;
}

/**
 * Throws unless every key of `given` is one of `allowed`: a name that is not understood is a mistake, not a wish. A key with the
 * value undefined counts as left out.
 */
export function checkNames(
  operation: string,
  given: object,
  allowed: readonly string[],
  { code = 'unknown-option', kind = 'option', where, fix }: NameCheck = {},
): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || allowed.includes(name)) continue;
    const near = closest(name, allowed);
    const mend = near === undefined ? fix : `did you mean "${near}"?`;
    throw new ReluctantError({
      code,
      operation,
      problem: `there is no ${kind} "${name}"`,
      ...(where && { where }),
      received: name,
      expected: allowed.length > 0 ? `one of ${allowed.join(', ')}` : 'none',
      ...(mend !== undefined && { fix: mend }),
    });
  }
}

/**
 * A name as layers of tfjs may have it: letters of ASCII, digits, `.`, `-`, `_` and `/`, not `_` first. What is allowed stays as it is.
 *
 * @example
 * layerName('vol 5d'); // 'vol_5d'
 */
export function layerName(name: string): string {
  const plain = name.replace(/[^\w./-]/g, '_');
  return /^[A-Za-z0-9.]/.test(plain) ? plain : `layer${plain}`;
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
