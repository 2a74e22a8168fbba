import { ReluctantError } from '../core';
import {
  type Figure,
  gradientShares,
  type HeadPredictions,
  predictionScatter,
  type TermGradient,
  trainingCurves,
} from '../plots';
import { Table } from '../tables';
import type { HistoryRow, StopReason } from '../training';
import type { Setting } from './setting';

/** What is kept of a run: enough to show it and to make it again. Plain data. */
export interface RunRecord {
  /** Counted from 1 in the order of the runs. */
  number: number;
  name: string;
  setting: Setting;
  epochs: number;
  history: readonly HistoryRow[];
  stopReason: StopReason;
  /** Of its training; its share, if several were trained together. */
  seconds: number;
  /** How many settings were trained at once with it; 1 for a run of its own. */
  together: number;
  /** Causes that the rules name, e.g. `dead-head (volatility)`; undefined when they were not asked for. */
  verdicts: readonly string[] | undefined;
}

/** A run of the explorer, with its figures. Made by {@link Explorer.run}. */
export class ExploredRun {
  constructor(
    readonly record: RunRecord,
    /** Targets and predictions of the validation rows, by head and column; empty for old runs and those trained together. */
    public predictions: readonly HeadPredictions[],
  ) {}

  /** The name it was given, or else its setting on one line. */
  get name(): string {
    return this.record.name;
  }

  /** The numbers of the last epoch. */
  get last(): HistoryRow | undefined {
    return this.record.history.at(-1);
  }

  /** Losses and metrics by epoch, training and validation. */
  curves(): Figure {
    const own = /_(gradient_share|gradient_cosine|weight)$|^learning_rate$/;
    const rows = this.record.history.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key]) => !own.test(key))),
    );
    return trainingCurves(rows, { title: `Training with ${this.name}` });
  }

  /** What each head's loss asks of the shared weights, by epoch. */
  gradientShares(): Figure {
    return gradientShares(gradientRows(this.record.history), { title: `Gradients with ${this.name}` });
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
        problem: `the predictions of run ${this.record.number} are not kept`,
        expected: 'one of the latest runs, trained on its own',
        fix: `make it again: (await explorer.reproduce(${this.record.number})).predictionScatter()`,
      });
    }
    return predictionScatter(this.predictions, { title: `Predictions with ${this.name}` });
  }

  toString(): string {
    const rows = Object.entries(this.last ?? {}).map(([number, value]) => ({ number, value }));
    return `${this.name}: ${this.record.stopReason}\n${new Table(rows).toString()}`;
  }

  toJSON(): RunRecord {
    return this.record;
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const figure = this.curves() as unknown as Record<symbol, () => Record<string, unknown>>;
    return figure[Symbol.for('Jupyter.display')]!();
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
