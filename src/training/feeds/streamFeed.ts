import { gatherRows, mapTree } from '../../compile';
import { checkInteger, checkNames, Random, ReluctantError, type TF, tf } from '../../core';
import type { FitOptions } from '../options';
import type { RowStream, Samples, StreamedBatch, TrainingData } from '../samples';
import type { TrainingBatch } from '../step/batch';
import type { ModelFace } from '../trainable';
import type { Feed } from './feed';
import type { HeadSettings } from './shapes';
import { type BatchIterator, StreamPass } from './streamPass';
import { TensorFeed } from './tensorFeed';

type Settings = HeadSettings & Pick<FitOptions, 'classWeights' | 'seed' | 'shuffle'>;

/** Rows that come in batches from anywhere, in an order of their own: of one pass after the other. */
export class StreamFeed implements Feed {
  readonly rows: number;
  readonly callBytes = 4 * 1024 * 1024;
  /** Few, so that the first steps run while later rows are still on their way. */
  readonly mostSteps = 8;
  /** Steps hold the one thread that reads as well: often, so that what reads gets on while they run. */
  readonly turnSeconds = 0.01;
  readonly validationRows = 4096;
  readonly targets = undefined;
  private readonly few: TensorFeed;
  private pass: StreamPass | undefined;
  private epoch = -1;

  /** @throws ReluctantError `stream-unusable`, `option-of-wrong-kind`, and those of {@link TensorFeed.of} for the few rows. */
  constructor(
    private readonly face: ModelFace,
    private readonly stream: RowStream,
    few: TrainingData,
    private readonly settings: Settings,
  ) {
    checkStream(stream, few, settings);
    this.rows = stream.rows;
    this.few = TensorFeed.of(face, few, 'training', settings);
  }

  get rowBytes(): number {
    return this.few.rowBytes;
  }

  /** Rows come as they come. */
  shuffle(): undefined {
    return undefined;
  }

  /** Of the few rows, again and again: to trace and to measure with. */
  take(first: number, count: number): TrainingBatch {
    const places = Int32Array.from({ length: count }, (_, k) => (first + k) % this.few.rows);
    const indices = tf.tensor1d(places, 'int32');
    const taken = mapTree(this.few.all, (tensor) => gatherRows(tensor, indices));
    indices.dispose();
    return taken;
  }

  /** The next rows of an epoch's pass, filled up to `room`; undefined where the signal came first. Reads as many ahead. */
  async fetch(
    epoch: number,
    { rows, room, left }: { rows: number; room: number; left: number },
    signal: AbortSignal | undefined,
  ): Promise<TrainingBatch | undefined> {
    if (epoch !== this.epoch) this.begin(epoch);
    const taken = await this.pass!.take(rows, signal);
    if (taken === undefined) return undefined;
    if (left > 0) this.pass!.readAhead(Math.min(room, left));
    else this.end();
    return room === rows ? taken : filledUp(taken, rows, room);
  }

  dispose(): void {
    this.end();
    this.few.dispose();
  }

  private begin(epoch: number): void {
    this.end();
    this.epoch = epoch;
    const random = new Random(this.settings.seed ?? 0).fork('augment').fork(epoch);
    const iterator = iteratorOf(this.stream, epoch);
    this.pass = new StreamPass(iterator, (batch, number) => this.rowsOf(batch, number, random), epoch);
  }

  private end(): void {
    this.pass?.close();
    this.pass = undefined;
  }

  /** A batch as rows that are the pass's own; the batch's tensors are freed. */
  private rowsOf(given: StreamedBatch, number: number, random: Random): TrainingBatch {
    const where = `batch ${number} of the stream`;
    try {
      return tf.tidy(() => {
        const batch = samplesOf(given, where);
        const { augment } = this.stream;
        const samples = augment ? samplesOf(augment(batch, random.fork(number)), `${where}, augmented`) : batch;
        const feed = TensorFeed.of(this.face, samples, where, this.settings);
        this.compare(feed.all, where);
        // Copies, as what was given is freed.
        return mapTree(feed.all, (tensor) => tensor.clone()) as never;
      }) as TrainingBatch;
    } finally {
      if (typeof given === 'object') tf.dispose(given as unknown as TF.TensorContainer);
    }
  }

