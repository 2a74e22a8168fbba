import type { FinancialWaveNetOptions } from '../../models/financialWaveNet';

/** A named way to train the multi-task model: everything but the data. */
export interface Configuration {
  /** What it is meant for, in one sentence. */
  purpose: string;
  /** Weight of each head's loss in the total. */
  lossWeights: Readonly<Record<'direction' | 'volatility' | 'magnitude', number>>;
  /** Loss of each head. */
  losses: Readonly<
    Record<'direction' | 'volatility' | 'magnitude', 'categoricalCrossentropy' | 'meanSquaredError' | 'huber'>
  >;
  /** Metrics of each head that validation reports. */
  metrics: Readonly<Record<'direction' | 'volatility' | 'magnitude', readonly ('auc' | 'accuracy' | 'mae')[]>>;
  optimizer: Readonly<{ kind: 'adam'; learningRate: number }>;
  batchSize: number;
  epochs: number;
  /** Training stops when `monitor` has not risen for `patience` epochs; the best epoch's weights are kept. */
  earlyStopping: Readonly<{ monitor: string; mode: 'max' | 'min'; patience: number; restoreBestWeights: boolean }>;
  /** Size of the model. */
  model: Readonly<Omit<FinancialWaveNetOptions, 'window' | 'features' | 'seed'>>;
}

const balanced: Configuration = {
  purpose: 'direction first, volatility and magnitude as auxiliary tasks at three tenths of its weight',
  lossWeights: { direction: 1, volatility: 0.3, magnitude: 0.3 },
  losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'meanSquaredError' },
  metrics: { direction: ['auc', 'accuracy'], volatility: ['mae'], magnitude: ['mae'] },
  optimizer: { kind: 'adam', learningRate: 2e-3 },
  batchSize: 64,
  epochs: 500,
  earlyStopping: { monitor: 'val_direction_auc', mode: 'max', patience: 25, restoreBestWeights: true },
  model: { channels: 16, dilations: [1, 2, 4, 8], fusionUnits: 32, dropoutRate: 0.4 },
};

/**
 * The configurations that the investigations name. `balanced` is Run #6's; `directionFirst` is the rollback of the plan for
 * Run #3, with the auxiliary weights lowered to a tenth; `directionOnly` leaves them out.
 *
 * @example
 * programs.configurations.balanced.lossWeights; // { direction: 1, volatility: 0.3, magnitude: 0.3 }
 */
export const configurations: Readonly<Record<'balanced' | 'directionFirst' | 'directionOnly', Configuration>> = {
  balanced,
  directionFirst: {
    ...balanced,
    purpose: 'the rollback: auxiliary losses at a tenth of the weight of direction',
    lossWeights: { direction: 1, volatility: 0.1, magnitude: 0.1 },
  },
  directionOnly: {
    ...balanced,
    purpose: 'a control: the auxiliary heads are not trained at all',
    lossWeights: { direction: 1, volatility: 0, magnitude: 0 },
  },
};
