import * as path from 'node:path';
import { ReluctantError } from '../core';
import {
  type BacktestOverfitting,
  type BestOfSeveral,
  backtestOverfitting,
  bestSharpeTest,
  type DeflatedSharpe,
  deflatedSharpe,
  type Numbers,
  type OverfittingOptions,
  type RotationOptions,
  sharpeRatio,
  sharpeSample,
  variance,
} from '../evaluation';
import { appendLine, readLines } from './lines';
import { ledgerFile } from './place';
import { type Trial, trialsOf } from './trial';

/** Anything that names a trial: its id, or a run, which knows its own. */
export type TrialName = string | { readonly trial?: string | undefined };

/** Which trials a verdict is over. */
export interface TrialChoice {
  /**
   * Fingerprint of the data, or several, or `all`. Default: of the trial that is judged; of the trial last evaluated where none is. Other features, another
   * window or another period are other data: where they were tried for the same purpose, name them, or all.
   */
  data?: string | readonly string[];
  /** Name of the strategy, where several use one model. Default `strategy`. */
  strategy?: string;
  /** Only returns over so many periods; trials with others count as tried. Default: all, which must then be of the same periods. */
  periods?: number;
}

type Chosen = { [K in keyof TrialChoice]: TrialChoice[K] | undefined };

/** Counts behind a verdict. */
export interface Tried {
  /** Trainings on these data: finished, stopped, failed, repeated. */
  tried: number;
  /** Those of them with returns. */
  evaluated: number;
}

/**
 * The ledger of trials: every training that `fit` or a sweep has begun in a project, also those that failed, were stopped, repeated or killed,
 * noted by the trainer itself in `.reluctant/trials.jsonl`, which is only added to. What is judged over it cannot leave out what did not please.
 *
 * Each line carries the hash of one before it and its own, so that a line that was changed or taken out is noticed. Beside it, `trials.jsonl.latest` names the line
 * that was added last, so that a file whose end was cut off is noticed as well. Ledgers of several
 * machines are read together: `TrialLedger.open('a.jsonl', 'b.jsonl')`.
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] });
 * const run = await rl.fit(model, { inputs: tf.ones([8, 1]), targets: tf.ones([8, 1]) }, { losses: 'meanSquaredError', epochs: 1 });
 * const ledger = TrialLedger.open();
 * ledger.trial(run).status; // 'finished'
 */
export class TrialLedger {
  private constructor(
    /** Files that were read; the first is added to. */
    readonly files: readonly string[],
    private readonly byId: Map<string, Trial>,
  ) {}

  /**
   * Reads ledgers; without a name, that of this project.
   *
   * @throws ReluctantError `ledger-off`, `ledger-missing`, `ledger-altered`, `format-too-new`.
   */
  static open(...files: readonly string[]): TrialLedger {
    const places = files.length > 0 ? files.map((file) => path.resolve(file)) : [ledgerFile()];
    if (places.some((place) => place === undefined)) {
      throw new ReluctantError({
        code: 'ledger-off',
        operation: 'TrialLedger.open',
        problem: 'no ledger is kept here: RELUCTANT_LEDGER is "off"',
        fix: 'unset RELUCTANT_LEDGER, or name a file',
      });
    }
    return new TrialLedger(places as string[], trialsOf((places as string[]).flatMap(readLines)));
  }

  /** All trials, in the order in which they were begun. */
  get trials(): readonly Trial[] {
    return [...this.byId.values()];
  }

  /**
   * One trial.
   *
   * @throws ReluctantError `trial-unknown` for one that is not in the ledger.
   */
  trial(name: TrialName): Trial {
    const id = typeof name === 'string' ? name : name.trial;
    const trial = id === undefined ? undefined : this.byId.get(id);
    if (trial) return trial;
    throw new ReluctantError({
      code: 'trial-unknown',
      operation: 'TrialLedger',
      problem: 'this trial is not in the ledger',
      where: { file: this.files.join(', ') },
      received: id ?? 'a run without a trial',
      expected: 'a training that was noted while it ran',
      fix: 'train it again with the ledger on; numbers from elsewhere cannot be deflated by trials that nobody counted',
    });
  }

  /**
   * Notes what a strategy made of a trial's model earned. Noting it again replaces it; that it was noted before stays in the file.
   *
   * @param returns one per period, nothing annualised.
   * @throws ReluctantError `trial-unknown`, `not-finite`, `zero-variance`, `ledger-not-writable`.
   */
  evaluate(name: TrialName, returns: Numbers, strategy = 'strategy'): void {
    const { id } = this.trial(name);
    sharpeRatio(returns); // its refusals: what has no Sharpe ratio is no evidence
    const list = Array.from(returns);
    appendLine(this.files[0]!, {
      event: 'evaluated',
      trial: id,
      time: new Date().toISOString(),
      strategy,
      returns: list,
    });
    (this.byId.get(id)!.strategies as Map<string, Float64Array>).set(strategy, Float64Array.from(list));
  }

