import { checkInteger, checkNames, checkNumber, ReluctantError } from '../core';
import type { SettingValue } from '../programs';

/** What one setting may be: a list of values, or a range that is drawn from. */
export type Dimension =
  | readonly SettingValue[]
  /** Any number between two, evenly. */
  | { readonly uniform: readonly [least: number, most: number] }
  /** Any number between two above 0, evenly in its logarithm. */
  | { readonly log: readonly [least: number, most: number] }
  /** Any whole number from the first to the second. */
  | { readonly integer: readonly [least: number, most: number] };

/** Settings that are varied, by name; `lossWeights.volatility` is one part of a setting that is an object. */
export type Space = Readonly<Record<string, Dimension>>;

const KINDS = ['uniform', 'log', 'integer'] as const;

/**
 * Checks a space as it came from a file.
 *
 * @throws ReluctantError `space-not-usable`, naming the setting.
 * @example
 * checkSpace({ learningRate: { log: [1e-4, 1e-1] }, batchSize: [16, 32] }).batchSize; // [16, 32]
 */
export function checkSpace(given: unknown, operation = 'sweep'): Space {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw notUsable(operation, '', given, 'settings by name');
  const entries = Object.entries(given);
  if (entries.length === 0) throw notUsable(operation, '', given, 'at least one setting');
  for (const [name, dimension] of entries) checkDimension(operation, name, dimension);
  return given as Space;
}

function checkDimension(operation: string, name: string, dimension: unknown): void {
  if (Array.isArray(dimension)) {
    if (dimension.length === 0) throw notUsable(operation, name, dimension, 'at least one value');
    const texts = dimension.map((value) => JSON.stringify(value));
    if (new Set(texts).size < texts.length) throw notUsable(operation, name, dimension, 'every value once');
    return;
  }
  if (typeof dimension !== 'object' || dimension === null)
    throw notUsable(
      operation,
      name,
      dimension,
      'a list of values, or { log: [1e-4, 1e-1] }, { uniform: [0, 0.5] }, { integer: [1, 8] }',
    );
  checkNames(operation, dimension, KINDS, { kind: 'kind of range', where: { setting: name } });
  const [kind, range] = Object.entries(dimension)[0] ?? [];
  if (Object.keys(dimension).length !== 1 || !Array.isArray(range) || range.length !== 2)
    throw notUsable(operation, name, dimension, 'one kind of range with its least and most');
  const [least, most] = range as [number, number];
  const at = (end: string) => `${name}.${kind}: ${end}`;
  if (kind === 'integer') {
    checkInteger(operation, at('least'), least);
    checkInteger(operation, at('most'), most, least);
  } else {
    checkNumber(operation, at('least'), least, kind === 'log' ? Number.MIN_VALUE : -Infinity);
    checkNumber(operation, at('most'), most, least);
  }
}

/** The value of a dimension at a place between 0 and 1. */
export function valueAt(dimension: Dimension, place: number): SettingValue {
  if (Array.isArray(dimension)) return dimension[Math.min(dimension.length - 1, Math.floor(place * dimension.length))]!;
  if ('log' in dimension)
    return Math.exp(Math.log(dimension.log[0]) + place * Math.log(dimension.log[1] / dimension.log[0]));
  if ('uniform' in dimension) return dimension.uniform[0] + place * (dimension.uniform[1] - dimension.uniform[0]);
  const [least, most] = (dimension as { integer: readonly [number, number] }).integer;
  return Math.min(most, least + Math.floor(place * (most - least + 1)));
}

/** Every value that a grid visits. @throws ReluctantError `grid-without-values` for a range. */
export function valuesOf(name: string, dimension: Dimension, operation = 'sweep'): readonly SettingValue[] {
  if (Array.isArray(dimension)) return dimension;
  if ('integer' in dimension) {
    const [least, most] = dimension.integer;
    return Array.from({ length: most - least + 1 }, (_, k) => least + k);
  }
  throw new ReluctantError({
    code: 'grid-without-values',
    operation,
    problem: 'a grid needs values, and a range of numbers has none',
    where: { setting: name },
    received: dimension,
    expected: 'a list of values, or { integer: [least, most] }',
    fix: 'list the values, or choose the method random or sobol',
  });
}

const notUsable = (operation: string, setting: string, received: unknown, expected: string) =>
  new ReluctantError({
    code: 'space-not-usable',
    operation,
    problem: setting ? 'the values of a setting are not understood' : 'the space of settings is not understood',
    ...(setting && { where: { setting } }),
    received,
    expected,
  });
