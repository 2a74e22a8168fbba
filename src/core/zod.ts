import type * as Zod from 'zod';
import { lazy } from './lazy';

/** The package zod, loaded on first use: it takes a fifth of the time in which the library is imported. */
export const z: typeof Zod.z = lazy(() => (require('zod') as typeof Zod).z);

/** What zod calls the kinds of JSON, in the words of this project's errors. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  undefined: 'nothing',
};

/**
 * The first thing that does not fit the form of a file, with its place in it, in this project's words.
 *
 * @example
 * formFault(z.object({ epochs: z.number() }).safeParse({ epochs: 'ten' }).error); // 'epochs: expected a number, found a text'
 */
export function formFault(error: Zod.ZodError | undefined): string {
  const [issue] = error?.issues ?? [];
  if (!issue) return 'it is of another form';
  const kind = (name: string | undefined) => KINDS[name ?? ''] ?? name;
  const words = issue.message
    .replace(
      /^Invalid input: expected (\w+), received (\w+)$/,
      (_, to, from) => `expected ${kind(to)}, found ${kind(from)}`,
    )
    .replace(/^Invalid (?:input|option): /, '')
    .replace(/^Too (?:small|big): expected \w+ to (?:be|have) /, 'expected ')
    .replace(
      />=|<=|>|</,
      (sign) => ({ '>=': 'at least ', '<=': 'at most ', '>': 'more than ', '<': 'less than ' })[sign]!,
    )
    .replace(/^Unrecognized keys?: /, 'not known: ');
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${words}` : words;
}