  /**
   * The deflated Sharpe ratio of a trial over all that was tried on its data: every training counts, evaluated or not; the variance is that of
   * those with returns.
   *
   * @throws ReluctantError `trial-unknown`, `trial-not-evaluated`; `too-few-evaluated` when several were tried and one only has returns.
   */
  deflatedSharpe(name: TrialName, choice: TrialChoice = {}): DeflatedSharpe & Tried {
    const trial = this.trial(name);
    const returns = this.returnsOf(trial, choice.strategy);
    const { tried, evaluated } = this.chosen({ data: trial.data, ...choice });
    const sharpes = evaluated.map((other) => sharpeRatio(other.strategies.get(choice.strategy ?? 'strategy')!));
    if (tried.length > 1 && sharpes.length < 2) {
      throw new ReluctantError({
        code: 'too-few-evaluated',
        operation: 'TrialLedger.deflatedSharpe',
        problem: `${tried.length} trials were made on these data and only one has returns, so their spread is not known`,
        received: sharpes.length,
        expected: 'the returns of at least two',
        fix: 'ledger.evaluate(run, returns) for the others',
      });
    }
    const spread = sharpes.length > 1 ? variance(sharpes, 1) : 0;
    const deflated = deflatedSharpe(sharpeSample(returns), { count: tried.length, variance: spread });
    return { ...deflated, tried: tried.length, evaluated: evaluated.length };
  }

  /**
   * The probability of backtest overfitting over all trials with returns on the same data.
   *
   * @throws ReluctantError as `evaluation.backtestOverfitting`; `length-mismatch` where the returns are of different periods.
   */
  overfitting(choice: TrialChoice & OverfittingOptions = {}): BacktestOverfitting & Tried {
    const { data, strategy, periods, ...options } = choice;
    const { tried, columns } = this.columns({ data, strategy, periods });
    return { ...backtestOverfitting(columns, options), tried, evaluated: columns.length };
  }

  /** The best of all trials with returns on the same data, judged as the best of so many: `evaluation.bestSharpeTest`. */
  best(choice: TrialChoice & RotationOptions = {}): Omit<BestOfSeveral, 'best'> & Tried & { trial: Trial } {
    const { data, strategy, periods, ...options } = choice;
    const { tried, columns, evaluated } = this.columns({ data, strategy, periods });
    const { best, ...verdict } = bestSharpeTest(columns, options);
    return { ...verdict, trial: evaluated[best]!, tried, evaluated: columns.length };
  }

  private columns({ data, strategy, periods }: Chosen) {
    const last = this.trials.filter(({ strategies }) => strategies.has(strategy ?? 'strategy')).at(-1);
    const { tried, evaluated } = this.chosen({ data: data ?? last?.data, strategy, periods });
    const columns = evaluated.map((trial) => trial.strategies.get(strategy ?? 'strategy')!);
    return { tried: tried.length, evaluated, columns };
  }

  private chosen({ data, strategy = 'strategy', periods }: Chosen) {
    const wanted = data === undefined || typeof data === 'string' ? [data] : data;
    const tried = this.trials.filter((trial) => wanted.includes('all') || wanted.includes(trial.data));
    this.checkFingerprints(wanted, tried);
    const evaluated = tried.filter(({ strategies }) => {
      const returns = strategies.get(strategy);
      return returns !== undefined && (periods === undefined || returns.length === periods);
    });
    return { tried, evaluated };
  }

  /** Throws where a fingerprint is that of no trial: a verdict over none of them would say so little that it looks kind. */
  private checkFingerprints(wanted: readonly (string | undefined)[], tried: readonly Trial[]): void {
    const known = new Set(tried.map(({ data }) => data));
    const unknown = wanted.find((data) => data !== undefined && data !== 'all' && !known.has(data));
    if (unknown === undefined) return;
    throw new ReluctantError({
      code: 'data-unknown',
      operation: 'TrialLedger',
      problem: 'no trial in the ledger was trained on data of this fingerprint',
      where: { file: this.files.join(', ') },
      received: unknown,
      expected: `one of ${[...new Set(this.trials.map(({ data }) => data))].slice(0, 8).join(', ') || 'none: the ledger is empty'}`,
      fix: 'take it from a trial: ledger.trial(run).data; "all" takes every trial',
    });
  }

  private returnsOf(trial: Trial, strategy = 'strategy'): Float64Array {
    const returns = trial.strategies.get(strategy);
    if (returns) return returns;
    throw new ReluctantError({
      code: 'trial-not-evaluated',
      operation: 'TrialLedger',
      problem: `the trial has no returns of the strategy "${strategy}"`,
      where: { trial: trial.id },
      received: [...trial.strategies.keys()],
      expected: 'returns that were noted with ledger.evaluate(run, returns)',
    });
  }
}
