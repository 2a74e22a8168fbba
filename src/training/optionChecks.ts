import { checkChoice, checkInteger, checkNames, checkNumber, ReluctantError } from '../core';
import { averagingSettings } from './averaging';
import { optimizerSettings } from './optimizerOptions';
import type { FitOptions } from './options';

/** Throws unless an option has a value that makes sense by itself. */
type Check = (value: unknown, name: string) => unknown;

const refuse = (name: string, received: unknown, expected: string, fix?: string) =>
  new ReluctantError({
    code: 'option-of-wrong-kind',
    operation: 'fit',
    problem: `${name} is not usable`,
    received,
    expected,
    ...(fix && { fix }),
  });

const ofType =
  (type: 'boolean' | 'function' | 'string', expected: string): Check =>
  (value, name) => {
    if (typeof value !== type) throw refuse(name, value, expected);
  };

const isBoolean = ofType('boolean', 'true or false');
const isFunction = ofType('function', 'a function');
const integer =
  (low: number, high?: number): Check =>
  (value, name) =>
    checkInteger('fit', name, value, low, high);
const number =
  (low: number, high?: number): Check =>
  (value, name) =>
    checkNumber('fit', name, value, low, high);

const above =
  (low: number, high = Number.POSITIVE_INFINITY): Check =>
  (value, name) => {
    if (typeof value === 'number' && value > low && value < high) return;
    throw refuse(
      name,
      value,
      high === Number.POSITIVE_INFINITY ? `a number above ${low}` : `a number between ${low} and ${high}`,
    );
  };

/** An object of which every entry has a check of its own. */
const objectOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, name) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw refuse(name, value, `an object with some of ${Object.keys(checks).join(', ')}`);
    checkNames('fit', value, Object.keys(checks), { where: { in: name } });
    for (const [key, entry] of Object.entries(value)) if (entry !== undefined) checks[key]!(entry, `${name}.${key}`);
  };

/** Something by head; the heads are compared with the model's elsewhere. */
const isByHead: Check = (value, name) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw refuse(name, value, 'an object with one entry per head', 'write { head: value }');
};

const isMode =
  (choices: readonly string[]): Check =>
  (value, name) =>
    checkChoice('fit', name, value as string, choices);

const isWatchers: Check = (value, name) => {
  const isOne = (one: unknown) => typeof (one as { evaluate?: unknown } | null)?.evaluate === 'function';
  if (!Array.isArray(value) || !value.every(isOne))
    throw refuse(name, value, 'a list of objects with a function evaluate');
};

const isSignal: Check = (value, name) => {
  if (!(value instanceof AbortSignal))
    throw refuse(name, value, 'an AbortSignal', 'pass controller.signal, not the controller');
};

const isRun: Check = (value, name) => {
  const { optimizerState } = (value ?? {}) as { optimizerState?: { slots?: unknown } };
  if (Array.isArray(optimizerState?.slots)) return;
  throw refuse(name, value, 'a run that fit returned in this process', 'pass the run itself');
};

const MONITORED: Readonly<Record<string, Check>> = {
  monitor: ofType('string', 'a key of the history'),
  mode: isMode(['min', 'max']),
  patience: integer(0),
  minDelta: number(0),
};

const isAnything: Check = () => undefined;

