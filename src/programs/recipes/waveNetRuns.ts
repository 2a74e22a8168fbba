/** What Runs 1 to 6 share: the documented network, window 20, 5 days ahead. */
const DOCUMENTED = {
  architecture: 'threeBranches',
  window: 20,
  horizon: 5,
  batchSize: 64,
  dropoutRate: 0.3,
  l2: 1e-4,
  magnitudeLoss: 'huber',
  plateauPatience: 10,
  clipVariableNorm: 1,
} as const;

/** "balanced", the configuration of Runs 2 to 6; the plan and the logs say 500 epochs, the configuration 150. */
const BALANCED = {
  ...DOCUMENTED,
  learningRate: 5e-4,
  epochs: 150,
  patience: 25,
  lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 },
} as const;

const EARLIER_WEIGHTS = { direction: 0.7, volatility: 0.2, magnitude: 0.3 };

/**
 * The documented trainings of the Financial WaveNet, as presets of its recipe. Adam's betas are Keras's (0.9 and 0.999), the rate
 * is halved where `val_direction_auc` stands still for `plateauPatience` epochs, down to 1e-7, and the weights of its best epoch
 * are put back.
 */
export const WAVE_NET_RUNS = {
  run1: {
    ...DOCUMENTED,
    learningRate: 1e-3,
    epochs: 175,
    patience: 20,
    clipVariableNorm: 0,
    headActivation: 'sigmoid',
    magnitudeActivation: 'linear',
    lossWeights: EARLIER_WEIGHTS,
  },
  run2: { ...BALANCED, headActivation: 'sigmoid', magnitudeActivation: 'linear' },
  run3: { ...BALANCED, epochs: 500, headActivation: 'relu', headInitializer: 'heNormal' },
  /** Tried between Runs 3 and 4: the sigmoid of Run 2 times 0.15 and 0.6. */
  scaledSigmoids: { ...BALANCED, headActivation: 'scaledSigmoid' },
  run4: {
    ...BALANCED,
    headActivation: 'relu',
    headInitializer: 'heNormal',
    lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.2 },
  },
  run5: { ...BALANCED, headActivation: 'leakyRelu', headInitializer: 'heNormal' },
  run6: { ...BALANCED, headActivation: 'softplus', headInitializer: 'glorotUniform' },
  conservative: {
    ...DOCUMENTED,
    learningRate: 3e-4,
    batchSize: 32,
    epochs: 150,
    patience: 30,
    plateauPatience: 12,
    dropoutRate: 0.35,
    lossWeights: EARLIER_WEIGHTS,
  },
  aggressive: {
    ...DOCUMENTED,
    learningRate: 3e-3,
    batchSize: 128,
    epochs: 200,
    patience: 20,
    dropoutRate: 0.4,
    l2: 5e-4,
    lossWeights: EARLIER_WEIGHTS,
  },
  /** From 1e-4 to 1e-3 in 10 epochs, then half a cosine down. */
  advanced: {
    ...DOCUMENTED,
    learningRate: 1e-3,
    epochs: 150,
    patience: 25,
    plateauPatience: 0,
    schedule: 'warmupCosine',
    warmupEpochs: 10,
    warmupFrom: 0.1,
    lossWeights: EARLIER_WEIGHTS,
  },
} as const;
