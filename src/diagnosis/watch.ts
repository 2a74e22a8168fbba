import { checkInteger, ReluctantError, type TF, tf } from '../core';
import { standardDeviation } from '../evaluation';
import { outputNames, type Snapshot, snapshot } from '../inspection';
import { activationOf } from '../inspection/layers';
import { isAtFlatEnd } from '../layers/activations';
import { lossOf } from '../losses';
import type { Table } from '../tables';
import {
  type EpochEvent,
  type FitOptions,
  type PredictedValues,
  type RunOutcome,
  type TrainingData,
  type ValueWatcher,
  type WatchedPrediction,
  type Watcher,
  watchValues,
} from '../training';
import { isLayersModel } from '../training/trainable';
import { type Diagnosis, diagnoseAgain } from './diagnose';
import { type Known, lossGiven } from './evidence/evidence';
import { lossBehaviour } from './evidence/lossBehaviour';
import type { Thresholds } from './rules/rule';

/** How {@link watchRules} watches. */
export interface WatchOptions {
  /** All rules are applied every so many epochs, also to a run that nothing is suspected of. Default: when needed. */
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
  /** What every head predicted for the same 128 training rows after each epoch: a row per epoch and head. */
  readonly predictions: Table<WatchedPrediction>;
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

/** Rows that are predicted after every epoch, and epochs between two looks of all rules. */
const ROWS = 128;
const SPACING = 5;

/**
 * A watcher for `fit(..., { watch: [...] })` that ends a run which is lost, with the verdict as its `stopNote`. After every
 * epoch it looks at predictions and gradients for a few rows, which is one call of one graph. All rules are applied at the end, and whenever a head looks dead, stuck or constant or the loss grows, at most every fifth epoch. Use one
 * per run.
 *
 * @throws ReluctantError `integer-out-of-range`; `not-a-layers-model` when the run starts on something else.
 * @example
 * const { data, options, model } = benchmark.TWINS[5].build(1, true); // a softmax of one unit
 * const watcher = watchRules();
 * const run = await fit(await model(), data, { ...options, watch: [watcher] });
 * run.history.length < options.epochs; // true: it was ended
 */
export function watchRules({ every, stopOn = LOST, thresholds }: WatchOptions = {}): RuleWatcher {
  if (every !== undefined) checkInteger('watchRules', 'every', every, 1);
  const diagnoses = new Map<number, Diagnosis>();
  const values = watchValues({ rows: ROWS });
  const known: Known = {};
  let start: { model: TF.LayersModel; data: TrainingData; options: FitOptions; initialWeights: Snapshot } | undefined;
  let heads: SuspectHead[] = [];
  let suspect = '';

  const look = (epoch: number, run: Pick<RunOutcome, 'history' | 'notFinite'>): Diagnosis => {
    const { model, data, options, initialWeights } = start!;
    const seen = { ...run, history: run.history, initialWeights };
    const found = diagnoseAgain(seen, { model, data, options, thresholds }, known);
    diagnoses.set(epoch, found);
    return found;
  };
  return {
    diagnoses,
    get last() {
      return [...diagnoses.values()].at(-1);
    },
    get predictions() {
      return values.predictions;
    },
    begin({ model, data, options, mode }) {
      if (!isLayersModel(model)) {
        throw new ReluctantError({
          code: 'not-a-layers-model',
          operation: 'watchRules',
          problem: 'the rules look into layers, and this model has none',
          expected: 'a tf.LayersModel',
        });
      }
      start = { model, data, options, initialWeights: snapshot(model) };
      heads = suspectHeads(model, data, options);
      values.begin!({ model, data, options, mode });
    },
    evaluate(event: EpochEvent) {
      values.evaluate(event);
      const { epoch, history } = event;
      const asked = every !== undefined && (epoch + 1) % every === 0;
      // A suspicion is looked at twice before it ends a run.
      const open = suspect !== '' || isSuspicious(values, heads, history);
      const due = (epoch + 1) % SPACING === 0 && open;
      if (!asked && !due) return undefined;
      const [first] = look(epoch, { history: [...history], notFinite: undefined }).verdicts;
      const name = first && stopOn.includes(first.cause) ? `${first.cause} ${first.where}` : '';
      const lost = name !== '' && name === suspect;
      suspect = name;
      return lost ? `${first!.title} (${first!.where}): ${first!.says}` : undefined;
    },
    end(run) {
      values.end!(run);
      if (!diagnoses.has(run.history.length - 1) || run.notFinite) look(run.history.length, run);
    },
  };
}

/** What there is to suspect a head by. */
interface SuspectHead {
  head: string;
  activation: string;
  /** Standard deviation of its targets. */
  spread: number;
  /** Its loss does not fall with the error: no number of epochs mends that. */
  isMiswired: boolean;
}

function suspectHeads(model: TF.LayersModel, { targets }: TrainingData, options: FitOptions): SuspectHead[] {
  return outputNames(model).map((head, k) => {
    const own = targets instanceof tf.Tensor ? targets : targets[head];
    const probe = () => {
      const rows = tf.slice(own!, 0, Math.min(own!.shape[0]!, 512));
      const found = lossBehaviour(lossOf(lossGiven(options, head), 'watchRules'), rows);
      rows.dispose();
      return found;
    };
    const behaviour = own && options.lossWeights?.[head] !== 0 ? probe() : undefined;
    return {
      isMiswired: behaviour !== undefined && (behaviour.constant || behaviour.rewardsError),
      head,
      activation: activationOf(model.outputs[k]!.sourceLayer) || 'linear',
      spread: own ? standardDeviation(own.dataSync()) : Number.NaN,
    };
  });
}

/** A share of predictions at one end, and of the targets' spread, beyond which all rules are asked. */
const MOST_AT_AN_END = 0.5;
const LEAST_SPREAD = 0.1;

/** Whether anything after this epoch calls for all rules. Too many calls cost time, a missed one costs the rest of the run. */
function isSuspicious(values: ValueWatcher, heads: readonly SuspectHead[], history: EpochEvent['history']): boolean {
  const [first, last] = [history[0]!.loss, history.at(-1)!.loss];
  if (!(last < first + 0.05 * Math.abs(first))) return true;
  const told = values.predictions.rows.slice(-heads.length);
  return heads.some(({ head, activation, spread, isMiswired }) => {
    if (isMiswired) return true;
    const row = told.find((one) => one.head === head);
    const all = values.predicted.slice(-heads.length).find((one) => one.head === head);
    if (!row || !all) return false;
    return row.notFinite > 0 || row.std < LEAST_SPREAD * spread || atAnEnd(activation, all) > MOST_AT_AN_END;
  });
}

/** Share of predictions where the activation has no slope to speak of: below 1 % of its steepest. */
const atAnEnd = (activation: string, { values }: PredictedValues): number =>
  values.filter((value) => isAtFlatEnd(activation, value)).length / values.length;
