import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseJSON, ReluctantError, type TF, tf, withWeightsAtMost } from '../../core';
import {
  type Dataset,
  type FormOptions,
  type MarketColumn,
  MILLISECONDS_PER_DAY,
  type RankMap,
  type Rows,
  Scaler,
  type ScalerState,
} from '../../data';
import { completeRows, scaledRows, withRowFeatures } from '../../data/samples/rows';
import { robustMLP } from '../../models';
import { readGuardedText, readRecord, readWeights } from '../../runs';
import type { SavedTensor } from '../../training';
import { restoreTensors } from '../../training/state';
import type { MarketSource } from './source';

/** Settings that a trained model is read with. */
interface ModelSetting {
  hiddenDims: readonly number[];
  dropoutRate: number;
  seed: number;
  /** Absent in runs of earlier versions. */
  residual?: boolean;
  outputActivation?: 'linear' | 'sigmoid';
  horizon: number;
  columns?: Partial<Record<MarketColumn, string>>;
}

/** The mean of ranks on [0, 1]: what the untrained network predicts. */
const MEAN_RANK = 0.5;

/** The network of the robust recipe, untrained. */
export function robustModel(
  setting: Pick<ModelSetting, 'hiddenDims' | 'dropoutRate' | 'seed' | 'residual' | 'outputActivation'>,
  features: number,
): TF.LayersModel {
  const { hiddenDims, dropoutRate, seed, residual = true, outputActivation = 'linear' } = setting;
  const size = { features, hiddenDims, dropoutRate, residual, outputActivation, seed };
  return robustMLP({ ...size, initialOutput: MEAN_RANK });
}

const MODEL_FORMAT_VERSION = 2;
/** Quantiles of the training returns that are kept with a model, to turn a predicted rank into a return. */
const QUANTILES = 1001;

/** `model.json`: what predictions need beside weights and setting. Version 1 held these two as well. */
interface SavedModel {
  formatVersion: number;
  scaler: ScalerState;
  returnQuantiles: number[];
  /** The last dates of the training and validation rows, milliseconds; absent in files of earlier versions. */
  until?: Rows['until'];
  settings?: ModelSetting;
  weights?: { name: string; shape: number[]; base64: string }[];
}

/** The text of a run's `model.json`. */
export function savedModel(scaler: Scaler, ranks: RankMap, until: Rows['until']): string {
  const saved: SavedModel = {
    formatVersion: MODEL_FORMAT_VERSION,
    scaler: scaler.toJSON(),
    returnQuantiles: Array.from({ length: QUANTILES }, (_, k) => ranks.value(k / (QUANTILES - 1))),
    until,
  };
  return `${JSON.stringify(saved, null, 1)}\n`;
}

/** Predictions of {@link predictRobust}, one value per predicted row. */
export interface RobustPredictions {
  /** Row numbers in the data set; rows with a missing feature have no prediction. */
  rows: Int32Array;
  /** Predicted rank of the return that follows, about [0, 1]. */
  ranks: Float32Array;
  /** The training return of that rank. */
  returns: Float64Array;
  /** Rows ahead the prediction is about. */
  horizon: number;
  /** Which part of the run each row's date is in: what was trained on says nothing of skill. `unknown` for runs of earlier versions. */
  parts: ('training' | 'validation' | 'new' | 'unknown')[];
}

/**
 * Predictions of a finished run of the robust recipe for data, with the features and scales of its training.
 *
 * @param folder of the run, as `train(programs.robustRecipe(...), { folder })` and `reluctant train` write it.
 * @param given market column -> its name in the data, where it is another than in training.
 * @throws ReluctantError `model-absent`, `model-damaged`, and those of reading a run.
 * @example
 * const prices = rl.synthetic.market({ symbols: 2, days: 200, seed: 7 });
 * await rl.trainRobust(prices, 'runs/to-predict', { epochs: 1, mode: 'graph' });
 * const { rows, ranks } = predictRobust(prices, 'runs/to-predict');
 * rows.length === ranks.length; // true
 */
