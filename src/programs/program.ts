import { nearest, ReluctantError, type TF } from '../core';
import type { BalancerName, BalancerOptions } from '../losses';
import type { FitOptions, HistoryRow, ProgramReference, RowOf, Trainable, TrainingData } from '../training';
import type { LossChoices, MetricChoices } from '../training/history';
import { DataCache, watched } from './dataCache';
import {
  changedSetting,
  isStandard,
  type Setting,
  type SettingChanges,
  type SettingChoices,
  type SettingOf,
  type SettingRules,
  withStandardSettings,
} from './setting';

/** Parts of a {@link Program}, each either as it is or made from a setting. */
export interface ProgramSource<
  S extends Setting = Setting,
  M extends Trainable = Trainable,
  T extends TrainingData = TrainingData,
  O = FitOptions,
> {
  /** What it is called in tables and records. Default `program`. */
  name?: string;
  /** Settings by name; the explorer offers them. */
  presets?: Readonly<Record<string, SettingChanges<S>>>;
  /** Rows to train and validate on. */
  data: T | ((setting: S) => T | Promise<T>);
  /** Builds the model untrained. Its initial weights must follow from the setting alone. */
  model: (setting: S, data: T) => M | Promise<M>;
  /** Options of `fit`. The standard settings (seed, epochs ...) are put over them. */
  options: O | ((setting: S) => O);
  /** What else is needed to predict with the trained model: texts by file name, written beside the weights. */
  files?: (setting: S, data: T) => Readonly<Record<string, string>>;
}

/**
 * Definition of a {@link Program}. `{ model, data, options }` alone, with a `model` that takes nothing, is one as well.
 */
export interface ProgramDefinition<
  S extends Setting = Setting,
  M extends Trainable = Trainable,
  T extends TrainingData = TrainingData,
> extends ProgramSource<S, M, T> {
  /** The setting when nothing else is asked for, plain JSON. What a part reads of its setting must have a default here. */
  defaults?: Setting;
  /** What some of the settings may be; the first of each is the default. The explorer offers them. */
  choices?: SettingChoices;
}

/** The parts of a program at its setting. */
export interface ProgramParts<M extends Trainable = Trainable> {
  /** Builds the model untrained, with the same initial weights every time. */
  model(): M | Promise<M>;
  data: TrainingData;
  options: FitOptions;
}

/** A change to a program's parts, in words and as it is made. */
export interface ProgramChange {
  says: string;
  apply(parts: ProgramParts<TF.LayersModel>): ProgramParts | Promise<ProgramParts>;
}

/** What a {@link Program} is wanted for: a program, or the literal of one. */
export type ProgramLike<M extends Trainable = Trainable, Row extends HistoryRow = HistoryRow> =
  | Program<Setting, M, Row>
  | ProgramParts<M>;

/**
 * A training that can be repeated, here or in another process: model, data and options, made from a setting that is plain
 * JSON. Made by {@link program}. Nothing is built before it is asked for.
 */
export class Program<
  S extends Setting = Setting,
  M extends Trainable = Trainable,
  Row extends HistoryRow = HistoryRow,
