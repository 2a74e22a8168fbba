import { ReluctantError, type TF } from '../../core';
import { type Dataset, type MarketColumn, makeRows, ROBUST_FEATURES } from '../../data';
import { huber, type Loss } from '../../losses';
import type { Run } from '../../training';
import { program } from '../program';
import type { SettingChanges } from '../setting';
import { type TrainOptions, train } from '../train';
import { inMemory, type RobustData, type RobustPlaces } from './robustData';
import { robustModel, savedModel } from './robustModel';
import { type MarketSource, readMarket } from './source';
import { streamedRows } from './streamedRows';

/** Our safer variant of the documented robust run, which is the preset `documented`. */
const DEFAULTS = {
  seed: 0,
  epochs: 50,
  batchSize: 16,
  /** After the warm-up. */
  learningRate: 1e-4,
  /**
   * How the steps run. XLA is many times faster on so small a network, and always the same, where `auto` picks by the clock
   * and graph and XLA round differently.
   */
  mode: 'xla' as const,
  /** Steps over which the learning rate rises from 0; 0 for none. */
  warmupSteps: 1000,
  hiddenDims: [16, 8] as readonly number[],
  dropoutRate: 0.1,
  /** Shortcuts around the hidden blocks. */
  residual: true,
  /** Where the Huber loss turns from a square into a line, in ranks. */
  huberDelta: 1,
  /** Of `optimizer: 'adamw'`. */
  weightDecay: 0,
  /** Gradients longer than this, taken together, are scaled down to it; 0: none is. */
  clipNorm: 0,
  /** Epochs without a better validation loss after which training stops, the last weights kept; 0: it does not. */
  patience: 0,
  /** Rows ahead that the target return is over. */
  horizon: 1,
  features: ROBUST_FEATURES as readonly string[],
  /** Market column -> its name in the data, where it is not recognised. */
  columns: {} as Partial<Record<MarketColumn, string>>,
  source: null as MarketSource | null,
  /** Bytes of memory that data may take: files are then streamed. Null: they are loaded whole. */
  memory: null as number | null,
};

const CHOICES = {
  outputActivation: ['linear', 'sigmoid'],
  optimizer: ['adam', 'adamw'],
  scaling: ['standard', 'robust'],
} as const;

/**
 * The robust run as its code was, but for two leaks: scales and ranks were fitted to validation rows too, and the last rows of
 * training reached into them. Its "vwap" was the typical price of the row, and its network had no shortcut.
 */
const PRESETS = {
  documented: {
    outputActivation: 'sigmoid',
    residual: false,
    huberDelta: 0.1,
    optimizer: 'adamw',
    weightDecay: 1e-4,
    clipNorm: 1,
    patience: 15,
    scaling: 'robust',
    features: ['closeChangePct', 'typicalPrice', 'priceRange', 'priceMomentum3', 'priceMomentum5'] as readonly string[],
  },
} as const;

/**
 * The recipe of the robust pipeline, our safer variant by default and as it was with the preset `documented`: features and a rank-transformed target, a layer-normalised residual network, Huber loss
 * and warm-up.
 *
 * @param prices a data set of prices. Default: read from the setting's `source`.
 * @example
 * const prices = rl.synthetic.market({ symbols: 2, days: 200, seed: 7 });
 * const run = await rl.train(robustRecipe(prices), { epochs: 2, mode: 'graph' });
 * run.history.length; // 2
 */
export function robustRecipe(prices?: Dataset) {
  return robustFrom(prices ? { dataset: prices } : {});
}

/** {@link robustRecipe} with what its setting cannot hold. */
export function robustFrom(places: RobustPlaces) {
  const recipe = program({
    name: 'robust',
    defaults: DEFAULTS,
    choices: CHOICES,
    presets: PRESETS,
    // Only what decides the rows is read, so that settings which differ in the rest share them.
    data: async (setting): Promise<RobustData> => {
      const { source, memory, horizon, features, columns, scaling } = setting;
      if (memory !== null && scaling !== 'standard') throw scalingStreamed(scaling);
      if (memory !== null)
        return streamedRows(source, { memory, horizon, features, columns, seed: setting.seed }, places);
      const { dataset = () => readMarket('robust', source) } = places;
      const prices = typeof dataset === 'function' ? await dataset() : dataset;
      return inMemory(makeRows(prices, { horizon, features, columns, scaling }));
    },
    model: (setting, { features }): TF.LayersModel => robustModel(setting, features.length),
    options: ({ warmupSteps, huberDelta, optimizer, weightDecay, clipNorm, patience }) => ({
      losses: huberDelta === 1 ? ('huber' as const) : huberOf(huberDelta),
      metrics: ['mae'] as const,
      // Torch's epsilon, with which the documented run was made.
      optimizer:
        optimizer === 'adamw' ? ({ kind: 'adamw', weightDecay, epsilon: 1e-8 } as const) : ({ kind: 'adam' } as const),
      schedule: ({ step }) => (step < warmupSteps ? (step + 1) / warmupSteps : 1),
      ...(clipNorm > 0 && { clipNorm }),
      ...(patience > 0 && { earlyStopping: { monitor: 'val_loss', patience, restoreBestWeights: false } as const }),
    }),
    files: (_, { scaler, ranks, until }) => ({ 'model.json': savedModel(scaler, ranks, until) }),
  });
  return typeof places.dataset === 'object' ? recipe : (recipe.from('robust') as typeof recipe);
}

const scalingStreamed = (scaling: string) =>
  new ReluctantError({
    code: 'scaling-not-streamed',
    operation: 'program "robust"',
    problem: 'files that are streamed are scaled by mean and standard deviation only',
    received: { scaling },
    expected: "scaling: 'standard', or no memory in the setting",
  });

/** The Huber loss of a delta of one's own. */
const huberOf =
  (delta: number): Loss =>
  (targets, predictions) =>
    huber(targets, predictions, delta);

/** Setting of {@link robustRecipe}, all of it. */
export type RobustSetting = ReturnType<typeof robustRecipe>['setting'];

/**
 * The robust recipe trained into a folder, where it can be killed and resumed: `train(programs.robustRecipe(prices), { folder })`.
 *
 * @param setting what differs from the recipe's defaults.
 * @throws ReluctantError as `train` and `makeRows` do.
 * @example
 * const prices = rl.synthetic.market({ symbols: 2, days: 200, seed: 7 });
 * const run = await trainRobust(prices, 'runs/robust', { epochs: 2, mode: 'graph' });
 * run.history.length; // 2
 */
export async function trainRobust(
  prices: Dataset,
  folder: string,
  setting: SettingChanges<RobustSetting> = {},
  options: Pick<TrainOptions, 'resume' | 'signal' | 'onEpoch' | 'onProgress' | 'onNotice' | 'watch'> = {},
): Promise<Run> {
  const recipe = robustRecipe(prices).with(setting);
  try {
    return await train(recipe, { ...options, folder });
  } finally {
    await recipe.dispose();
  }
}
