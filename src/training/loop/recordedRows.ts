import { gatherRows, type LoopOutputs } from '../../compile';
import { type TF, tf } from '../../core';
import type { RowOrder } from '../../data/samples/rowShards';
import type { Feed } from '../feeds/feed';
import { maskOutput, recordedHeads, type StepPlan, wholeMetricsOf } from '../step/plan';
import type { Named } from '../trainable';
import { wholeMetrics } from './validation';

/** Predictions of an epoch's steps, row by row, for the metrics that are not means over rows. */
export class RecordedRows {
  private readonly values: Named<Float32Array> = {};
  private readonly heads: readonly string[];

  constructor(
    private readonly plan: StepPlan,
    private readonly feed: Feed,
  ) {
    this.heads = feed.targets ? recordedHeads(plan) : [];
  }

  /** Takes `count` rows from place `offset` of the outputs on, which stand from place `firstRow` of the epoch on. */
  take(outputs: LoopOutputs['rows'], firstRow: number, offset: number, count: number): void {
    for (const name of this.heads.flatMap((head) => [head, maskOutput(head)])) {
      const tensor = outputs[name];
      if (!tensor) continue;
      const width = tensor.size / tensor.shape[0]!;
      this.values[name] ??= new Float32Array(this.feed.rows * width);
      const values = tensor.dataSync() as Float32Array;
      this.values[name].set(values.subarray(offset * width, (offset + count) * width), firstRow * width);
    }
  }

  /** The metrics of all rows, under the history's names. */
  metrics(order: RowOrder | undefined): Record<string, number> {
    return Object.assign({}, ...this.heads.map((head) => tf.tidy(() => this.metricsOf(head, order) as never)));
  }

  private metricsOf(head: string, order: RowOrder | undefined): Record<string, number> {
    const targets = this.feed.targets![head]!;
    const indices = order && tf.tensor1d(order.subarray(0, this.feed.rows), 'int32');
    const sorted: TF.Tensor = indices ? gatherRows(targets, indices) : targets;
    const predictions = this.tensor(head)!;
    const rows = { targets: sorted, predictions, mask: this.tensor(maskOutput(head)) };
    return wholeMetrics(this.plan, head, rows, wholeMetricsOf(this.plan, head), '');
  }

  /** [rows, numbers of a row]. */
  private tensor(name: string): TF.Tensor | undefined {
    const values = this.values[name];
    return values && tf.tensor(values, [this.feed.rows, values.length / this.feed.rows]);
  }
}
