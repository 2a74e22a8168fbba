import { type TF, tf } from '../core';

/** Runs of neighbouring steps up to which a selection is a concatenation of slices; more cost more than they save. */
export const MOST_RUNS = 16;

/**
 * Some steps of a sequence of which only some are there.
 *
 * @param x the steps numbered `at` (ascending), shape [samples, at.length, channels].
 * @param wanted ascending numbers among `at`, and negative ones, which are steps before the start: zeros.
 * @returns shape [samples, wanted.length, channels].
 */
export function selectSteps(x: TF.Tensor3D, at: readonly number[], wanted: readonly number[]): TF.Tensor3D {
  const [samples, , channels] = x.shape;
  const before = wanted.filter((step) => step < 0).length;
  const places = wanted.slice(before).map((step) => at.indexOf(step));
  if (before === 0 && places.length === at.length) return x;
  const stride = at.length / wanted.length;
  const offset = places[0]!;
  if (before === 0 && Number.isInteger(stride) && places.every((place, k) => place === k * stride + offset)) {
    // Every so-many-th step: a slice of a reshaped tensor, of which the gradient is padding.
    const grouped = x.reshape([samples, wanted.length, stride, channels]);
    const one = tf.slice(grouped, [0, 0, offset, 0], [samples, wanted.length, 1, channels]);
    return one.reshape([samples, wanted.length, channels]);
  }
  const parts = runsOf(places).map(({ first, count }) =>
    count === at.length ? x : tf.slice(x, [0, first, 0], [samples, count, channels]),
  );
  if (before > 0) parts.unshift(tf.zeros([samples, before, channels]));
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
}

/** Places as runs of neighbours. */
export function runsOf(places: readonly number[]): { first: number; count: number }[] {
  const runs: { first: number; count: number }[] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last && last.first + last.count === place) last.count++;
    else runs.push({ first: place, count: 1 });
  }
  return runs;
}
