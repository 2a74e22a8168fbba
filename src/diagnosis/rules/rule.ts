import type { Evidence } from '../evidence/evidence';

/** One number of the evidence, with what it is compared with. */
export interface Measurement {
  /** What was measured, in words. */
  quantity: string;
  value: number;
  /** Its unit; `''` for a pure number, `share` for a fraction of 1. */
  unit: string;
  /** The threshold it passed, where there is one. */
  threshold?: number;
  /** The epoch it was measured at, from 1; absent for the end of the run. */
  epoch?: number;
}

/** What a rule saw. A symptom alone is no verdict: causes read symptoms together. */
export interface Symptom {
  /** The rule's id. */
  rule: string;
  /** Which kind, for rules that watch several, e.g. `high` or `low`. */
  kind: string;
  /** The head, layer, feature or weight concerned; `''` for the whole run. */
  where: string;
  evidence: readonly Measurement[];
}

/** A threshold with its origin. */
export interface Threshold {
  value: number;
  /** Where the default comes from. */
  source: string;
}

/** A rule: what it watches, from which value on, where that value comes from, and what it saw. None reads accuracy. */
export interface Rule<Names extends string = string> {
  id: string;
  /** What it watches, in one sentence. */
  watches: string;
  thresholds: Readonly<Record<Names, Threshold>>;
  /** Everything it sees in the evidence, at these thresholds. */
  evaluate(evidence: Evidence, thresholds: Readonly<Record<Names, number>>): Symptom[];
}

/** Thresholds to use instead of the defaults: rule id -> threshold name -> value. */
export type Thresholds = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Declares a rule; the names of its thresholds are checked by the compiler. */
export const rule = <Names extends string>(definition: Rule<Names>): Rule<Names> => definition;

/** A {@link Measurement} on one line. */
export const measure = (quantity: string, value: number, unit = '', threshold?: number): Measurement => ({
  quantity,
  value,
  unit,
  ...(threshold !== undefined && { threshold }),
});
