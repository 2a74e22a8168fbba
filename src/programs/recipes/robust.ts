import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError, type TF, tf } from '../../core';
import { type Dataset, type MarketColumn, makeRows, type Rows, Scaler, type ScalerState } from '../../data';
import { completeRows, scaledRows, withRowFeatures } from '../../data/samples/rows';
import { type RobustMLPOptions, robustMLP } from '../../models';
import { RunFolder } from '../../runs/runFolder';
import { fit, type HistoryRow, type Progress, type Run, type TrainingData } from '../../training';
import { restoreTensors, saveTensors } from '../../training/state';

/** Everything that decides what {@link trainRobust} makes. */
export interface RobustSettings {
  /** Default 50. */
  epochs?: number;
  /** Default 16. */
  batchSize?: number;
  /** The learning rate after the warm-up. Default 1e-4. */
  learningRate?: number;
  /** Steps over which the learning rate rises from 0. Default 1000; 0 for none. */
  warmupSteps?: number;
  /** Default [16, 8]. */
  hiddenDims?: readonly number[];
  /** Default 0.1. */
  dropoutRate?: number;
  /**
   * How the steps run. Default `xla`: many times faster on so small a network, and always the same, where `auto` picks by
   * the clock and graph and XLA round differently.
   */
  mode?: 'xla' | 'graph';
  /** Default 0. */
  seed?: number;
  /** Rows ahead that the target return is over. Default 1. */
  horizon?: number;
  /** Default `ROBUST_FEATURES`. */
  features?: readonly string[];
  /** Market column -> its name in the data, where it is not recognised. */
  columns?: Partial<Record<MarketColumn, string>>;
}

/** What {@link trainRobust} is told beside its settings. */
export interface RobustRunOptions {
  /** Go on with the run in the folder. */
  resume?: boolean;
  onEpoch?: (row: HistoryRow) => void;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** Told what the reader should know, such as a damaged checkpoint. */
  onNotice?: (notice: string) => void;
}

/** Defaults of {@link RobustSettings}. */
export const DEFAULTS = {
  epochs: 50,
  batchSize: 16,
  learningRate: 1e-4,
  warmupSteps: 1000,
  hiddenDims: [16, 8] as readonly number[],
  dropoutRate: 0.1,
  mode: 'xla' as 'xla' | 'graph',
  seed: 0,
  horizon: 1,
};

/**
 * The robust pipeline as one run that survives: features, rank-transformed target, layer-normalised residual network,
 * Huber loss, warm-up; a checkpoint after every epoch, and at the end `model.json` (weights, scaler, settings),
 * `history.csv` and the results in `run.json`. Killed at any moment and resumed, it ends with the same bits.
 *
 * @param folder of the run; made if absent. One process at a time.
 * @throws ReluctantError as `RunFolder.open`, `makeRows` and `fit` do.
 * @example
 * const prices = rl.synthetic.market({ symbols: 2, days: 200, seed: 7 });
 * const fs = require('node:fs');
 * const folder = fs.mkdtempSync(`${require('node:os').tmpdir()}/robust-`);
 * const { run } = await trainRobust(prices, folder, { epochs: 2 });
 * run.history.length; // 2
 * fs.rmSync(folder, { recursive: true });
 */
export async function trainRobust(
  dataset: Dataset,
  folder: string,
  given: RobustSettings = {},
  options: RobustRunOptions = {},
): Promise<{ run: Run; rows: Rows }> {
  const settings = { ...DEFAULTS, ...given };
  const record = { ...settings, data: { name: dataset.name, rows: dataset.rows, sha256: fingerprint(dataset) } };
  let made: Rows | undefined;
  const run = await robustRun(settings, record, folder, options, async () => {
    made = makeRows(dataset, settings);
    const data = toTensors(made);
    return {
      ...made,
      data,
      trainingRows: made.training.rows.length,
      validationRows: made.validation.rows.length,
      release: () => tf.dispose(data as unknown as TF.TensorContainer),
    };
  });
  return { run, rows: made! };
}

/** What a robust run trains on, however it was made. */
export interface RobustData extends Pick<Rows, 'features' | 'scaler' | 'ranks'> {
  data: TrainingData;
  trainingRows: number;
  validationRows: number;
  /** Called when the run has ended, however it ended. */
  release(): void;
}

