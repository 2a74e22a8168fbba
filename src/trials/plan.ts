import { createHash } from 'node:crypto';
import { checkChoice, checkInteger, Random, ReluctantError } from '../core';
import type { Setting, SettingValue } from '../programs';
import { sobol } from './sobol';
import { type Space, valueAt, valuesOf } from './space';

/** How settings are chosen from a space. */
export const METHODS = ['grid', 'random', 'sobol', 'halving', 'bayesian'] as const;
/** One of {@link METHODS}. */
export type Method = (typeof METHODS)[number];

/** One setting to train: what differs from the program's. */
export interface PlannedTrial {
  /** Of what differs, so that the same setting is the same trial in every sweep. */
  id: string;
  changes: Setting;
}

/** Settings of a grid at most. */
const MOST = 100_000;

/**
 * The settings of a sweep, each once, in the order in which they are trained; with the same seed the same ones. `halving` draws them
 * as `random` does; `bayesian` begins so, and chooses the others by what it has seen.
 *
 * @param trials how many; a grid has as many as it has.
 * @throws ReluctantError `grid-without-values`, `grid-too-large`, `too-many-dimensions`, `integer-out-of-range`.
 * @example
 * plan({ batchSize: [16, 32], seed: [1, 2, 3] }, { method: 'grid' }).length; // 6
 */
export function plan(
  space: Space,
  { method = 'random', trials = 16, seed = 0 }: { method?: Method; trials?: number; seed?: number } = {},
): PlannedTrial[] {
  checkChoice('sweep', 'method', method, METHODS);
  checkInteger('sweep', 'trials', trials, 1, MOST);
  const names = Object.keys(space);
  const all = method === 'grid' ? gridOf(space) : pointsOf(space, method, trials, seed);
  const seen = new Map<string, PlannedTrial>();
  for (const values of all) {
    const trial = settingOf(names, values);
    if (!seen.has(trial.id)) seen.set(trial.id, trial);
  }
  return [...seen.values()];
}

/** The trial of some values, in the order of the names of their dimensions. */
export function settingOf(names: readonly string[], values: readonly SettingValue[]): PlannedTrial {
  const changes = nested(names.map((name, k) => [name, values[k]!]));
  return { id: idOf(changes), changes };
}

/** Name of a trial: the first digits of the SHA-256 of what differs, its keys in order. */
export function idOf(changes: Setting): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(changes)))
    .digest('hex')
    .slice(0, 12);
}

const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => [key, sorted(one)]),
      );

function gridOf(space: Space): SettingValue[][] {
  const lists = Object.entries(space).map(([name, dimension]) => valuesOf(name, dimension));
  const count = lists.reduce((product, list) => product * list.length, 1);
  if (count > MOST) {
    throw new ReluctantError({
      code: 'grid-too-large',
      operation: 'sweep',
      problem: 'the grid has too many settings',
      received: count,
      expected: `at most ${MOST}`,
      fix: 'choose the method random or sobol, with a number of trials',
    });
  }
  return lists.reduce<SettingValue[][]>(
    (rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])),
    [[]],
  );
}

function pointsOf(space: Space, method: Method, trials: number, seed: number): SettingValue[][] {
  const dimensions = Object.values(space);
  const random = new Random(seed).fork('sweep');
  const shifts = dimensions.map(() => random.uniform());
  // The sequence is shifted, each time round the cube (Cranley and Patterson 1976), so that its origin is no corner of the space.
  const points =
    method === 'sobol'
      ? sobol(trials, dimensions.length).map((point) => point.map((value, k) => (value + shifts[k]!) % 1))
      : Array.from({ length: trials }, () => dimensions.map(() => random.uniform()));
  return points.map((point) => point.map((place, k) => valueAt(dimensions[k]!, place)));
}

/** `lossWeights.volatility` as a part of `lossWeights`. */
function nested(entries: readonly (readonly [string, SettingValue])[]): Setting {
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, value] of entries) {
    const path = name.split('.');
    let at: Record<string, unknown> = result;
    for (const key of path.slice(0, -1)) {
      at[key] ??= Object.create(null);
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1)!] = value;
  }
  return JSON.parse(JSON.stringify(result)) as Setting;
}
