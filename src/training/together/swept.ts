import { tf } from '../../core';
import { formatDuration, type Row, Table } from '../../tables';
import type { HistoryRow } from '../history';
import type { FitOptions } from '../options';
import type { ModelFace, Named } from '../trainable';

/** Setting of one run of a sweep: what it does differently. */
export interface SweepSetting {
  lossWeights?: Named<number>;
  learningRate?: number;
  /** Another order of the rows and other dropout; settings that differ in it run one after the other. */
  seed?: number;
}

/** Options that all runs of a sweep have in common: those of {@link fit} that mean the same for several runs at once. */
export type SweepOptions = Pick<
  FitOptions,
  'losses' | 'classWeights' | 'epochs' | 'batchSize' | 'optimizer' | 'schedule' | 'clipNorm' | 'clipValue' | 'shuffle'
> &
  Pick<
    FitOptions,
    'seed' | 'mode' | 'metrics' | 'lossWeights' | 'balancer' | 'signal' | 'gradientShares' | 'onProgress' | 'program'
  > & {
    /**
     * Epochs from one validation of all settings to the next; the last epoch always has one. 0: that one only. Default: a
     * tenth of the epochs, so that every curve has ten points. Settings that run one after the other are validated every epoch.
     */
    validateEvery?: number;
  };

/** One run of a sweep. */
export interface SweptRun {
  setting: SweepSetting;
  /** One row per epoch; those that were validated have `val_` numbers as well, the last one always. */
  history: HistoryRow[];
  /** Values of the model's weights at the end, in the model's order. */
  weights: Float32Array[];
  /** By which the ledger of trials calls it; undefined when no ledger is kept. */
  trial: string | undefined;
  /** Puts these weights into the model. */
  apply(): void;
}

/** The runs of a sweep and how they were made. */
export class Sweep {
  constructor(
    readonly runs: readonly SweptRun[],
    /** Whether all settings ran at once, as one more axis of every tensor, or one after the other. */
    readonly vectorized: boolean,
    /** Why so, and in which mode. */
    readonly reason: string,
    readonly seconds: number,
  ) {}

  /** The last epoch of each run beside its setting. */
  table(): Table<Row> {
    const rows = this.runs.map(({ setting: { lossWeights = {}, ...rest }, history }) => {
      const weights = Object.entries(lossWeights).map(([head, weight]) => [`${head}_weight`, weight]);
      return { ...Object.fromEntries(weights), ...rest, ...history.at(-1) } as Row;
    });
    return new Table(rows, {
      title: `${this.runs.length} settings in ${formatDuration(this.seconds)}: ${this.reason}`,
    });
  }

  toString(): string {
    return this.table().toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const table = this.table() as unknown as Record<symbol, () => Record<string, unknown>>;
    return table[Symbol.for('Jupyter.display')]!();
  }
}

/** The model as it is now, as a run of a sweep. */
export function sweptRun(
  face: ModelFace,
  setting: SweepSetting,
  history: HistoryRow[],
  trial: string | undefined,
): SweptRun {
  const weights = face.weights.map((variable) => Float32Array.from(variable.dataSync()));
  const apply = () => {
    face.weights.forEach((variable, k) => {
      tf.tidy(() => void variable.assign(tf.tensor(weights[k]!, variable.shape)));
    });
  };
  return { setting, history, weights, trial, apply };
}
