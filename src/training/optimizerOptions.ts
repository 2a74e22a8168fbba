import { checkChoice, checkNames, checkNumber, ReluctantError, type TF, tf } from '../core';

/** Optimisers by name, each as Keras 3 computes it. */
export const OPTIMIZERS = [
  'adam',
  'adamw',
  'sgd',
  'nadam',
  'adamax',
  'rmsprop',
  'adagrad',
  'adadelta',
  'lion',
  'lamb',
] as const;

/** An optimiser by name. */
export type OptimizerName = (typeof OPTIMIZERS)[number];

/**
 * Settings of an optimiser: how weights follow their gradients. Defaults are Keras's, and so are the steps, but for one thing: where a
 * word occurs several times in a batch, Keras's Adam, Nadam, Adamax, RMSprop and Adagrad square the gradient of its row of an embedding
 * for each place apart and add the squares up. Here the gradients are added up and then squared, as for every other weight and as the
 * papers define it.
 */
export interface OptimizerOptions {
  /**
   * Default `adam` (Kingma and Ba 2015). `adamw` (Loshchilov and Hutter 2019), `sgd`, `nadam` (Dozat 2016), `adamax` (Kingma and
   * Ba 2015), `rmsprop` (Hinton 2012), `adagrad` (Duchi, Hazan and Singer 2011), `adadelta` (Zeiler 2012), `lion` (Chen et al.
   * 2023), `lamb` (You et al. 2020).
   */
  kind?: OptimizerName;
  /** Default 0.001; 0.01 for sgd. */
  learningRate?: number;
  /** Adam's family, lion, lamb: decay of the first moment, default 0.9. */
  beta1?: number;
  /** Adam's family, lion, lamb: decay of the second moment, default 0.999; of lion 0.99. */
  beta2?: number;
  /** Added where a number is divided by, default 1e-7; of lamb 1e-6. */
  epsilon?: number;
  /** Adam and AdamW: divide by the largest second moment so far (Reddi, Kale and Kumar 2018), default false. */
  amsgrad?: boolean;
  /** Share of a weight that is taken away per step, times the learning rate; default 0, of adamw 0.004. */
  weightDecay?: number;
  /** SGD and RMSprop: share of the last step that is taken again, default 0. */
  momentum?: number;
  /** SGD: look ahead along the momentum (Nesterov 1983), default false. */
  nesterov?: boolean;
  /** RMSprop and Adadelta: decay of the mean square, default 0.9 and 0.95. */
  rho?: number;
  /** RMSprop: divide by the variance instead of the mean square, default false. */
  centered?: boolean;
  /** Adagrad: where the sum of squares begins, default 0.1. */
  initialAccumulator?: number;
}

/**
 * An optimiser as `fit` takes it: a name, its settings, or one of `tf.train`, whose settings are then taken as they are and give
 * the steps that tfjs takes. Adadelta alone follows Zeiler: tfjs divides by the mean square from before the step.
 */
export type OptimizerChoice = OptimizerName | OptimizerOptions | TF.Optimizer;

/** Settings that were checked and filled in. */
export type OptimizerSettings = Required<OptimizerOptions> & {
  /** Adam of tfjs adds epsilon after the bias correction, that of Keras before. */
  epsilonAfterCorrection: boolean;
};

type Setting = Exclude<keyof OptimizerOptions, 'kind'>;

const ALWAYS: readonly Setting[] = ['learningRate', 'weightDecay'];

/** What each optimiser can be told beside {@link ALWAYS}. */
const SETTINGS: Readonly<Record<OptimizerName, readonly Setting[]>> = {
  adam: ['beta1', 'beta2', 'epsilon', 'amsgrad'],
  adamw: ['beta1', 'beta2', 'epsilon', 'amsgrad'],
  sgd: ['momentum', 'nesterov'],
  nadam: ['beta1', 'beta2', 'epsilon'],
  adamax: ['beta1', 'beta2', 'epsilon'],
  rmsprop: ['rho', 'momentum', 'epsilon', 'centered'],
  adagrad: ['epsilon', 'initialAccumulator'],
  adadelta: ['rho', 'epsilon'],
  lion: ['beta1', 'beta2'],
  lamb: ['beta1', 'beta2', 'epsilon'],
};

/** Names of the settings that an optimiser takes. */
export const settingsOf = (kind: OptimizerName): readonly Setting[] => [...ALWAYS, ...SETTINGS[kind]];

const DEFAULTS = {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  amsgrad: false,
  weightDecay: 0,
  momentum: 0,
  nesterov: false,
  rho: 0.9,
  centered: false,
  initialAccumulator: 0.1,
};

/** Where an optimiser's defaults differ from the others'. */
const OWN_DEFAULTS: Partial<Record<OptimizerName, Partial<typeof DEFAULTS>>> = {
  adamw: { weightDecay: 0.004 },
  sgd: { learningRate: 0.01 },
  adadelta: { rho: 0.95 },
  lion: { beta2: 0.99 },
  lamb: { epsilon: 1e-6 },
};

/** Names that other libraries have for a setting. */
const MEANT: Readonly<Record<string, string>> = {
  lr: 'learningRate',
  learning_rate: 'learningRate',
  rate: 'learningRate',
  name: 'kind',
  type: 'kind',
  optimizer: 'kind',
  beta_1: 'beta1',
  beta_2: 'beta2',
  eps: 'epsilon',
  decay: 'weightDecay',
  weight_decay: 'weightDecay',
  useNesterov: 'nesterov',
};

