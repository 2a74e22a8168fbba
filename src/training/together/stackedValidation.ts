import { CompiledLoop, type StepInputs } from '../../compile';
import { ReluctantError, type TF, tf } from '../../core';
import type { TensorFeed } from '../feeds/tensorFeed';
import { metricsOfValues, validationRow } from '../loop/validation';
import type { TrainingBatch } from '../step/batch';
import { headLoss } from '../step/headLoss';
import type { StepPlan } from '../step/plan';
import type { Named } from '../trainable';
import type { ManySettings } from './manySettings';

/** Inputs of a step that only looks at rows. */
type ValidationInputs = StepInputs<TrainingBatch, Record<string, never>, { step: TF.Tensor }>;

type ValidationLoop = CompiledLoop<ValidationInputs>;

/** Rows times settings that are predicted at a time: enough to keep the processor busy, few enough for memory. */
const MOST_AT_ONCE = 2 ** 18;
const LEAST_ROWS = 64;

/** Rows that are predicted in one call. */
interface Piece {
  first: number;
  count: number;
  loop: ValidationLoop;
}

/** Losses and metrics of all settings of a sweep on the validation rows, from one pass over them. */
export class StackedValidation {
  private readonly pieces: Piece[] = [];
  private readonly targets: Named<Float32Array>;
  /** Predictions of one row, by head. */
  private readonly widths: Named<number> = {};

  /** @throws ReluctantError `not-vectorizable`, or as a compiled step does, where the model cannot be run so. */
  constructor(
    private readonly plan: StepPlan,
    private readonly feed: TensorFeed,
    private readonly many: ManySettings,
  ) {
    const { rows, targets } = feed;
    const values = (head: string) => targets[head]!.dataSync() as Float32Array;
    this.targets = Object.fromEntries(plan.face.heads.map((head) => [head, values(head)]));
    const size = Math.min(rows, Math.max(LEAST_ROWS, Math.floor(MOST_AT_ONCE / many.count)));
    const loops = new Map<number, ValidationLoop>();
    for (let first = 0; first < rows; first += size) {
      const count = Math.min(size, rows - first);
      const loop = loops.get(count) ?? this.loop(first, count);
      loops.set(count, loop);
      this.pieces.push({ first, count, loop });
    }
  }

  /**
   * The numbers of every setting with its present weights, as {@link validate} gives them for one.
   *
   * @param lossWeights of every setting.
   */
  validate(lossWeights: readonly Named<number>[]): Record<string, number>[] {
    const { plan, feed, many, widths } = this;
    const { heads } = plan.face;
    const losses = many.each(() => new Float64Array(heads.length + 1));
    const predictions = many.each(() =>
      Object.fromEntries(heads.map((head) => [head, new Float32Array(feed.rows * widths[head]!)])),
    );
    for (const { first, count, loop } of this.pieces) {
      const inputs = this.inputs(first, count);
      const { record } = loop.run('graph', inputs, { from: 0, until: 1 });
      const values = record.dataSync() as Float32Array;
      tf.dispose([record, inputs] as unknown as TF.TensorContainer);
      const length = values.length / many.count;
      many.each((k) => {
        let at = k * length;
        // Every piece has the layers' penalties, and its share of the losses' mean.
        for (let i = 0; i <= heads.length; i++) losses[k]![i]! += (values[at++]! * count) / feed.rows;
        for (const head of heads) {
          const width = widths[head]! * count;
          predictions[k]![head]!.set(values.subarray(at, at + width), first * widths[head]!);
          at += width;
        }
      });
    }
    return many.each((k) => {
      const terms = Object.fromEntries(heads.map((head, i) => [head, losses[k]![i]!]));
      const row = validationRow(heads, terms, losses[k]![heads.length]!, lossWeights[k]!);
      for (const head of heads) {
        const names = plan.metrics[head] ?? [];
        const targets = this.targets[head]!;
        const width = targets.length / feed.rows;
        const values = predictions[k]![head]!;
        Object.assign(row, metricsOfValues(plan.face, head, targets, values, { width, names, prefix: 'val_' }));
      }
      return row;
    });
  }

  /** A step that changes nothing: it records the losses, the penalties, and every prediction. */
  private loop(first: number, count: number): ValidationLoop {
    const { face, losses } = this.plan;
    const isWhole = count === this.feed.rows;
    const inputs = this.inputs(first, count);
    try {
      const single = CompiledLoop.of(
        'sweep',
        ({ columns }) => {
          const predictions = face.forward(columns.inputs, false);
          const terms = face.heads.map((head) => {
            const loss: (typeof losses)[string] = (targets, outputs) => {
              const values = losses[head]!(targets, outputs);
              if (values.rank === 0 && !isWhole) throw inPieces(head);
              return values;
            };
            const rows = {
              targets: columns.targets[head]!,
              predictions: predictions[head]!,
              weights: columns.weights[head],
            };
            return headLoss(head, loss, rows).reshape([1]);
          });
          const penalty = face.penalties().reduce((sum, one) => tf.add(sum, one), tf.scalar(0));
          const flat = face.heads.map((head) => {
            this.widths[head] = predictions[head]!.size / count;
            return predictions[head]!.reshape([-1]);
          });
          return { record: tf.concat([...terms, penalty.reshape([1]), ...flat]) as TF.Tensor1D };
        },
        count,
        inputs,
      );
      return this.many.vectorized(single, new Set());
    } finally {
      tf.dispose(inputs as unknown as TF.TensorContainer);
    }
  }

  private inputs(first: number, count: number): ValidationInputs {
    const columns = this.feed.take(first, count, undefined);
    return { columns, fixed: {}, perStep: { step: tf.zeros([1]) } };
  }
}

const inPieces = (head: string) =>
  new ReluctantError({
    code: 'not-vectorizable',
    operation: 'sweep',
    problem: 'a loss of the whole batch cannot be taken in pieces',
    where: { head },
  });
