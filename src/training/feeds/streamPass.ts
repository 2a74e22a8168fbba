import { leavesOf, mapTree } from '../../compile';
import { ReluctantError, type TF, tf } from '../../core';
import type { StreamedBatch } from '../samples';
import type { TrainingBatch } from '../step/batch';

/** What hands out batches one after the other; an iterator of tf.data has no `return`. */
export interface BatchIterator {
  next(): Promise<IteratorResult<StreamedBatch, unknown>> | IteratorResult<StreamedBatch, unknown>;
  return?(): unknown;
}

/**
 * One pass over the batches of a stream: reads ahead while the steps run, and hands rows out in whatever numbers they are wanted. Ends
 * without a tensor left, however it ends.
 */
export class StreamPass {
  private readonly waiting: TrainingBatch[] = [];
  private rowsWaiting = 0;
  private wanted = 0;
  private filling: Promise<void> | undefined;
  private failure: unknown;
  private isAtEnd = false;
  private isClosed = false;
  private read = 0;

  /**
   * @param iterator the batches. @param check makes rows of a batch, by its number, which are then this pass's own.
   * @param epoch for errors.
   */
  constructor(
    private readonly iterator: BatchIterator,
    private readonly check: (batch: StreamedBatch, number: number) => TrainingBatch,
    private readonly epoch: number,
  ) {}

  /** Reads until so many rows wait; failures are kept for {@link take}. */
  readAhead(rows: number): void {
    this.wanted = Math.max(this.wanted, rows);
    this.filling ??= this.fill()
      .catch((error: unknown) => {
        this.failure = error;
      })
      .finally(() => {
        this.filling = undefined;
      });
  }

  /**
   * The next rows, as new tensors; undefined where the signal came first.
   *
   * @throws ReluctantError `stream-failed`, `stream-too-short`, and those of the check.
   */
  async take(rows: number, signal: AbortSignal | undefined): Promise<TrainingBatch | undefined> {
    while (this.rowsWaiting < rows && !this.isAtEnd && this.failure === undefined) {
      if (signal?.aborted) return undefined;
      this.readAhead(rows);
      await orAborted(this.filling!, signal);
    }
    if (signal?.aborted) return undefined;
    if (this.rowsWaiting >= rows) return this.cut(rows);
    if (this.failure !== undefined) throw this.failure;
    throw new ReluctantError({
      code: 'stream-too-short',
      operation: 'fit',
      problem: 'the stream ended before the rows of an epoch were there',
      where: { epoch: this.epoch, batch: this.read },
      received: `${this.rowsWaiting} of the next ${rows} rows`,
      expected: 'as many rows as stream.rows says, in every epoch',
      fix: 'let batches(epoch) begin anew each time, or say fewer rows',
    });
  }

  /** Lets go of the iterator and of the rows that wait. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    tf.dispose(this.waiting as unknown as TF.TensorContainer);
    this.waiting.length = 0;
    // An iterator that cannot end itself in an orderly way has nothing to say to training that is over.
    void (async () => this.iterator.return?.())().catch(() => undefined);
  }

  private async fill(): Promise<void> {
    while (!this.isClosed && !this.isAtEnd && this.rowsWaiting < this.wanted) {
      const { value, done } = await this.next();
      if (done) {
        this.isAtEnd = true;
      } else if (this.isClosed) {
        tf.dispose(value as unknown as TF.TensorContainer);
      } else {
        const batch = this.check(value, this.read++);
        this.waiting.push(batch);
        this.rowsWaiting += rowsOf(batch);
      }
    }
  }

  private async next(): Promise<IteratorResult<StreamedBatch, unknown>> {
    try {
      return await this.iterator.next();
    } catch (error) {
      if (error instanceof ReluctantError) throw error;
      throw new ReluctantError({
        code: 'stream-failed',
        operation: 'fit',
        problem: `the stream failed: ${error instanceof Error ? error.message : String(error)}`,
        where: { epoch: this.epoch, batch: this.read },
        expected: 'a batch',
        cause: error,
      });
    }
  }

  private cut(rows: number): TrainingBatch {
    const parts: TrainingBatch[] = [];
    let missing = rows;
    while (missing > 0) {
      const first = this.waiting.shift()!;
      const has = rowsOf(first);
      if (has > missing) {
        parts.push(mapTree(first, (tensor) => tensor.slice(0, missing)));
        this.waiting.unshift(mapTree(first, (tensor) => tensor.slice(missing)));
        tf.dispose(first as unknown as TF.TensorContainer);
      } else parts.push(first);
      missing -= Math.min(has, missing);
    }
    this.rowsWaiting -= rows;
    this.wanted = 0;
    if (parts.length === 1) return parts[0]!;
    const leaves = parts.map((part) => leavesOf(part));
    let k = 0;
    const joined = mapTree(parts[0]!, () => {
      const column = leaves.map((all) => all[k]!);
      k++;
      return tf.concat(column, 0);
    });
    tf.dispose(parts as unknown as TF.TensorContainer);
    return joined;
  }
}

const rowsOf = (batch: TrainingBatch): number => leavesOf(batch)[0]!.shape[0]!;

/** Waits for work or for the signal, whichever comes first. */
async function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  let heard: (() => void) | undefined;
  const aborted = new Promise<void>((resolve) => {
    heard = resolve;
    signal.addEventListener('abort', heard, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', heard!);
  }
}
