import { checkInteger, ReluctantError, type TF } from '../core';
import { type Snapshot, snapshot } from '../inspection';
import type { EpochEvent, FitOptions, Run, TrainingData, Watcher } from '../training';
import { type Diagnosis, diagnose } from './diagnose';
import type { Thresholds } from './rule';

/** How {@link watchRules} watches. */
export interface WatchOptions {
  /** The rules are applied every so many epochs. Default 5. */
  every?: number;
  /**
   * Causes that end the run when they are named at two looks in a row. Default: those no further epoch mends.
   * An empty list only watches.
   */
  stopOn?: readonly string[];
  thresholds?: Thresholds;
}

/** A watcher that keeps what it saw. */
export interface RuleWatcher extends Watcher {
  /** The diagnosis after each look, by epoch counted from 0. */
  readonly diagnoses: ReadonlyMap<number, Diagnosis>;
  /** The last one, of the run's end. */
  readonly last: Diagnosis | undefined;
}

/** A head without a gradient, a loss without one, and numbers that are none: waiting does not help. */
const LOST = [
  'dead-head',
  'saturated-head',
  'loss-constant',
  'loss-rewards-error',
  'one-unit-softmax',
  'collapsed-head',
  'numbers-left-range',
];

/**
 * A watcher for `fit(..., { watch: [...] })` that applies every rule as the run goes and ends a run that is lost, with the
 * verdict as its `stopNote`. Use one per run.
 *
 * @throws ReluctantError `integer-out-of-range`; `not-a-layers-model` when the run starts on something else.
 * @example
 * const { data, options, model } = benchmark.TWINS[5].build(1, true); // a softmax of one unit
 * const watcher = watchRules();
 * const run = await fit(await model(), data, { ...options, watch: [watcher] });
 * run.history.length < options.epochs; // true: it was ended
 */
export function watchRules({ every = 5, stopOn = LOST, thresholds }: WatchOptions = {}): RuleWatcher {
  checkInteger('watchRules', 'every', every, 1);
  const diagnoses = new Map<number, Diagnosis>();
  let start: { model: TF.LayersModel; data: TrainingData; options: FitOptions; initialWeights: Snapshot } | undefined;
  let suspect = '';

  const look = (epoch: number, run: Pick<Run, 'history' | 'notFinite'>): Diagnosis => {
    const { model, data, options, initialWeights } = start!;
    const found = diagnose({ ...run, history: run.history, initialWeights }, { model, data, options, thresholds });
    diagnoses.set(epoch, found);
    return found;
  };
  return {
    diagnoses,
    get last() {
      return [...diagnoses.values()].at(-1);
    },
    begin({ model, data, options }) {
      if (!('layers' in model)) {
        throw new ReluctantError({
          code: 'not-a-layers-model',
          operation: 'watchRules',
          problem: 'the rules look into layers, and this model has none',
          expected: 'a tf.LayersModel',
        });
      }
      start = { model, data, options, initialWeights: snapshot(model) };
    },
    evaluate({ epoch, history }: EpochEvent) {
      if ((epoch + 1) % every !== 0) return undefined;
      const [first] = look(epoch, { history: [...history], notFinite: undefined }).verdicts;
      const name = first && stopOn.includes(first.cause) ? `${first.cause} ${first.where}` : '';
      const lost = name !== '' && name === suspect;
      suspect = name;
      return lost ? `${first!.title} (${first!.where}): ${first!.says}` : undefined;
    },
    end(run) {
      if (!diagnoses.has(run.history.length - 1) || run.notFinite) look(run.history.length, run);
    },
  };
}
