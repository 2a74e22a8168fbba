import { type Random, ReluctantError } from '../../core';
import type { RowOrder } from '../../data/samples/rowShards';
import type { RowSource } from '../samples';
import type { TrainingBatch } from '../step/batch';
import type { ModelFace } from '../trainable';
import type { Feed } from './feed';

/** Rows that are fetched as they are needed, such as from shards of a file, because memory is short. */
export class SourceFeed implements Feed {
  readonly rows: number;
  readonly rowBytes: number;
  readonly callBytes = 4 * 1024 * 1024;
  /** What passes between the layers takes many times what the rows do. */
  readonly validationRows = 4096;
  readonly targets = undefined;
  private readonly input: string;
  private readonly head: string;

  /** @throws ReluctantError `source-unusable` for a model of several inputs or heads, and for class weights. */
  constructor(
    face: ModelFace,
    private readonly source: RowSource,
    hasClassWeights: boolean,
  ) {
    const { heads, inputs = ['input'] } = face;
    if (!(source.rows >= 1) || heads.length !== 1 || inputs.length !== 1 || hasClassWeights) {
      throw new ReluctantError({
        code: 'source-unusable',
        operation: 'fit',
        problem: 'rows out of a source are for a model of one input and one head, without class weights',
        received: { rows: source.rows, inputs, heads },
      });
    }
    this.rows = source.rows;
    this.rowBytes = source.rowBytes;
    this.input = inputs[0]!;
    this.head = heads[0]!;
  }

  shuffle(random: Random): RowOrder {
    return this.source.order(random);
  }

  take(first: number, count: number, order: RowOrder | undefined): TrainingBatch {
    const last = Math.min(this.rows, first + count);
    const numbers = new Int32Array(count);
    if (order) numbers.set(order.subarray(first, last));
    else for (let k = 0; first + k < last; k++) numbers[k] = first + k;
    // Of the same place on disk as the row before, not of the beginning.
    numbers.fill(numbers[last - first - 1] ?? 0, last - first);
    const { inputs, targets } = this.source.gather(numbers);
    return { inputs: { [this.input]: inputs }, targets: { [this.head]: targets }, weights: {} };
  }

  dispose(): void {}
}
