import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError, writeAtomically } from '../core';
import { safetensorsBytes } from '../inspection/files/writeSafetensors';
import type { Row } from '../tables';
import type { FitOptions, SavedTensor, Trainable, TrainingData } from '../training';
import { dataHash } from './dataHash';
import { writeGuarded } from './digests';
import { eventBytes } from './events';
import type { WeightHistogram } from './histograms';
import { checkRunName, DRAFT } from './names';
import {
  type FinishedRun,
  outcomeOf,
  plain,
  type RecordedVerdict,
  RUN_FORMAT_VERSION,
  type RunRecord,
  recordedOptions,
  versions,
  withSeal,
} from './record';
import { WEIGHT_FILE, weightsOf } from './weightFile';

/** What {@link writeRun} writes beside what the run remembers; of the first three, what is given takes its place. */
export interface RunExtras {
  /** The trained model, for its weights and their histograms. */
  model?: Trainable | undefined;
  data?: TrainingData;
  options?: FitOptions;
  /** Weights in place of the model's, of a run that shared its model with others. */
  weights?: readonly SavedTensor[];
  /** Causes that were named for it; absent when no diagnosis was made. */
  verdicts?: readonly RecordedVerdict[];
  /** The diagnosis in full, as plain data. */
  diagnosis?: object;
  /** Statistics of weights, gradients and predictions, a row each. */
  statistics?: readonly Row[];
  /** Histograms of the weights taken on the way; those of the last epoch come from the model. */
  histograms?: readonly WeightHistogram[];
  /** How many settings were trained at once with it. */
  together?: number;
  /** Hash of the data, where it is there already. */
  dataHash?: string;
}

/**
 * Writes a run that has ended to `folder/name`: `run.json` (its {@link RunRecord}), `history.json`, `weights.safetensors`,
 * `diagnosis.json` and `statistics.json` where there are any, and a TensorBoard event file with the curves and the histograms of
 * the weights. The folder appears whole or not at all.
 *
 * @param name letters, digits, `.`, `-` and `_`; must not exist yet.
 * @returns the folder written.
 * @throws ReluctantError `name-not-usable`, `run-exists`, `file-not-written`; `run-without-origin` for a run that remembers neither
 *   data nor options, and is not given them.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'sum' })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const data = { inputs, targets: inputs.sum(1, true) };
 * const run = await rl.fit(model, data, { losses: 'meanSquaredError', epochs: 3 });
 * writeRun('runs', 'sum-1', run).endsWith('sum-1'); // true
 */
export function writeRun(folder: string, name: string, run: FinishedRun, extras: RunExtras = {}): string {
  const target = checkRunName(folder, name);
  const draft = `${target}${DRAFT}${process.pid}`;
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(draft, { recursive: true });
  try {
    writeJSON(draft, 'run.json', recordOf(name, run, extras));
    writeOutcome(draft, name, run, extras);
    fs.renameSync(draft, target);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return target;
}

/** Everything but `run.json`, into the run's own folder. */
export function writeOutcome(place: string, name: string, run: FinishedRun, extras: RunExtras): void {
  const { model = run.origin?.model, histograms, statistics, diagnosis } = extras;
  const weights = extras.weights ?? (model && weightsOf(model));
  writeJSON(place, 'history.json', run.history);
  if (weights) writeGuarded(place, WEIGHT_FILE, safetensorsBytes(weights));
  if (statistics) writeJSON(place, 'statistics.json', statistics);
  if (diagnosis) writeJSON(place, 'diagnosis.json', diagnosis);
  const events = path.join(place, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${name}`);
  writeAtomically(events, eventBytes(run.history, weights ?? [], histograms));
}

/** Writes a JSON file of a run, whole or not at all; numbers that JSON does not have become texts. */
export function writeJSON(place: string, name: string, content: unknown): void {
  writeGuarded(place, name, `${JSON.stringify(content, plain, 1)}\n`);
}

/** The record of a run that has ended. */
export function recordOf(name: string, run: FinishedRun, extras: RunExtras): RunRecord {
  const { verdicts, together, ...given } = extras;
  const { data = run.origin?.data, options = run.origin?.options } = given;
  if (!data || !options) {
    throw new ReluctantError({
      code: 'run-without-origin',
      operation: 'runs.write',
      problem: 'the run does not remember the data and options it was made with',
      fix: 'pass { model, data, options }',
    });
  }
  const written = new Date();
  return {
    formatVersion: RUN_FORMAT_VERSION,
    name,
    begun: new Date(written.getTime() - 1000 * run.seconds).toISOString(),
    written: written.toISOString(),
    ...(options.program && withSeal(options.program)),
    options: recordedOptions(options),
    seed: options.seed ?? 0,
    versions: versions(),
    dataHash: given.dataHash ?? dataHash(data),
    ...(verdicts && { verdicts: verdicts.map(({ cause, where, says }) => ({ cause, where, says })) }),
    ...(together !== undefined && { together }),
    ...outcomeOf(run),
  };
}
