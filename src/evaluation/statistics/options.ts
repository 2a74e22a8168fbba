import { checkNames } from '../../core';

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
  checkNames(operation, options, allowed);
  return options;
}
