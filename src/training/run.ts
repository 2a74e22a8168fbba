import * as util from 'node:util';
import { ReluctantError } from '../core';
import { formatDuration, formatNumber, formatShare, Table } from '../tables';
import type { HistoryRow } from './history';
import type { Mode } from './mode';
import type { FitOptions } from './options';
import type { NotFinite, RunOutcome, StopReason } from './outcome';
import type { TrainingData } from './samples';
import type { OptimizerState } from './state';
import type { Trainable } from './trainable';

/** Values of weights by name, as `inspect.snapshot` gives them. */
export type WeightValues = ReadonlyMap<string, Float32Array>;

/** The call of {@link fit} that a run came from: the very objects, not copies, but for the initial weights. */
export interface RunOrigin {
  model: Trainable;
  data: TrainingData;
  options: FitOptions;
  /**
   * The weights before the first step; undefined for a resumed run, whose first step was in another call, and for models of
   * more than 16 million weights, which would be held twice.
   */
  initialWeights: WeightValues | undefined;
}

/** A loss of the best epoch beside the best constant's: a row of `run.skills()`. */
export interface LossBesideConstant {
  /** The head; `all` for the weighted sum. */
  head: string;
  part: 'training' | 'validation';
  loss: number;
  /** Least loss of a constant output on the same rows. */
  constant: number;
  /** 1 - loss / constant; NaN where losses may be negative. */
  skill: number;
}

/**
 * Record of a training run of {@link fit}: plain data, but for its faces in notebook and terminal, and for {@link origin},
 * which JSON leaves out.
 */
export class Run<Row extends HistoryRow = HistoryRow> implements RunOutcome {
  readonly #origin: RunOrigin | undefined;
  #optimizerState: OptimizerState | undefined;

  /** @param origin the call it comes from; none for a run read from disk. */
  constructor(origin?: RunOrigin) {
    this.#origin = origin;
  }

  /** The model, data and options of the call of `fit` that made this run, so that `diagnose(run)` needs nothing else. */
  get origin(): RunOrigin | undefined {
    return this.#origin;
  }

  /**
   * The trained model, which is the caller's to dispose of.
   *
   * @throws ReluctantError `run-without-origin` for a run that was not made in this process.
   */
  get model(): Trainable {
    if (this.#origin) return this.#origin.model;
    throw new ReluctantError({
      code: 'run-without-origin',
      operation: 'Run.model',
      problem: 'the run does not remember its model',
      expected: 'a run that fit or train returned in this process',
    });
  }

  /**
   * What the optimiser has gathered, for `continueFrom` of a later fit; undefined for a run that was not made in this process, or
   * whose optimiser holds more than 16 million numbers.
   */
  get optimizerState(): OptimizerState | undefined {
    return this.#optimizerState;
  }

  /** Keeps what the optimiser has gathered; `fit` calls it at the end. */
  keepOptimizer(state: OptimizerState | undefined): void {
    this.#optimizerState = state;
  }

  /** The weights before the first step, by name, if they were kept. */
  get initialWeights(): WeightValues | undefined {
    return this.#origin?.initialWeights;
  }

  /** By which the ledger of trials calls it; undefined when no ledger is kept, and for a run of before. */
  trial: string | undefined;
  readonly history: Row[] = [];
  bestEpoch = -1;
  monitor = 'loss';
  stopReason: StopReason = 'finished';
  stopNote: string | undefined;
  notFinite: NotFinite | undefined;
  mode: Exclude<Mode, 'auto'> = 'eager';
  modeReason = '';
  seconds = 0;
  compileSeconds = 0;
  steps = 0;
  constantLosses: Readonly<Record<string, number>> = {};
  readonly warnings: string[] = [];

  /**
   * The last epoch's numbers.
   *
   * @throws ReluctantError `run-without-epochs` where none was finished; `history.at(-1)` does not.
   */
  get last(): Row {
    return this.history.at(-1) ?? this.refuse();
  }

  /**
   * The numbers of {@link bestEpoch}.
   *
   * @throws ReluctantError `run-without-epochs` where none was finished; `history[bestEpoch]` does not.
   */
  get best(): Row {
    return this.history[this.bestEpoch] ?? this.refuse();
  }

  private refuse(): never {
    const { notFinite } = this;
    throw new ReluctantError({
      code: 'run-without-epochs',
      operation: 'Run',
      problem: 'the run has no epoch to take numbers from',
      ...(notFinite && { where: { epoch: notFinite.epoch, step: notFinite.step, term: notFinite.term } }),
      received: `${this.history.length} epochs, stopped: ${this.stopReason}`,
      expected: 'at least one finished epoch with a monitored number',
      fix: 'look at history, which may be empty, or at stopReason first',
    });
  }

  /** One number per epoch under a key of the history. */
  column(key: (keyof Row & string) | (string & {})): number[] {
    return this.history.map((row) => row[key] ?? Number.NaN);
  }

  /** The history as a table that shows itself. */
  table(): Table<Row> {
    // People count epochs from 1, and so does the line above.
    const epoch = (value: unknown) => formatNumber(Number(value) + 1);
    return new Table<Row>(this.history, { title: this.summary(), maxRows: 30, formats: { epoch } });
  }

  /** One line: how long, how it ran, how it ended. */
  summary(): string {
    const count = `${this.history.length} epoch${this.history.length === 1 ? '' : 's'}`;
    const value = this.history[this.bestEpoch]?.[this.monitor];
    const constant = this.constantLosses[this.monitor];
    const beside = constant === undefined ? '' : ` (a constant: ${formatNumber(constant)})`;
    const best =
      value === undefined
        ? ''
        : `, best ${this.monitor} ${formatNumber(value)}${beside} in epoch ${this.bestEpoch + 1}`;
    const end = this.notFinite
      ? `, stopped: ${this.notFinite.term} not finite at step ${this.notFinite.step} of epoch ${this.notFinite.epoch + 1}`
      : this.stopReason === 'finished'
        ? ''
        : `, ${this.stopReason}`;
    return `${count} in ${formatDuration(this.seconds)} (${this.mode})${best}${end}`;
  }

  /**
   * Every loss of the best epoch beside the least that a constant output has on the same rows, head by head and part by part:
   * `skill` is the share of that which the run removed, at most 1, and 0 or less where it learnt nothing. Empty without an epoch.
   */
  skills(): Table<LossBesideConstant> {
    const row = this.history[this.bestEpoch] ?? this.history.at(-1);
    const rows = Object.entries(row ? this.constantLosses : {}).map(([key, constant]) => {
      const isOfValidation = key.startsWith('val_');
      const loss = row![key as keyof Row & string] as number;
      const name = key.slice(isOfValidation ? 4 : 0).replace(/_?loss$/, '');
      return {
        head: name === '' ? 'all' : name,
        part: isOfValidation ? ('validation' as const) : ('training' as const),
        loss,
        constant,
        skill: constant > 0 ? 1 - loss / constant : Number.NaN,
      };
    });
    return new Table(rows, {
      title: 'Losses beside those of the best constant',
      formats: { skill: (skill) => formatShare(skill as number) },
    });
  }

  toString(): string {
    return this.table().toString();
  }

  [util.inspect.custom](): string {
    return this.toString();
  }

  /** For JSON.stringify: the fields as they are. */
  toJSON(): Record<string, unknown> {
    return { ...(this as object) };
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const table = this.table() as unknown as Record<symbol, () => Record<string, unknown>>;
    return table[Symbol.for('Jupyter.display')]!();
  }
}
