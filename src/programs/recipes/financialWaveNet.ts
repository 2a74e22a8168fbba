import type { TF } from '../../core';
import { type MarketSamples, makeSamples, type SampleSet } from '../../data';
import { financialWaveNet, HEAD_ACTIVATIONS, HEAD_INITIALIZERS, threeBranchWaveNet } from '../../models';
import { type FitOptions, type Samples, schedules, type TrainingData } from '../../training';
import { program } from '../program';
import { type MarketSource, readMarket } from './source';
import { WAVE_NET_RUNS } from './waveNetRuns';

/** A small network for quick looks: direction first, volatility and magnitude as auxiliary tasks at three tenths of its weight. */
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
  /** Of the three branches: weight of the L2 penalty. The small network has none. */
  l2: 0,
  /** Epochs without a better validation AUC of the direction after which the learning rate is halved, down to 1e-7; 0: never. */
  plateauPatience: 0,
  /** Of `schedule: 'warmupCosine'`: epochs of the warm-up, and the share of the learning rate at which it begins. */
  warmupEpochs: 0,
  warmupFrom: 0,
  /** Each variable's gradient is scaled down to this norm; 0: none is. */
  clipVariableNorm: 0,
  source: null as MarketSource | null,
};

const CHOICES = {
  /** `threeBranches` is the documented network of two million weights; of the sizes above it takes window, dropout and L2. */
  architecture: ['small', 'threeBranches'],
  /** Of the three branches: heads of Runs 1 to 6, or the deeper ones of later versions. */
  heads: ['direct', 'deep'],
  magnitudeLoss: ['meanSquaredError', 'huber'],
  schedule: ['constant', 'warmupCosine'],
  /** `same`: that of `headActivation`. */
  magnitudeActivation: ['same', ...HEAD_ACTIVATIONS],
  headActivation: ['softplus', ...HEAD_ACTIVATIONS.filter((name) => name !== 'softplus')],
  headInitializer: HEAD_INITIALIZERS,
} as const;

/** The weightings that the investigations name: Run #6's, the roll-back of the plan for Run #3, and a control. */
const PRESETS = {
  balanced: { lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 } },
  directionFirst: { lossWeights: { direction: 1, volatility: 0.1, magnitude: 0.1 } },
  directionOnly: { lossWeights: { direction: 1, volatility: 0, magnitude: 0 } },
  ...WAVE_NET_RUNS,
};

interface WindowData extends TrainingData {
  validation: Samples;
  features: number;
}

/**
 * The recipe of "Financial WaveNet v1": direction, volatility and magnitude of each stock from a window of days, with the
 * presets `balanced`, `directionFirst` and `directionOnly` on the small network, and the documented trainings of the
 * documented network: `run1` to `run6`, `scaledSigmoids`, `conservative`, `aggressive` and `advanced`.
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
      const part = (set: SampleSet) => ({ ...set.toTensors(), facts: set.facts() });
      return { ...part(training), validation: part(validation), features: features.length };
    },
    model: (setting, { features, inputs }): TF.LayersModel =>
      modelOf(setting, features, (inputs as TF.Tensor).shape[1]!),
    options: (setting) => optionsOf(setting),
  });
  return samples ? recipe : (recipe.from('financialWaveNet') as typeof recipe);
}

type Choice<Key extends keyof typeof CHOICES> = (typeof CHOICES)[Key][number];

type Chosen = Omit<typeof DEFAULTS, 'source'> & { [Key in keyof typeof CHOICES]: Choice<Key> };

function modelOf(setting: Chosen, features: number, window: number): TF.LayersModel {
  const { channels, dilations, fusionUnits, dropoutRate, l2, heads, headInitializer, seed } = setting;
  const { headActivation: volatility, magnitudeActivation } = setting;
  const headActivation = { volatility, magnitude: magnitudeActivation === 'same' ? volatility : magnitudeActivation };
  const shared = { features, window, dropoutRate, headActivation, headInitializer, seed };
  return setting.architecture === 'small'
    ? financialWaveNet({ ...shared, channels, dilations, fusionUnits })
    : threeBranchWaveNet({ ...shared, l2, heads });
}

function optionsOf(setting: Chosen) {
  const { patience, plateauPatience, warmupEpochs, warmupFrom, clipVariableNorm, magnitudeLoss, schedule } = setting;
  const plateau = { monitor: 'val_direction_auc', mode: 'max', factor: 0.5, minLearningRate: 1e-7 } as const;
  return {
    losses: {
      direction: 'categoricalCrossentropy',
      volatility: 'meanSquaredError',
      magnitude: magnitudeLoss,
    },
    metrics: { direction: ['auc', 'accuracy'], volatility: ['mae'], magnitude: ['mae'] },
    optimizer: { kind: 'adam' },
    earlyStopping: { monitor: 'val_direction_auc', mode: 'max', patience, restoreBestWeights: true },
    ...(plateauPatience > 0 && { reduceOnPlateau: { ...plateau, patience: plateauPatience } }),
    ...(clipVariableNorm > 0 && { clipVariableNorm }),
    ...(schedule === 'warmupCosine' && {
      schedule: schedules.warmupCosine({ warmupEpochs, initialFraction: warmupFrom }),
    }),
  } as const satisfies FitOptions;
}