/**
 * The settings of an optimiser, checked and filled in.
 *
 * @throws ReluctantError `unknown-choice`, `unknown-option`, `number-out-of-range`, `not-an-optimizer`, `optimizer-setting`.
 */
export function optimizerSettings(choice: OptimizerChoice = {}): OptimizerSettings {
  if (choice instanceof tf.Optimizer) return ofTfjs(choice);
  const options = typeof choice === 'string' ? { kind: choice } : choice;
  if (options === null || typeof options !== 'object' || Array.isArray(options)) throw notAnOptimizer(choice);
  const kind = checkChoice('fit', 'optimizer', options.kind ?? 'adam', OPTIMIZERS);
  const allowed = ['kind', ...settingsOf(kind)];
  const other = Object.keys(options).find((name) => !allowed.includes(name) && name in MEANT);
  const fix = other ? `did you mean "${MEANT[other]}"?` : undefined;
  checkNames('fit', options, allowed, { kind: 'setting', where: { optimizer: kind }, ...(fix && { fix }) });
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...DEFAULTS, ...OWN_DEFAULTS[kind], ...given, kind, epsilonAfterCorrection: false };
  return checkSettings(settings);
}

/** The settings as they were given: of a name its kind, of an optimiser of tfjs what it was made with. */
export function givenOptimizer(choice: OptimizerChoice = {}): OptimizerOptions {
  if (typeof choice === 'string') return { kind: choice };
  if (!(choice instanceof tf.Optimizer)) return choice;
  const settings = ofTfjs(choice);
  const names = ['kind', ...settingsOf(settings.kind)];
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)));
}

function checkSettings(settings: OptimizerSettings): OptimizerSettings {
  const at = (name: string) => `optimizer.${name}`;
  checkNumber('fit', at('learningRate'), settings.learningRate, 0);
  for (const name of ['beta1', 'beta2', 'rho', 'momentum'] as const) checkNumber('fit', at(name), settings[name], 0, 1);
  for (const name of ['epsilon', 'weightDecay', 'initialAccumulator'] as const)
    checkNumber('fit', at(name), settings[name], 0);
  for (const name of ['amsgrad', 'nesterov', 'centered'] as const) {
    if (typeof settings[name] !== 'boolean')
      throw new ReluctantError({
        code: 'optimizer-setting',
        operation: 'fit',
        problem: `${at(name)} is not usable`,
        received: settings[name],
        expected: 'true or false',
      });
  }
  if (!settings.nesterov || settings.momentum > 0) return settings;
  throw new ReluctantError({
    code: 'optimizer-setting',
    operation: 'fit',
    problem: 'nesterov looks ahead along the momentum, and there is none',
    received: { momentum: settings.momentum },
    expected: 'a momentum above 0',
  });
}

/** tfjs's optimisers by their class, under the names of ours. */
const OF_TFJS: Readonly<Record<string, { kind: OptimizerName; names: Readonly<Record<string, Setting>> }>> = {
  SGD: { kind: 'sgd', names: {} },
  Momentum: { kind: 'sgd', names: { momentum: 'momentum', useNesterov: 'nesterov' } },
  Adam: { kind: 'adam', names: { beta1: 'beta1', beta2: 'beta2', epsilon: 'epsilon' } },
  Adamax: { kind: 'adamax', names: { beta1: 'beta1', beta2: 'beta2', epsilon: 'epsilon' } },
  RMSProp: {
    kind: 'rmsprop',
    names: { decay: 'rho', momentum: 'momentum', epsilon: 'epsilon', centered: 'centered' },
  },
  Adagrad: { kind: 'adagrad', names: { initialAccumulatorValue: 'initialAccumulator' } },
  Adadelta: { kind: 'adadelta', names: { rho: 'rho', epsilon: 'epsilon' } },
};

/** The settings of an optimiser of tfjs; it is not used itself, so that schedules and resumption work with it as well. */
function ofTfjs(optimizer: TF.Optimizer): OptimizerSettings {
  const className = (optimizer.constructor as unknown as { className: string }).className;
  const same = OF_TFJS[className];
  if (!same) throw notAnOptimizer(optimizer);
  const config = optimizer.getConfig() as Record<string, number | boolean | null>;
  const given: Record<string, number | boolean> = { learningRate: config['learningRate'] as number };
  for (const [name, value] of Object.entries(config)) {
    const setting = same.names[name];
    if (setting && value !== null) given[setting] = value;
    else if (name === 'decay' && value !== 0) {
      throw new ReluctantError({
        code: 'optimizer-setting',
        operation: 'fit',
        problem: 'the decay of the learning rate of this optimiser is not supported',
        where: { optimizer: className },
        received: value,
        expected: '0',
        fix: 'leave it out and give fit a schedule',
      });
    }
  }
  const settings = checkSettings({
    ...DEFAULTS,
    ...OWN_DEFAULTS[same.kind],
    ...given,
    kind: same.kind,
    epsilonAfterCorrection: className === 'Adam',
  });
  return settings;
}

const notAnOptimizer = (received: unknown) =>
  new ReluctantError({
    code: 'not-an-optimizer',
    operation: 'fit',
    problem: 'the optimizer is of no known kind',
    received,
    expected: `one of ${OPTIMIZERS.join(', ')}, { kind, learningRate, ... }, or an optimiser of tf.train`,
  });
