import type { Evidence } from './evidence';

/** How often a verdict on this cause is right. */
export function probabilityOf(_cause: string, _evidence: Evidence): number {
  return 0.8;
}