  /** Compares with the few rows, which the step was traced for. */
  private compare(batch: TrainingBatch, where: string): void {
    const shapesOf = (all: TrainingBatch) =>
      Object.entries(all).flatMap(([kind, tensors]) =>
        Object.entries(tensors).map(([name, { shape }]) => `${kind} ${name} [rows, ${shape.slice(1).join(', ')}]`),
      );
    const [received, expected] = [shapesOf(batch), shapesOf(this.few.all)].map((list) => list.sort().join('; '));
    if (received === expected) return;
    throw new ReluctantError({
      code: 'stream-batch-differs',
      operation: 'fit',
      problem: 'a batch of the stream is not as the few rows beside it',
      where: { samples: where },
      received,
      expected,
      fix: 'let inputs, targets and sampleWeights of the data hold a few rows as they are streamed',
    });
  }
}

const PARTS = ['inputs', 'targets', 'sampleWeights'];

/** A batch under this library's names; tf.data says xs and ys. */
function samplesOf(batch: StreamedBatch, where: string): Samples {
  if (batch !== null && typeof batch === 'object' && !(batch instanceof tf.Tensor) && !Array.isArray(batch)) {
    if ('xs' in batch && 'ys' in batch) return { inputs: batch.xs, targets: batch.ys } as Samples;
    checkNames('fit', batch, PARTS, { kind: 'part of a batch', where: { samples: where } });
    if ('inputs' in batch && 'targets' in batch) return batch;
  }
  throw new ReluctantError({
    code: 'stream-batch',
    operation: 'fit',
    problem: 'a batch of the stream is not usable',
    where: { samples: where },
    received: Array.isArray(batch) ? 'an array' : batch,
    expected: '{ inputs, targets } or { xs, ys } with tensors, or with tensors by name',
  });
}

function iteratorOf({ batches }: RowStream, epoch: number): BatchIterator {
  const pass: unknown = typeof batches === 'function' ? batches(epoch) : batches;
  const { iterator } = (pass ?? {}) as { iterator?: () => Promise<BatchIterator> };
  if (typeof iterator === 'function') {
    // tf.data makes its iterator asynchronously.
    const made = iterator.call(pass);
    return { next: async () => (await made).next() };
  }
  const all = (pass ?? {}) as Partial<AsyncIterable<StreamedBatch> & Iterable<StreamedBatch>>;
  const own = all[Symbol.asyncIterator]?.() ?? all[Symbol.iterator]?.();
  if (own && typeof pass !== 'string') return own as BatchIterator;
  throw new ReluctantError({
    code: 'stream-unusable',
    operation: 'fit',
    problem: 'stream.batches gives nothing to go through',
    where: { epoch },
    received: pass,
    expected: 'an iterable or async iterable of batches, or a dataset of tf.data',
  });
}

function checkStream(stream: RowStream, { source }: TrainingData, { classWeights, shuffle }: Settings): void {
  checkNames('fit', stream, ['rows', 'batches', 'augment'], { where: { in: 'stream' } });
  checkInteger('fit', 'stream.rows', stream.rows, 1);
  const { batches } = stream as { batches: unknown };
  const refuse = (problem: string, received: unknown, expected: string) =>
    new ReluctantError({ code: 'stream-unusable', operation: 'fit', problem, received, expected });
  const isDataset = typeof (batches as { iterator?: unknown } | null)?.iterator === 'function';
  if (typeof batches !== 'function' && !isDataset)
    throw refuse('stream.batches is not usable', batches, 'a function of the epoch, or a dataset of tf.data');
  if (stream.augment !== undefined && typeof stream.augment !== 'function')
    throw refuse('stream.augment is not usable', stream.augment, 'a function of a batch and a Random');
  if (source) throw refuse('data has a stream and a source', 'both', 'one of them');
  if (shuffle === true) throw refuse('rows of a stream come in its own order', 'shuffle: true', 'shuffle left out');
  if (Object.values(classWeights ?? {}).includes('balanced'))
    throw refuse('classes of a stream cannot be counted', 'balanced', 'class weights as numbers');
}

/** Rows with the last of them repeated behind: steps that would read these are not run. */
function filledUp(batch: TrainingBatch, rows: number, room: number): TrainingBatch {
  const places = Int32Array.from({ length: room }, (_, k) => Math.min(k, rows - 1));
  const indices = tf.tensor1d(places, 'int32');
  const filled = mapTree(batch, (tensor) => gatherRows(tensor, indices));
  tf.dispose([indices, batch] as unknown as TF.TensorContainer);
  return filled;
}
