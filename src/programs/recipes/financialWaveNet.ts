import type { TF } from '../../core';
import { type MarketSamples, makeSamples } from '../../data';
import { financialWaveNet, HEAD_ACTIVATIONS, HEAD_INITIALIZERS } from '../../models';
import type { Samples, TrainingData } from '../../training';
import { program } from '../program';
import { type MarketSource, readMarket } from './source';

/** Run #6 of the investigation: direction first, volatility and magnitude as auxiliary tasks at three tenths of its weight. */
const DEFAULTS = {
  seed: 1,
  epochs: 500,
  batchSize: 64,
  learningRate: 2e-3,
  lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 },
  /** Epochs without a better validation AUC of the direction after which training stops; the best epoch's weights are kept. */
  patience: 25,
  window: 32,
  horizon: 3,
  channels: 16,
  dilations: [1, 2, 4, 8] as readonly number[],
  fusionUnits: 32,
  dropoutRate: 0.4,
  source: null as MarketSource | null,
};

const CHOICES = {
  headActivation: ['softplus', ...HEAD_ACTIVATIONS.filter((name) => name !== 'softplus')],
  headInitializer: HEAD_INITIALIZERS,
} as const;

/** The weightings that the investigations name: Run #6's, the roll-back of the plan for Run #3, and a control. */
const PRESETS = {
  balanced: { lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 } },
  directionFirst: { lossWeights: { direction: 1, volatility: 0.1, magnitude: 0.1 } },
  directionOnly: { lossWeights: { direction: 1, volatility: 0, magnitude: 0 } },
};

interface WindowData extends TrainingData {
  validation: Samples;
  features: number;
}

/**
 * The recipe of "Financial WaveNet v1": direction, volatility and magnitude of each stock from a window of days, with the
 * presets `balanced`, `directionFirst` and `directionOnly`.
 *
 * @param samples to train on. Default: made from the market that the setting's `source` names, by its `window` and `horizon`.
 * @example
 * const wavenet = financialWaveNetRecipe();
 * wavenet.with(wavenet.presets.directionFirst).setting.lossWeights; // { direction: 1, volatility: 0.1, magnitude: 0.1 }
 */
export function financialWaveNetRecipe(samples?: MarketSamples) {
  const recipe = program({
    name: 'financialWaveNet',
    defaults: DEFAULTS,
    choices: CHOICES,
    presets: PRESETS,
    data: async ({ source, window, horizon }): Promise<WindowData> => {
      const { training, validation, features } =
        samples ?? makeSamples(await readMarket('financialWaveNet', source), { window, horizon });
      return { ...training.toTensors(), validation: validation.toTensors(), features: features.length };
    },
    model: (setting, { features, inputs }): TF.LayersModel => {
      const { channels, dilations, fusionUnits, dropoutRate, headActivation, headInitializer, seed } = setting;
      const size = { channels, dilations, fusionUnits, dropoutRate, seed };
      const window = (inputs as TF.Tensor).shape[1]!;
      return financialWaveNet({ ...size, window, features, headActivation, headInitializer });
    },
    options: ({ patience }) => ({
      losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'meanSquaredError' },
      metrics: { direction: ['auc', 'accuracy'], volatility: ['mae'], magnitude: ['mae'] } as const,
      optimizer: { kind: 'adam' },
      earlyStopping: { monitor: 'val_direction_auc', mode: 'max', patience, restoreBestWeights: true },
    }),
  });
  return samples ? recipe : (recipe.from('financialWaveNet') as typeof recipe);
}
