import type { Numbers } from './rows';

/** Sorted copies of the arrays that the running {@link sharingOrder} has asked for. */
let shared: Map<Numbers, Float64Array | Float32Array> | undefined;

/**
 * Runs `body`, inside which an array is sorted once, however many statistics ask for its order: most of the time that many
 * statistics of a million values take. The arrays must not change meanwhile.
 *
 * @param body asks for statistics; what it returns is returned.
 * @example
 * const returns = [0.02, -0.01, 0.03];
 * sharingOrder(() => [quantile(returns, 0), quantile(returns, 0.5), quantile(returns, 1)]); // [-0.01, 0.02, 0.03]
 */
export function sharingOrder<T>(body: () => T): T {
  const outer = shared;
  shared ??= new Map();
  try {
    return body();
  } finally {
    shared = outer;
  }
}

/** A sorted copy, not to be changed; typed arrays put NaN last. */
export function sort(values: Numbers): Float64Array | Float32Array {
  const known = shared?.get(values);
  if (known) return known;
  const sorted = values instanceof Float32Array ? values.slice().sort() : Float64Array.from(values).sort();
  shared?.set(values, sorted);
  return sorted;
}

/** Whether a sorted array holds a NaN. */
export const hasNaN = (sorted: Numbers): boolean => Number.isNaN(sorted[sorted.length - 1]!);
