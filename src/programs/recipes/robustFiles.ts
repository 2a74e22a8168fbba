import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { collectGarbage, type TF, tf } from '../../core';
import { findFiles } from '../../data/read/files';
import { streamRows } from '../../data/samples/streamRows';
import type { Run } from '../../training/run';
import type { RowSource } from '../../training/samples';
import { DEFAULTS, type RobustRunOptions, type RobustSettings, robustRun } from './robust';

/**
 * Bytes of memory that `reluctant train` takes beside its data: 650 MB at the peak of a run on next to none, of them 410 MB pages
 * of Node's, DuckDB's and TensorFlow's files (Linux, 2 cores, TensorFlow for the processor, XLA compiling), and what the
 * allocators keep of work on any.
 */
export const PROGRAM_BYTES = 690e6;

/** Bytes of rows that may wait to be collected: Node by itself would let 64 MB and more pile up. */
const MOST_LEFT_BEHIND = 32e6;

/** What {@link trainRobustFiles} needs beside the settings. */
export interface RobustFilesOptions extends RobustRunOptions {
  /** Bytes of memory that data may take, at least 64 MB; the program with its libraries comes on top, see {@link PROGRAM_BYTES}. */
  memory: number;
  /** Zone of times written without one. Default UTC. */
  timeZone?: string;
  /** Told how many rows have been read and prepared. */
  onRows?: (rows: number) => void;
}

/** What {@link trainRobustFiles} returns. */
export interface RobustFilesRun {
  run: Run;
  trainingRows: number;
  /** Rows of the validation period that were drawn to validate on. */
  validationRows: number;
}

/**
 * `trainRobust` for files larger than memory: rows are read piece by piece, prepared, and kept in random shards in the run's
 * folder (they are removed at its end); an epoch visits the shards in random order and shuffles within each. Same seed,
 * same memory, same weights; a run resumes as one in memory does.
 *
 * @param files CSV, Parquet or JSON: paths or globs.
 * @throws ReluctantError as `streamRows`, `RunFolder.open` and `fit` do.
 * @example
 * const fs = require('node:fs');
 * const folder = fs.mkdtempSync(`${require('node:os').tmpdir()}/robust-`);
 * const { run } = await trainRobustFiles(['data/market.csv'], folder, { epochs: 1, mode: 'graph' }, { memory: 64e6 });
 * run.history.length; // 1
 * fs.rmSync(folder, { recursive: true });
 */
export async function trainRobustFiles(
  files: readonly string[],
  folder: string,
  given: RobustSettings,
  options: RobustFilesOptions,
): Promise<RobustFilesRun> {
  const settings = { ...DEFAULTS, ...given };
  const { memory, timeZone, onRows } = options;
  const record = { ...settings, data: { memory, sha256: await fingerprint(findFiles('train', files)) } };
  const place = path.join(folder, 'rows');
  let [trainingRows, validationRows, leftBehind] = [0, 0, 0];
  try {
    const run = await robustRun(settings, record, folder, options, async () => {
      const rows = await streamRows(files, {
        ...settings,
        memory,
        folder: place,
        ...(timeZone === undefined ? {} : { timeZone }),
        ...(onRows ? { onRows } : {}),
      });
      // What reading has left behind would otherwise stay until TensorFlow has taken as much again.
      collectGarbage();
      const { training, validation, features } = rows;
      const width = features.length;
      const count = validation.targets.length;
      [trainingRows, validationRows] = [training.rows, count];
      const held = {
        inputs: tf.tensor2d(validation.inputs, [count, width]),
        targets: tf.tensor2d(validation.targets, [count, 1]),
      };
      const source: RowSource = {
        rows: training.rows,
        rowBytes: 4 * training.width,
        order: (random) => training.order(random),
        gather: (numbers) => {
          leftBehind += numbers.length * 4 * training.width;
          if (leftBehind > MOST_LEFT_BEHIND) {
            collectGarbage();
            leftBehind = 0;
          }
          const { inputs, targets } = training.readApart(numbers);
          const n = numbers.length;
          return { inputs: tf.tensor2d(inputs, [n, width]), targets: tf.tensor2d(targets, [n, 1]) };
        },
      };
      return {
        ...rows,
        data: { ...held, source, validation: held },
        trainingRows,
        validationRows,
        release: () => {
          tf.dispose(held as unknown as TF.TensorContainer);
          training.remove();
        },
      };
    });
    return { run, trainingRows, validationRows };
  } finally {
    // Not before the run has the folder: another process may be training in it.
    if (trainingRows > 0) fs.rmSync(place, { recursive: true, force: true });
  }
}

/** SHA-256 over the bytes of the files, in order. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const hash = crypto.createHash('sha256');
  for (const file of files) for await (const bytes of fs.createReadStream(file)) hash.update(bytes as Uint8Array);
  return hash.digest('hex');
}