/** A robust run in its folder: checkpoints, history, model and results. `record` is what a resumed run must agree with. */
export async function robustRun(
  settings: RobustSettings & typeof DEFAULTS,
  record: Readonly<Record<string, unknown>>,
  folder: string,
  options: RobustRunOptions,
  prepare: () => Promise<RobustData>,
): Promise<Run> {
  const runFolder = RunFolder.open(folder, 'train', record, { resume: options.resume ?? false });
  try {
    const rows = await prepare();
    const model = makeModel(settings, rows.features.length);
    try {
      const found = options.resume ? runFolder.checkpoints.latest() : undefined;
      for (const { file, reason } of found?.damaged ?? []) {
        options.onNotice?.(`${path.basename(file)} is not used: ${reason}; going on from the one before`);
      }
      const run = await fit(model, rows.data, {
        ...robustFitOptions(settings),
        onCheckpoint: (save) => void runFolder.checkpoints.write(save()),
        ...(found ? { resumeFrom: found.state } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
        ...(options.onProgress ? { onProgress: options.onProgress } : {}),
        onEpoch: ({ row }) => options.onEpoch?.(row),
      });
      const whole = run.stopReason === 'finished';
      runFolder.write('history.csv', run.table().toCSV());
      if (whole) runFolder.write('model.json', saveModel(model, settings, rows));
      runFolder.update({
        status: whole ? 'finished' : 'stopped',
        results: {
          stopReason: run.stopReason,
          mode: run.mode,
          seconds: run.seconds,
          epochs: run.history.length,
          trainingRows: rows.trainingRows,
          validationRows: rows.validationRows,
          weights: model.countParams(),
          last: run.history.at(-1) ?? null,
        },
      });
      return run;
    } finally {
      rows.release();
      model.dispose();
    }
  } finally {
    runFolder.close();
  }
}

/** The four remedies as options of `fit`: Huber loss and warm-up; the other two are in the target and the model. */
export function robustFitOptions(
  settings: Required<Pick<RobustSettings, 'epochs' | 'batchSize' | 'learningRate' | 'warmupSteps' | 'seed' | 'mode'>>,
) {
  const { epochs, batchSize, learningRate, warmupSteps, seed, mode } = settings;
  return {
    losses: 'huber' as const,
    metrics: ['mae' as const],
    optimizer: { kind: 'adam' as const, learningRate },
    schedule: ({ step }: { step: number }) => (step < warmupSteps ? (step + 1) / warmupSteps : 1),
    epochs,
    batchSize,
    seed,
    mode,
  };
}

function makeModel(settings: Required<Pick<RobustSettings, 'hiddenDims' | 'dropoutRate' | 'seed'>>, features: number) {
  const { hiddenDims, dropoutRate, seed } = settings;
  return robustMLP({ features, hiddenDims, dropoutRate, seed, initialOutput: MEAN_RANK } satisfies RobustMLPOptions);
}

function toTensors({ training, validation, features }: Rows) {
  const part = ({ inputs, targets }: Rows['training']) => ({
    inputs: tf.tensor2d(inputs, [targets.length, features.length]),
    targets: tf.tensor2d(targets, [targets.length, 1]),
  });
  return { ...part(training), validation: part(validation) };
}

/** SHA-256 over names and values: the same data, whatever file they came from. */
function fingerprint(dataset: Dataset): string {
  const hash = crypto.createHash('sha256');
  for (const name of dataset.names) {
    const column = dataset.column(name);
    hash.update(`${name}\0${column.kind}\0${column.kind === 'symbol' ? column.dictionary.join('\0') : ''}`);
    hash.update(new Uint8Array(column.values.buffer, column.values.byteOffset, column.values.byteLength));
  }
  return hash.digest('hex');
}

/** The mean of ranks on [0, 1]. */
const MEAN_RANK = 0.5;
const MODEL_FORMAT_VERSION = 1;
/** Quantiles of the training returns that are kept with a model, to turn a predicted rank into a return. */
const QUANTILES = 1001;

interface SavedModel {
  formatVersion: number;
  settings: Required<Pick<RobustSettings, 'hiddenDims' | 'dropoutRate' | 'seed' | 'horizon'>> & RobustSettings;
  scaler: ScalerState;
  returnQuantiles: number[];
  weights: { name: string; shape: number[]; base64: string }[];
}

function saveModel(
  model: TF.LayersModel,
  settings: SavedModel['settings'],
  { scaler, ranks }: Pick<Rows, 'scaler' | 'ranks'>,
): string {
  const variables = model.weights.map((weight) => weight.read());
  const saved: SavedModel = {
    formatVersion: MODEL_FORMAT_VERSION,
    settings,
    scaler: scaler.toJSON(),
    returnQuantiles: Array.from({ length: QUANTILES }, (_, k) => ranks.value(k / (QUANTILES - 1))),
    weights: saveTensors(
      variables,
      model.weights.map(({ originalName }) => originalName),
    ).map(({ name, shape, values }) => ({
      name,
      shape: [...shape],
      base64: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'),
    })),
  };
  return `${JSON.stringify(saved, null, 1)}\n`;
}

/** What {@link predictRobust} returns, one value per predicted row. */
export interface RobustPredictions {
  /** Row numbers in the data set; rows with a missing feature have no prediction. */
  rows: Int32Array;
  /** Predicted rank of the return that follows, about [0, 1]. */
  ranks: Float32Array;
  /** The training return of that rank. */
  returns: Float64Array;
  /** Rows ahead the prediction is about. */
  horizon: number;
}

/**
 * Predictions of a finished run of {@link trainRobust} for data, with the features and scales of its training.
 * @throws ReluctantError `model-absent`, `model-damaged`.
 * @example
 * const prices = rl.synthetic.market({ symbols: 2, days: 200, seed: 7 });
 * const fs = require('node:fs');
 * const folder = fs.mkdtempSync(`${require('node:os').tmpdir()}/robust-`);
 * await rl.trainRobust(prices, folder, { epochs: 1, mode: 'graph' });
 * const { rows, ranks } = predictRobust(prices, folder);
 * rows.length === ranks.length; // true
 * fs.rmSync(folder, { recursive: true });
 */
export function predictRobust(dataset: Dataset, folder: string): RobustPredictions {
  const file = path.join(folder, 'model.json');
  RunFolder.read(folder);
  if (!fs.existsSync(file)) {
    const problem = 'the folder holds no finished run';
    const fix = 'train it, or finish it with --resume';
    throw new ReluctantError({ code: 'model-absent', operation: 'predict', problem, where: { folder }, fix });
  }
  const saved = readModel(file);
  const scaler = Scaler.from(saved.scaler);
  const { columns } = saved.settings;
  const { complete } = withRowFeatures(dataset, { features: scaler.features, ...(columns ? { columns } : {}) });
  const rows = completeRows(complete, scaler.features);
  const model = makeModel(saved.settings, scaler.features.length);
  try {
    const weights = saved.weights.map(({ name, shape, base64 }) => {
      const raw = Buffer.from(base64, 'base64');
      return {
        name,
        shape,
        values: new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength)),
      };
    });
    restoreTensors(
      'weights',
      model.weights.map((weight) => weight.read() as TF.Variable),
      weights,
    );
    const ranks = tf.tidy(() => {
      const inputs = tf.tensor2d(scaledRows(complete, scaler, rows), [rows.length, scaler.features.length]);
      return (model.predict(inputs, { batchSize: 8192 }) as TF.Tensor).dataSync().slice() as Float32Array;
    });
    const { returnQuantiles } = saved;
    const returnOf = (rank: number) => {
      const place = Math.min(1, Math.max(0, rank)) * (returnQuantiles.length - 1);
      const below = Math.floor(place);
      const above = Math.min(below + 1, returnQuantiles.length - 1);
      return returnQuantiles[below]! + (place - below) * (returnQuantiles[above]! - returnQuantiles[below]!);
    };
    return { rows, ranks, returns: Float64Array.from(ranks, returnOf), horizon: saved.settings.horizon };
  } finally {
    model.dispose();
  }
}

function readModel(file: string): SavedModel {
  try {
    const saved = JSON.parse(fs.readFileSync(file, 'utf8')) as SavedModel;
    if (saved.formatVersion !== MODEL_FORMAT_VERSION || !saved.weights || !saved.returnQuantiles)
      throw new Error('fields');
    return saved;
  } catch (cause) {
    const problem = 'model.json cannot be read';
    throw new ReluctantError({ code: 'model-damaged', operation: 'predict', problem, where: { file }, cause });
  }
}