> {
  /** The setting, all of it. */
  readonly setting: S;
  /** @internal The type of an epoch's numbers, known to the compiler only. */
  declare readonly row: Row | undefined;

  /** Settings that parts have read. */
  private readonly read = new Set<string>();

  /** @internal Use {@link program}. */
  constructor(
    readonly definition: ProgramDefinition<never, M, never>,
    setting: Setting,
    /** What was changed in its parts, in order. */
    readonly changes: readonly ProgramChange[] = [],
    /** The module it is the default export of, or the name of a recipe. */
    readonly module: string | undefined = undefined,
    private readonly cache = new DataCache(),
  ) {
    this.setting = setting as S;
  }

  /** What it is called in tables and records. */
  get name(): string {
    return this.definition.name ?? 'program';
  }

  /** Its settings by name. */
  get presets(): Readonly<Record<string, SettingChanges<S>>> {
    return this.definition.presets ?? {};
  }

  /** What some of its settings may be. */
  get choices(): SettingChoices {
    return this.definition.choices ?? {};
  }

  /** What a record keeps of it: with a module, enough to make it again anywhere. */
  get reference(): ProgramReference {
    const { name, module, setting, changes } = this;
    const reference = {
      name,
      ...(module !== undefined && { module }),
      setting,
      ...(changes.length > 0 && { changes: changes.map(({ says }) => says) }),
    };
    // Asked for when the parts have been made, and no part of a record.
    return Object.defineProperty(reference, 'unread', { get: () => this.unread(), enumerable: false });
  }

  /** Settings other than their defaults that no part has read; the standard ones are put over the options. */
  private unread(): string[] {
    const { defaults, choices } = rulesOf(this.definition);
    const isGiven = (name: string) =>
      JSON.stringify(this.setting[name]) !== JSON.stringify(defaults[name] ?? choices[name]?.[0]);
    return Object.keys(this.setting).filter((name) => isGiven(name) && !this.read.has(name) && !isStandard(name));
  }

  /**
   * The same program at another setting, with the same changes.
   *
   * @param changes settings by name; those left out stay. Loss weights are changed head by head.
   * @throws ReluctantError `unknown-setting` with a suggestion, and others on values that do not fit.
   */
  with(changes: SettingChanges<S>): Program<S, M, Row> {
    const { definition, module, cache } = this;
    const setting = changedSetting(this.setting, changes as Setting, rulesOf(definition));
    return new Program<S, M, Row>(definition, setting, this.changes, module, cache);
  }

  /** The program with a change to its parts. */
  changed(change: ProgramChange): Program<S, M, Row> {
    const { definition, setting, module, cache } = this;
    return new Program<S, M, Row>(definition, setting, [...this.changes, change], module, cache);
  }

  /** The same program as the default export of a module. */
  from(module: string): Program<S, M, Row> {
    return new Program<S, M, Row>(this.definition, this.setting, this.changes, module, this.cache);
  }

  /**
   * Makes its data and options. Data made by a function is shared by all settings that agree in what the function reads of
   * them, and lives until {@link dispose}.
   */
  async parts(): Promise<ProgramParts<M>> {
    const { definition } = this;
    const data = await this.data();
    const options = { ...this.options(), program: this.reference };
    let parts: ProgramParts = { model: () => definition.model(this.readable as never, data as never), data, options };
    for (const { apply } of this.changes) parts = await apply(parts as ProgramParts<TF.LayersModel>);
    return parts as ProgramParts<M>;
  }

  /** Its options before any change, for which no data is made. */
  options(): FitOptions {
    const { definition, setting } = this;
    if (typeof definition.options !== 'function') return withStandardSettings(definition.options, setting);
    const given = definition.options(this.readable as never);
    checkSeed(this.name, given, setting);
    return withStandardSettings(given, setting);
  }

  /** The files that belong to the trained model, by name. */
  async files(): Promise<Readonly<Record<string, string>>> {
    return this.definition.files?.(this.readable as never, (await this.data()) as never) ?? {};
  }

  /** Lets go of data that a function of the program has made, for this and every other setting of it. */
  async dispose(): Promise<void> {
    await this.cache.clear();
  }

  /** The data before any change. */
  private async data(): Promise<TrainingData> {
    const { data } = this.definition;
    return typeof data === 'function' ? this.cache.get(this.readable, data as unknown as () => TrainingData) : data;
  }

  /** The setting as its functions see it: what has no default is refused by name, since it would silently be `undefined`. */
  private get readable(): Setting {
    return watched(readable(this.setting, this.name), (name) => this.read.add(name));
  }

  toString(): string {
    const { name, setting, changes } = this;
    return [`program ${name} ${JSON.stringify(setting)}`, ...changes.map(({ says }) => `  changed: ${says}`)].join(
      '\n',
    );
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

const PARTS: Readonly<Record<keyof ProgramDefinition, true>> = {
  name: true,
  defaults: true,
  choices: true,
  presets: true,
  data: true,
  model: true,
  options: true,
  files: true,
};

/**
 * Defines what is trained: model, data and options from a setting that is plain JSON. As the default export of a module it
 * can be trained from the command line, in other processes and on other machines.
 *
 * @param definition its parts; write `data` before `model`, so that the model knows the type of the data.
 * @returns the program at its defaults.
 * @throws ReluctantError `not-a-program` naming what is missing or unknown.
 * @example
 * const inputs = tf.randomNormal([64, 2], 0, 1, 'float32', 1);
 * const sum = program({
 *   name: 'sum of two',
 *   defaults: { units: 4, learningRate: 0.01 },
 *   data: { inputs, targets: inputs.sum(1, true) },
 *   model: ({ units, seed }) => {
 *     const kernelInitializer = tf.initializers.glorotUniform({ seed: seed + 1 });
 *     const layers = [tf.layers.dense({ units, kernelInitializer, inputShape: [2] }), tf.layers.dense({ units: 1, kernelInitializer })];
 *     return tf.sequential({ layers });
 *   },
 *   options: { losses: 'meanSquaredError', epochs: 3 },
 * });
 * (await rl.train(sum.with({ epochs: 5, units: 8 }))).history.length; // 5
 */
export function program<
  D extends Setting = Record<never, never>,
  const C extends SettingChoices = Record<never, never>,
  M extends Trainable = Trainable,
  T extends TrainingData = TrainingData,
  const L extends LossChoices = LossChoices,
  const Metrics extends MetricChoices = readonly [],
  const Kind extends BalancerName | BalancerOptions = 'static',
  const Shares extends boolean = false,
>(
  definition: { defaults?: D; choices?: C } & ProgramSource<
    SettingOf<D, C>,
    M,
    T,
    FitOptions<L, Metrics, Kind, Shares>
  >,
): Program<SettingOf<D, C>, M, RowOf<L, Metrics, T, Kind, Shares>> {
  const given = definition as unknown as ProgramDefinition<never, M, never>;
  checkDefinition(given);
  const { choices = {}, defaults = {}, options } = given;
  const first = Object.fromEntries(Object.entries(choices).map(([name, values]) => [name, values[0]]));
  const seed = (typeof options === 'function' ? undefined : options.seed) ?? 0;
  const setting = changedSetting({ seed }, { ...first, ...defaults }, rulesOf(given));
  return new Program(given, setting);
}

/**
 * A program, of a program or the literal of one: what everything here does that takes either.
 *
 * @example
 * toProgram(rl.benchmark.TWINS[0].build(3, true)).setting; // { seed: 3 }
 */
export function toProgram<M extends Trainable, Row extends HistoryRow = HistoryRow>(
  given: ProgramLike<M, Row>,
): Program<Setting, M, Row> {
  if (given instanceof Program) return given;
  return program(given as never) as unknown as Program<Setting, M, Row>;
}

const rulesOf = ({
  name = 'program',
  defaults = {},
  choices = {},
}: ProgramDefinition<never, Trainable, never>): SettingRules => ({
  program: name,
  defaults,
  choices,
});

function checkDefinition(given: ProgramDefinition<never, Trainable, never>): void {
  const isObject = typeof given === 'object' && given !== null;
  const { data, model, options } = (isObject ? given : {}) as Partial<typeof given>;
  const missing = [
    ...(data === undefined ? ['data'] : []),
    ...(typeof model === 'function' ? [] : ['model, a function']),
    ...(options === undefined ? ['options'] : []),
  ];
  const unknown = isObject ? Object.keys(given).filter((key) => !Object.hasOwn(PARTS, key)) : [];
  if (missing.length === 0 && unknown.length === 0) return;
  const meant = unknown[0] === undefined ? undefined : nearest(unknown[0], Object.keys(PARTS));
  throw new ReluctantError({
    code: 'not-a-program',
    operation: 'program',
    problem: missing.length > 0 ? `there is no ${missing.join(', no ')}` : `a program has no "${unknown[0]}"`,
    received: isObject ? Object.keys(given) : given,
    expected: 'model, data and options; name, defaults, choices, presets and files if wanted',
    ...(meant !== undefined && { fix: `did you mean "${meant}"?` }),
  });
}

/** Options that are made by a function and bring a seed of their own would be overruled without a word. */
function checkSeed(name: string, { seed }: FitOptions, setting: Setting): void {
  if (seed === undefined || seed === setting['seed']) return;
  throw new ReluctantError({
    code: 'seed-given-twice',
    operation: `program "${name}"`,
    problem: 'the options say another seed than the setting',
    received: seed,
    expected: String(setting['seed']),
    fix: 'leave the seed out of the options, and give it a default: { defaults: { seed } }',
  });
}

/** A view of a setting that names what is read and has no value. */
function readable(setting: Setting, name: string): Setting {
  return new Proxy(setting, {
    get(target, key) {
      if (typeof key === 'symbol' || key in target || key in Object.prototype) return Reflect.get(target, key);
      if (STANDARD_NAMES.includes(key) || key === 'toJSON') return undefined;
      const meant = nearest(key, Object.keys(target));
      throw new ReluctantError({
        code: 'unknown-setting',
        operation: `program "${name}"`,
        problem: `the program reads the setting "${key}", which has no default`,
        expected: `a default for it; there are ${Object.keys(target).join(', ')}`,
        ...(meant !== undefined && { fix: `did you mean "${meant}"?` }),
      });
    },
  });
}

const STANDARD_NAMES: readonly string[] = ['epochs', 'batchSize', 'learningRate', 'lossWeights', 'balancer', 'mode'];
