import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { collectGarbage, ReluctantError, tf } from '../../core';
import { findFiles } from '../../data/read/files';
import { streamRows } from '../../data/samples/streamRows';
import type { RowSource } from '../../training';
import type { RobustData, RobustPlaces } from './robustData';
import type { MarketSource } from './source';

/**
 * Bytes of memory that `reluctant train` takes beside its data: 650 MB at the peak of a run on next to none, of them 410 MB pages
 * of Node's, DuckDB's and TensorFlow's files (Linux, 2 cores, TensorFlow for the processor, XLA compiling), and what the
 * allocators keep of work on any.
 */
export const PROGRAM_BYTES = 690e6;

/** Bytes of rows that may wait to be collected: Node by itself would let 64 MB and more pile up. */
const MOST_LEFT_BEHIND = 32e6;

/**
 * Data of the robust recipe from files larger than memory: rows are read piece by piece, prepared, and kept in random shards
 * in a folder, which is removed when they are let go of; an epoch visits the shards in random order and shuffles within each.
 *
 * @throws ReluctantError as `streamRows` does; `source-not-streamed` for anything but files.
 */
export async function streamedRows(
  source: MarketSource | null,
  setting: { memory: number; seed: number; horizon: number; features: readonly string[]; columns: object },
  { folder, onRows }: RobustPlaces,
): Promise<RobustData> {
  if (!source || !('files' in source)) {
    throw new ReluctantError({
      code: 'source-not-streamed',
      operation: 'program "robust"',
      problem: 'only files are streamed',
      received: source,
      expected: '{ source: { files: ["prices.parquet"] }, memory: 1e9 }',
    });
  }
  const place = folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-rows-'));
  const { files: _files, ...form } = source;
  const fingerprint = await hashOfFiles(findFiles('train', source.files));
  const { memory, seed, horizon, features: names, columns } = setting;
  const streamed = await streamRows(source.files, {
    memory,
    seed,
    horizon,
    columns,
    features: names,
    folder: place,
    ...form,
    ...(onRows ? { onRows } : {}),
  });
  // What reading has left behind would otherwise stay until TensorFlow has taken as much again.
  collectGarbage();
  const { training, validation, features, scaler, ranks, until } = streamed;
  const [width, count] = [features.length, validation.targets.length];
  const part = {
    inputs: tf.tensor2d(validation.inputs, [count, width]),
    targets: tf.tensor2d(validation.targets, [count, 1]),
  };
  return {
    ...part,
    validation: part,
    source: sourceOf(training, width),
    features,
    scaler,
    ranks,
    until,
    trainingRows: training.rows,
    validationRows: count,
    fingerprint: `${fingerprint} in ${memory} bytes`,
    release: () => {
      training.remove();
      fs.rmSync(place, { recursive: true, force: true });
    },
  };
}

function sourceOf(shards: Awaited<ReturnType<typeof streamRows>>['training'], width: number): RowSource {
  let leftBehind = 0;
  return {
    rows: shards.rows,
    rowBytes: 4 * shards.width,
    order: (random) => shards.order(random),
    gather: (numbers) => {
      leftBehind += numbers.length * 4 * shards.width;
      if (leftBehind > MOST_LEFT_BEHIND) {
        collectGarbage();
        leftBehind = 0;
      }
      const { inputs, targets } = shards.readApart(numbers);
      const n = numbers.length;
      return { inputs: tf.tensor2d(inputs, [n, width]), targets: tf.tensor2d(targets, [n, 1]) };
    },
  };
}

/** SHA-256 over the bytes of the files, in order. */
async function hashOfFiles(files: readonly string[]): Promise<string> {
  const hash = crypto.createHash('sha256');
  for (const file of files) for await (const bytes of fs.createReadStream(file)) hash.update(bytes as Uint8Array);
  return hash.digest('hex');
}
