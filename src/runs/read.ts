import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ZodType } from 'zod';
import { formFault, parseJSON, ReluctantError } from '../core';
import { Checkpoints } from './checkpoints';
import { notReadable, readGuardedText } from './digests';
import { fromEarlier, historyFromCSV } from './earlier';
import { placeOf } from './names';
import { RUN_FORMAT_VERSION, type RunRecord, shapeOfHistory, shapeOfRecord, toNumbers } from './record';

/** A run as it was read from its folder. */
export interface RecordedRun extends RunRecord {
  /** One row per epoch; of a run that is under way or was killed, up to its last checkpoint. */
  history: readonly Readonly<Record<string, number>>[];
}

/**
 * Reads one run of a folder, whatever wrote it.
 *
 * @param folder the folder of runs. @param name of the run's folder in it.
 * @throws ReluctantError `run-not-readable` naming the file, `format-too-new`, `name-not-usable`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'sum' })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const options = { losses: 'meanSquaredError', epochs: 3, watch: [rl.runs.recordRun('runs', { name: 'sum' })] };
 * await rl.fit(model, { inputs, targets: inputs.sum(1, true) }, options);
 * readRun('runs', 'sum').history.length; // 3
 */
export function readRun(folder: string, name: string): RecordedRun {
  const place = placeOf(folder, name);
  const record = readRecord(place);
  if (!record) throw notReadable(place, 'run.json', 'the file is not there');
  return { ...record, name, history: readHistory(place) };
}

/** The record in a run's own folder; undefined where there is none. Anyone may read, also while it is written to. */
export function readRecord(place: string): RunRecord | undefined {
  if (!fs.existsSync(path.join(place, 'run.json'))) return undefined;
  const json = fromEarlier(readJSON(place, 'run.json'), path.basename(place));
  const { formatVersion, last } = Object(json) as Partial<RunRecord>;
  if (typeof formatVersion === 'number' && formatVersion > RUN_FORMAT_VERSION) {
    throw new ReluctantError({
      code: 'format-too-new',
      operation: 'runs',
      problem: 'the run was written by a newer version',
      where: { folder: place },
      received: formatVersion,
      expected: `at most ${RUN_FORMAT_VERSION}`,
      fix: 'update reluctant',
    });
  }
  return checked(place, 'run.json', { ...Object(json), last: toNumbers(last) }, shapeOfRecord()) as RunRecord;
}

function readHistory(place: string): RecordedRun['history'] {
  if (fs.existsSync(path.join(place, 'history.json'))) {
    const rows = readJSON(place, 'history.json');
    return checked(place, 'history.json', Array.isArray(rows) ? rows.map(toNumbers) : rows, shapeOfHistory());
  }
  const rows = historyFromCSV(place);
  if (rows) return checked(place, 'history.csv', rows, shapeOfHistory());
  try {
    return new Checkpoints(path.join(place, 'checkpoints')).latest()?.state.history ?? [];
  } catch (cause) {
    throw notReadable(place, 'checkpoints', cause instanceof Error ? cause.message : 'they are damaged', cause);
  }
}

/** Reads a JSON file of a run; its numbers that JSON does not have are texts still. @throws ReluctantError `run-not-readable`. */
export function readJSON(place: string, file: string): unknown {
  const text = readGuardedText(place, file);
  try {
    return parseJSON(text);
  } catch (cause) {
    throw notReadable(place, file, 'the file is not whole JSON', cause);
  }
}

function checked<T>(place: string, file: string, json: unknown, schema: ZodType<T>): T {
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  throw notReadable(place, file, formFault(error));
}