export function predictRobust(
  dataset: Dataset,
  folder: string,
  given: Partial<Record<MarketColumn, string>> = {},
): RobustPredictions {
  const { setting, scaler, returnQuantiles, weights, until } = readModel(folder);
  const columns = { ...setting.columns, ...given };
  const { complete } = withRowFeatures(dataset, { features: scaler.features, columns });
  const rows = completeRows(complete, scaler.features);
  const count = weights.reduce((sum, { values }) => sum + values.length, 0);
  const refuse = (layer: string): never => {
    throw new ReluctantError({
      code: 'model-damaged',
      operation: 'predict',
      problem: `the setting of the run asks for more weights in "${layer}" than the run has`,
      where: { folder },
      expected: `at most ${count} values`,
    });
  };
  const model = withWeightsAtMost(count, refuse, () => robustModel(setting, scaler.features.length));
  try {
    restoreTensors(
      'weights',
      model.weights.map((weight) => weight.read() as TF.Variable),
      weights,
    );
    const ranks = tf.tidy(() => {
      const inputs = tf.tensor2d(scaledRows(complete, scaler, rows), [rows.length, scaler.features.length]);
      return (model.predict(inputs, { batchSize: 8192 }) as TF.Tensor).dataSync().slice() as Float32Array;
    });
    const returns = Float64Array.from(ranks, (rank) => returnOf(rank, returnQuantiles));
    return { rows, ranks, returns, horizon: setting.horizon, parts: partsOf(complete, rows, until) };
  } finally {
    model.dispose();
  }
}

/** The part of the run that each row's date lies in. */
function partsOf(market: Dataset, rows: Int32Array, until: Rows['until'] | undefined): RobustPredictions['parts'] {
  const date = market.column('date');
  const unit = date.kind === 'date' ? MILLISECONDS_PER_DAY : 1;
  return Array.from(rows, (row) => {
    if (!until) return 'unknown';
    const time = date.values[row]! * unit;
    return time <= until.training ? 'training' : time <= until.validation ? 'validation' : 'new';
  });
}

/**
 * How the files of a run were read and its columns are called, so that others are read the same way.
 *
 * @param folder of the run.
 * @throws ReluctantError those of reading a run.
 * @example
 * await rl.trainRobust(rl.synthetic.market({ symbols: 2, days: 200, seed: 7 }), 'runs/read', { epochs: 1, mode: 'graph' });
 * robustReading('runs/read').form; // {}
 */
export function robustReading(folder: string): { form: FormOptions; columns: Partial<Record<MarketColumn, string>> } {
  const setting = readRecord(folder)?.program?.setting as
    | { source?: MarketSource | null; columns?: object }
    | undefined;
  const { source, columns = {} } = setting ?? {};
  if (!source || !('files' in source)) return { form: {}, columns };
  const { files: _, ...form } = source;
  return { form, columns };
}

/** The training return of a rank, between those of the two nearest quantiles. */
function returnOf(rank: number, quantiles: readonly number[]): number {
  const place = Math.min(1, Math.max(0, rank)) * (quantiles.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, quantiles.length - 1);
  return quantiles[below]! + (place - below) * (quantiles[above]! - quantiles[below]!);
}

function readModel(folder: string) {
  const record = readRecord(folder);
  const file = path.join(folder, 'model.json');
  if (!record || !fs.existsSync(file)) {
    const problem = 'the folder holds no finished run of the robust recipe';
    const fix = 'train it, or finish it with --resume';
    throw new ReluctantError({ code: 'model-absent', operation: 'predict', problem, where: { folder }, fix });
  }
  try {
    const text = readGuardedText(folder, 'model.json');
    const { settings, scaler, returnQuantiles, weights, until } = parseJSON(text) as SavedModel;
    return {
      setting: (settings ?? record.program?.setting) as ModelSetting,
      scaler: Scaler.from(scaler),
      returnQuantiles: [...returnQuantiles],
      until,
      weights: weights ? weights.map(fromBase64) : readWeights(folder),
    };
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    const problem = 'the model of the run cannot be read';
    throw new ReluctantError({ code: 'model-damaged', operation: 'predict', problem, where: { folder }, cause });
  }
}

function fromBase64({ name, shape, base64 }: { name: string; shape: number[]; base64: string }): SavedTensor {
  const raw = Buffer.from(base64, 'base64');
  const values = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
  return { name, shape, values };
}
