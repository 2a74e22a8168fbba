import { checkNumber, ReluctantError } from '../core';
import { formatNumber } from '../tables';
import { displayRaw } from './display';

/** The MIME type under which recorded numbers stand in the outputs of a notebook. */
export const RECORD_MIME = 'application/vnd.reluctant.record+json';

/**
 * Records a number that this notebook is expected to reproduce. It is shown as `name = value`; `npx reluctant run --check`
 * compares all recorded numbers with those committed beside the notebook and fails when one has moved too far.
 *
 * @param name what the number is; unique in the notebook
 * @param value a number (NaN and infinities are recorded as such and must come again)
 * @param options.tolerance how far the value may move, as an absolute difference; default 0, that is, not at all
 * @throws ReluctantError for an empty name, a value that is not a number, or a negative tolerance
 * @example
 * record('share of zeros', 1, { tolerance: 0.01 });
 */
export function record(name: string, value: number, options: { tolerance?: number } = {}): void {
  const tolerance = checkNumber('record', 'tolerance', options.tolerance ?? 0, 0);
  if (typeof name !== 'string' || name.trim() === '') {
    throw new ReluctantError({
      code: 'record-without-name',
      operation: 'record',
      problem: 'the number has no name',
      received: name,
      expected: 'a text that says what the number is',
    });
  }
  if (typeof value !== 'number') {
    throw new ReluctantError({
      code: 'record-not-a-number',
      operation: 'record',
      problem: `the value of "${name}" cannot be recorded`,
      received: value,
      expected: 'a number',
    });
  }
  displayRaw({
    // JSON has no NaN and no infinity; as text they survive.
    [RECORD_MIME]: { name, value: Number.isFinite(value) ? value : String(value), tolerance },
    'text/plain': `${name} = ${formatNumber(value)}`,
  });
}
