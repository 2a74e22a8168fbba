import { closest, ReluctantError } from '../core';
import { type LossName, rowLosses } from '../losses';
import { OPTIMIZERS, type OptimizerName, type OptimizerOptions } from '../training';
import { settingsOf } from '../training/optimizerOptions';

/** Names by which Keras and PyTorch call losses, without case and marks, and ours. */
const LOSSES: Readonly<Record<string, LossName>> = {
  mse: 'meanSquaredError',
  mseloss: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  l1loss: 'meanAbsoluteError',
  huberloss: 'huber',
  smoothl1loss: 'huber',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  poissonloss: 'poisson',
  bce: 'binaryCrossentropy',
  bceloss: 'binaryCrossentropy',
  bcewithlogitsloss: 'binaryCrossentropyFromLogits',
  crossentropyloss: 'sparseCategoricalCrossentropyFromLogits',
  // The recorder sees to it that what it is given are logarithms of probabilities, whose softmax is themselves.
  nllloss: 'sparseCategoricalCrossentropyFromLogits',
  kld: 'klDivergence',
  kldivergence: 'klDivergence',
  kullbackleiblerdivergence: 'klDivergence',
  ...Object.fromEntries(Object.keys(rowLosses).map((name) => [name.toLowerCase(), name as LossName])),
};

/** Those that exist for outputs before and after their activation. */
const FROM_LOGITS = new Set(['binaryCrossentropy', 'categoricalCrossentropy', 'sparseCategoricalCrossentropy']);

/** What settings of a loss are computed otherwise here than where it was made. */
export interface UnderstoodLoss {
  loss: LossName;
  /** A sentence where something of it is not taken into account. */
  note?: string;
}

/**
 * Our name of a loss that a file of Keras, a recording or a person names: `mse`, `MeanSquaredError`, `mean_squared_error`,
 * `torch.nn.MSELoss`, or as Keras serialises the object.
 *
 * @throws ReluctantError `unknown-loss`, with the nearest name.
 */
export function lossNamed(given: unknown, where: Readonly<Record<string, string>> = {}): UnderstoodLoss {
  const { name, config } = describedLoss(given);
  const loss = LOSSES[plain(name.split('.').at(-1) ?? '')];
  if (!loss) {
    const near = closest(name, Object.keys(rowLosses), 6);
    throw new ReluctantError({
      code: 'unknown-loss',
      operation: 'diagnose',
      problem: `the loss ${JSON.stringify(name)} is not known here`,
      where,
      received: given,
      expected: `one of ${Object.keys(rowLosses).join(', ')}, by Keras's name, PyTorch's or ours`,
      fix: near
        ? `did you mean ${near}?`
        : 'name the nearest of these with the option loss; verdicts that do not rest on it stay the same',
    });
  }
  const smoothing = Number(config['label_smoothing'] ?? 0);
  const delta = Number(config['delta'] ?? config['beta'] ?? 1);
  const notes = [
    ...(smoothing > 0 ? [`label smoothing of ${smoothing} is left out of the loss`] : []),
    ...(loss === 'huber' && delta !== 1 ? [`the Huber loss is taken with a delta of 1, not ${delta}`] : []),
  ];
  const isLogits = config['from_logits'] === true && FROM_LOGITS.has(loss);
  return {
    loss: isLogits ? (`${loss}FromLogits` as LossName) : loss,
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function describedLoss(given: unknown): { name: string; config: Record<string, unknown> } {
  if (typeof given === 'string') return { name: given, config: {} };
  const { class_name: kind, config } = (given ?? {}) as { class_name?: unknown; config?: unknown };
  // A function is kept as { class_name: 'function', config: its name }.
  if (kind === 'function' && typeof config === 'string') return { name: config, config: {} };
  if (typeof kind !== 'string') return { name: String(given), config: {} };
  return {
    name: kind,
    config: typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {},
  };
}

/** Settings of Keras that ours are called otherwise. */
const RENAMED: Readonly<Record<string, keyof OptimizerOptions>> = { initial_accumulator_value: 'initialAccumulator' };

/** The settings that an optimiser takes here, of those that Keras has written; what is null counts as not said. */
function settingsNamed(kind: OptimizerName, config: Readonly<Record<string, unknown>>): OptimizerOptions {
  const taken: readonly string[] = settingsOf(kind);
  const named = Object.entries(config).map(([key, value]) => {
    const ours = RENAMED[key] ?? key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    return [ours, value] as const;
  });
  return Object.fromEntries(
    named.filter(([name, value]) => name !== 'learningRate' && taken.includes(name) && value !== null),
  );
}

/** What Keras's optimisers do beside their steps, and `fit` does otherwise or not. */
const LEFT_OUT = ['clipnorm', 'clipvalue', 'use_ema', 'gradient_accumulation_steps'];

/** An optimiser, and what is told to `fit` beside it. */
export interface UnderstoodOptimizer {
  optimizer: OptimizerOptions;
  clipNorm?: number;
  /** A sentence where something of it is not taken into account. */
  note?: string;
}

/** An optimiser as Keras serialises it, or as a recording describes it, and what of it is not taken over. */
export function optimizerNamed(given: unknown): UnderstoodOptimizer {
  const { class_name: kind, config } = (given ?? {}) as { class_name?: unknown; config?: Record<string, unknown> };
  if (typeof kind !== 'string')
    return { optimizer: { kind: 'adam' }, note: 'the optimiser is not known; Adam is taken' };
  const name = plain(kind) as OptimizerName;
  const rate = config?.['learning_rate'];
  const initial = (rate as { config?: { initial_learning_rate?: unknown } } | undefined)?.config?.initial_learning_rate;
  const learningRate = typeof rate === 'number' ? rate : typeof initial === 'number' ? initial : undefined;
  const isKnown = (OPTIMIZERS as readonly string[]).includes(name);
  const clipNorm = config?.['global_clipnorm'];
  const notes = [
    ...(isKnown ? [] : [`the optimiser ${kind} is not known here; Adam is taken`]),
    ...(typeof rate === 'object' && rate !== null
      ? ['its schedule is left out: the rate at the beginning is taken']
      : []),
    ...LEFT_OUT.filter((name) => config?.[name]).map(
      (name) => `${name} of the optimiser is left out (${config![name]})`,
    ),
  ];
  return {
    optimizer: {
      kind: isKnown ? name : 'adam',
      ...(learningRate !== undefined && { learningRate }),
      ...(isKnown && settingsNamed(name, config ?? {})),
    },
    ...(typeof clipNorm === 'number' && { clipNorm }),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}