/** A check for every option of `fit`; what depends on the model or the data is checked where these are known. */
const CHECKS: Readonly<Record<keyof FitOptions, Check>> = {
  losses: isAnything,
  lossWeights: isByHead,
  balancer: isAnything,
  gradientShares: isBoolean,
  classWeights: isByHead,
  metrics: isAnything,
  epochs: integer(1),
  batchSize: integer(1),
  optimizer: (value) => optimizerSettings(value as FitOptions['optimizer']),
  schedule: isFunction,
  reduceOnPlateau: objectOf({ ...MONITORED, factor: above(0, 1), minLearningRate: number(0) }),
  clipNorm: above(0),
  clipVariableNorm: above(0),
  clipValue: above(0),
  accumulateSteps: integer(1),
  averaging: (value) => averagingSettings(value as FitOptions['averaging'], 1e9),
  shuffle: isBoolean,
  seed: integer(0, 2 ** 32 - 1),
  mode: isMode(['auto', 'xla', 'xla-step', 'graph', 'eager']),
  earlyStopping: objectOf({ ...MONITORED, restoreBestWeights: isBoolean }),
  onBatch: isFunction,
  onEpoch: isFunction,
  watch: isWatchers,
  onProgress: isFunction,
  onCheckpoint: isFunction,
  resumeFrom: isByHead,
  continueFrom: isRun,
  program: isByHead,
  trial: ofType('string', 'a name'),
  signal: isSignal,
  verbose: isBoolean,
};

/** Names of all options of `fit`. */
export const FIT_OPTIONS = Object.keys(CHECKS) as (keyof FitOptions)[];

/** Names of all options of `predict`, and of `evaluate`. */
export const PREDICT_OPTIONS: readonly (keyof FitOptions)[] = ['batchSize', 'mode', 'onProgress', 'signal'];
export const EVALUATE_OPTIONS: readonly (keyof FitOptions)[] = [...PREDICT_OPTIONS, 'losses', 'metrics', 'lossWeights'];

/** Names that other libraries have for an option. */
const MEANT: Readonly<Record<string, string>> = {
  loss: 'losses',
  lossWeight: 'lossWeights',
  loss_weights: 'lossWeights',
  classWeight: 'classWeights',
  class_weight: 'classWeights',
  batch_size: 'batchSize',
  learningRate: 'optimizer: { learningRate }',
  lr: 'optimizer: { learningRate }',
  callbacks: 'watch, onEpoch or onBatch',
  gradient_accumulation_steps: 'accumulateSteps',
  gradientAccumulation: 'accumulateSteps',
  ema: "averaging: { kind: 'ema' }",
  use_ema: "averaging: { kind: 'ema' }",
  swa: "averaging: { kind: 'swa' }",
  validationSplit: 'withValidation(data, { share, by }) as the data',
  validation_split: 'withValidation(data, { share, by }) as the data',
  clipnorm: 'clipVariableNorm',
  global_clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  validationData: 'data.validation',
  validation_data: 'data.validation',
  sampleWeight: 'data.sampleWeights',
  sampleWeights: 'data.sampleWeights',
};

/** Options that are objects of settings, each of which has a default where it is left out. */
const SETTINGS: ReadonlySet<string> = new Set([
  ...['optimizer', 'averaging', 'balancer', 'earlyStopping', 'reduceOnPlateau', 'lossWeights', 'classWeights'],
]);

/** A setting that is null would pass for one that is left out. */
function refuseNulls(value: unknown, name: string): void {
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return;
  const empty = Object.entries(value).find(([, entry]) => entry === null);
  if (empty) throw refuse(`${name}.${empty[0]}`, null, 'a value, or the setting left out');
}

/**
 * Throws on an option that does not exist, and on a value that makes no sense whatever the model.
 *
 * @param allowed names that `operation` takes. @param operation named in errors.
 */
export function checkOptionValues(options: object, allowed: readonly string[] = FIT_OPTIONS, operation = 'fit'): void {
  if (options === null || typeof options !== 'object') {
    throw new ReluctantError({
      code: 'options-missing',
      operation,
      problem: 'there are no options',
      received: options,
      expected: 'an object with at least the losses',
    });
  }
  const other = Object.keys(options).find((name) => !allowed.includes(name) && name in MEANT);
  checkNames(operation, options, allowed, { ...(other && { fix: `did you mean ${MEANT[other]}?` }) });
  for (const [name, value] of Object.entries(options)) {
    if (value === null) throw refuse(name, null, 'a value, or the option left out');
    if (SETTINGS.has(name)) refuseNulls(value, name);
    if (value !== undefined) (CHECKS as Record<string, Check>)[name]?.(value, name);
  }
}
