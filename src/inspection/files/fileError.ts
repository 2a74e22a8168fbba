import { type ErrorDetails, ReluctantError } from '../../core';

/** A refusal of a model file, naming the file and the place in it. */
export function fileError(
  code: 'not-this-format' | 'truncated' | 'malformed' | 'too-large' | 'unsupported' | 'no-tensors' | 'not-readable',
  problem: string,
  where: Record<string, string | number>,
  more: { expected?: string; fix?: ErrorDetails['fix']; received?: unknown; cause?: unknown } = {},
): ReluctantError {
  return new ReluctantError({ code, operation: 'inspect.file', problem, where, ...more });
}

/** Tensors of one file, at most. */
const MOST_TENSORS = 2 ** 17;

/** Throws where a file has more tensors than any model. */
export function checkCount(count: number, where: Record<string, string | number>): void {
  if (count <= MOST_TENSORS) return;
  throw fileError('too-large', 'there are more tensors than a model has', where, {
    received: count,
    expected: `at most ${MOST_TENSORS}`,
  });
}

/** A shape's number of values, refused where it is not a list of whole numbers or beyond what can be addressed. */
export function countOf(shape: readonly unknown[], where: Record<string, string | number>): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      throw fileError('malformed', 'a shape is not whole numbers', where, { received: shape });
    count *= size as number;
  }
  if (!Number.isSafeInteger(count))
    throw fileError('malformed', 'a shape is larger than any file', where, { received: shape });
  return count;
}
