import { ReluctantError } from '../core';
import type { Verdict } from '../diagnosis';
import {
  type Figure,
  gradientShares,
  type HeadPredictions,
  predictionScatter,
  type TermGradient,
  trainingCurves,
} from '../plots';
import type { RecordedRun } from '../runs';
import { Table } from '../tables';
import type { HistoryRow } from '../training';
import { pictureOf } from './picture';
import type { ExploredSetting } from './setting';

/** A run of the explorer, with its figures. Made by {@link Explorer.run}. */
export class ExploredRun {
  constructor(
    /** Counted from 1 in the order of the runs. */
    readonly number: number,
    /** The name it was given, or else its setting on one line. */
    readonly name: string,
    /** What a run's folder holds of it: enough to show it and to make it again. Plain data. */
    public record: RecordedRun,
    /** Targets and predictions of the validation rows, by head and column; empty for old runs and those trained together. */
    public predictions: readonly HeadPredictions[],
    /** The verdicts with the changes that should mend them; empty for runs of another process. */
    public found: readonly Verdict[] = [],
  ) {}

  /** The setting it was trained at. */
  get setting(): ExploredSetting {
    return this.record.program!.setting as ExploredSetting;
  }

  /** One row per epoch. */
  get history(): readonly HistoryRow[] {
    return this.record.history as readonly HistoryRow[];
  }

  /** The numbers of the last epoch. */
  get last(): HistoryRow {
    return this.record.last as HistoryRow;
  }

  /** One number of the last epoch, NaN where it has none of that name. */
  value(key: string): number {
    return this.last[key] ?? Number.NaN;
  }

  /** Causes that the rules name, e.g. `dead-head (volatility)`; undefined when they were not asked for. */
  get verdicts(): readonly string[] | undefined {
    return this.record.verdicts?.map(({ cause, where }) => (where ? `${cause} (${where})` : cause));
  }

  /** Losses and metrics by epoch, training and validation. */
  curves(): Figure {
    const apart = /_(gradient_share|gradient_cosine|weight)$|^learning_rate$/;
    const rows = this.history.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !apart.test(key))));
    return trainingCurves(rows, { title: `Training with ${this.name}` });
  }

  /** What each head's loss asks of the shared weights, by epoch. */
  gradientShares(): Figure {
    return gradientShares(gradientRows(this.history), { title: `Gradients with ${this.name}` });
  }

  /**
   * Validation predictions over targets, one panel for each column of each head; for columns of classes the distributions.
   *
   * @throws `predictions-not-kept` for old runs and those that were trained together with others.
   */
  predictionScatter(): Figure {
    if (this.predictions.length === 0) {
      throw new ReluctantError({
        code: 'predictions-not-kept',
        operation: 'predictionScatter',
        problem: `the predictions of run ${this.number} are not kept`,
        expected: 'one of the latest runs, trained on its own',
        fix: `make it again: (await explorer.reproduce(${this.number})).predictionScatter()`,
      });
    }
    return predictionScatter(this.predictions, { title: `Predictions with ${this.name}` });
  }

  toString(): string {
    const rows = Object.entries(this.last).map(([number, value]) => ({ number, value }));
    return `${this.name}: ${this.record.stopReason}\n${new Table(rows).toString()}`;
  }

  toJSON(): RecordedRun {
    return this.record;
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return pictureOf(this.curves());
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** The shares and cosines of a history, one row per epoch and head. */
export function gradientRows(history: readonly HistoryRow[]): TermGradient[] {
  return history.flatMap((row) =>
    Object.keys(row)
      .filter((key) => key.endsWith('_gradient_share'))
      .map((key) => {
        const term = key.slice(0, -'_gradient_share'.length);
        return { epoch: row.epoch + 1, term, norm: row[key]!, cosine: row[`${term}_gradient_cosine`]! };
      }),
  );
}
