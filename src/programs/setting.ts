import { checkChoice, checkInteger, checkNumber, nearest, ReluctantError } from '../core';
import type { BalancerName, BalancerOptions } from '../losses';
import { type FitOptions, givenOptimizer, type Mode } from '../training';

/** A value of a setting: what JSON holds. */
export type SettingValue =
  | string
  | number
  | boolean
  | null
  | readonly SettingValue[]
  | { readonly [name: string]: SettingValue };

/** What a program is made for: plain JSON, by name. */
export type Setting = Readonly<Record<string, unknown>>;

/** Settings that every program understands without naming them: they are put over its options. */
export interface StandardSetting {
  /** Of the initial weights, the order of the rows and of dropout; a whole number from 0. */
  seed: number;
  /** Passes over the data. */
  epochs: number;
  /** Rows per step. */
  batchSize: number;
  /** Of the optimiser. */
  learningRate: number;
  /** How much each head's loss counts; heads that are left out keep what they had. */
  lossWeights: Readonly<Record<string, number>>;
  /** How the losses are weighed against each other. */
  balancer: BalancerName | BalancerOptions;
  /** How the steps run. */
  mode: Mode;
}

/** Values that a setting may take, by name. */
export type SettingChoices = Readonly<Record<string, readonly (string | number | boolean)[]>>;

/** Standard settings whose type says more than that of a default does. */
type Named = 'mode' | 'balancer';

/** The setting of a program with these defaults and choices. */
export type SettingOf<D, C extends SettingChoices> = Readonly<
  Omit<D, keyof C | Named> & { [K in keyof C]: C[K][number] } & { seed: number } & Pick<
      StandardSetting,
      Extract<keyof D, Named>
    > &
    Partial<Omit<StandardSetting, 'seed' | keyof D>>
>;

/** What {@link Program.with} takes: any of the settings, and of the loss weights any of the heads. */
export type SettingChanges<S> = {
  readonly [K in keyof S]?: K extends 'lossWeights' ? Partial<S[K]> : S[K];
} & Partial<Omit<StandardSetting, keyof S>>;

const LARGEST_SEED = 2 ** 32 - 1;

/** What each of the standard settings must be. */
const STANDARD: Readonly<Record<keyof StandardSetting, (operation: string, value: unknown) => unknown>> = {
  seed: (operation, value) => checkInteger(operation, 'seed', value, 0, LARGEST_SEED),
  epochs: (operation, value) => checkInteger(operation, 'epochs', value, 1),
  batchSize: (operation, value) => checkInteger(operation, 'batchSize', value, 1),
  learningRate: (operation, value) => checkNumber(operation, 'learningRate', value, 0),
  lossWeights: (operation, value) => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) throw notUsable(operation, 'lossWeights', value, 'a number by head');
    for (const [head, weight] of Object.entries(value as object))
      if (typeof weight !== 'number') throw notUsable(operation, `lossWeights.${head}`, weight, 'a number');
    return value;
  },
  balancer: (_, value) => value, // checked with the loss weights, by `fit`
  mode: (operation, value) => checkChoice(operation, 'mode', value, ['auto', 'xla', 'xla-step', 'graph', 'eager']),
};

/** What settings of one program are checked against. */
export interface SettingRules {
  /** The name of the program, for messages. */
  program: string;
  defaults: Setting;
  choices: SettingChoices;
}

/**
 * A setting with some values changed, frozen. Loss weights are changed head by head.
 *
 * @throws ReluctantError `unknown-setting` with a suggestion, `setting-not-json`, `setting-of-other-kind`, `unknown-choice`,
 *   `number-out-of-range`, `integer-out-of-range`.
 */
export function changedSetting(before: Setting, changes: Setting, rules: SettingRules): Setting {
  const setting: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    checkValue(name, value, rules);
    const weights = { ...(before['lossWeights'] as object | undefined), ...(value as object) };
    setting[name] = name === 'lossWeights' ? weights : value;
  }
  return frozen(setting);
}

function checkValue(name: string, value: unknown, { program, defaults, choices }: SettingRules): void {
  const operation = `program "${program}"`;
  const names = [...new Set([...Object.keys(defaults), ...Object.keys(choices), ...Object.keys(STANDARD)])];
  if (!names.includes(name)) {
    const meant = nearest(name, names);
    throw new ReluctantError({
      code: 'unknown-setting',
      operation,
      problem: `there is no setting "${name}"`,
      expected: `one of ${names.join(', ')}`,
      ...(meant !== undefined && { fix: `did you mean "${meant}"?` }),
    });
  }
  checkJSON(operation, name, value);
  const choice = choices[name];
  if (choice && !choice.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
    throw new ReluctantError({
      code: 'unknown-choice',
      operation,
      problem: `the setting ${name} has no such choice`,
      received: value,
      expected: `one of ${choice.map((one) => JSON.stringify(one)).join(', ')}`,
    });
  }
  const usual = defaults[name];
  if (usual !== null && usual !== undefined && kindOf(value) !== kindOf(usual) && !isStandard(name))
    throw notUsable(operation, name, value, `a ${kindOf(usual)}, as its default`, 'setting-of-other-kind');
  if (isStandard(name)) STANDARD[name](operation, value);
}

/** Whether a setting is one that every program understands. */
export const isStandard = (name: string): name is keyof StandardSetting => Object.hasOwn(STANDARD, name);

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);

/** Throws unless a value comes back from JSON as it was. */
function checkJSON(operation: string, name: string, value: unknown): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  const isPlain =
    Array.isArray(value) || prototype === null || Object.prototype.toString.call(value) === '[object Object]';
  if (typeof value !== 'object' || !isPlain || 'dataId' in value)
    throw notUsable(operation, name, value, 'plain JSON: texts, numbers, lists and objects', 'setting-not-json');
  for (const [key, one] of Object.entries(value)) checkJSON(operation, `${name}.${key}`, one);
}

function notUsable(
  operation: string,
  name: string,
  received: unknown,
  expected: string,
  code = 'setting-not-usable',
): ReluctantError {
  return new ReluctantError({ code, operation, problem: `the setting ${name} is not usable`, received, expected });
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value)
    ? value.map(frozen)
    : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, frozen(one)]));
  return Object.freeze(copy) as T;
}

/** The options of `fit` with the standard settings among `setting` put over them; the one place where that is done. */
export function withStandardSettings(options: FitOptions, setting: Setting): FitOptions {
  const { seed, epochs, batchSize, learningRate, lossWeights, balancer, mode } = setting as Partial<StandardSetting>;
  return {
    ...options,
    ...(seed !== undefined && { seed }),
    ...(epochs !== undefined && { epochs }),
    ...(batchSize !== undefined && { batchSize }),
    ...(learningRate !== undefined && { optimizer: { ...givenOptimizer(options.optimizer), learningRate } }),
    ...(lossWeights !== undefined && { lossWeights: { ...options.lossWeights, ...lossWeights } }),
    ...(balancer !== undefined && { balancer }),
    ...(mode !== undefined && { mode }),
  };
}
