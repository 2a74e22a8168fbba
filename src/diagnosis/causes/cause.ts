import type { TF } from '../../core';
import type { ProgramParts } from '../../programs';
import type { Evidence } from '../evidence/evidence';
import { withHeadActivation } from '../mends/changes';
import type { ChangedSettings } from '../mends/mendCode';
import type { Measurement, Symptom } from '../rules/rule';

/** A change to a program that should make a symptom go. */
export interface Change {
  /** What to do, for the reader. */
  says: string;
  /** The activation that the head concerned gets, so that code can be written. */
  activation?: string;
  /** What settings of the training become, so that code can be written. */
  settings?: ChangedSettings;
  /** The parts of a program with the change made; absent where only the reader can make it. */
  apply?(program: ProgramParts<TF.LayersModel>): ProgramParts<TF.LayersModel> | Promise<ProgramParts<TF.LayersModel>>;
}

/**
 * What must be harmed before a cause is worth a verdict; without it a finding is a note. `nothing`: numbers that are none,
 * targets without anything to learn; `untrained`: harm, or no training yet; `training`, `validation`: a head does worse than
 * what is easily reached on those rows; `harm`: on either.
 */
export type Need = 'nothing' | 'untrained' | 'training' | 'validation' | 'harm' | 'note';

/** One cause found in a run. */
export interface Finding {
  /** The head, layer or features concerned; `''` for the whole run. */
  where: string;
  /** What is wrong, in one sentence with the numbers that matter. */
  says: string;
  /** Orders findings of causes of the same tier, from 0 to 1. */
  severity: number;
  /** The harm is certain from the numbers themselves, whatever any reference reaches. */
  isHarmful?: boolean;
  /** The heads it explains, where it is not told by `where`. Default: the head of that name, or every harmed head. */
  explains?: readonly string[];
  symptoms: readonly Symptom[];
  /** Numbers beyond those of the symptoms. */
  evidence?: readonly Measurement[];
  change: Change;
  /** What one would see if this were not the cause. */
  wrongIf: string;
}

/**
 * A cause: what makes symptoms. Causes are ordered by tier, since what is wrong with a program's wiring makes every symptom
 * further down: 1 loss, 2 output, 3 data, 4 settings, 5 heads, 6 layers.
 */
export interface Cause {
  id: string;
  title: string;
  tier: 1 | 2 | 3 | 4 | 5 | 6;
  needs: Need;
  /** How often it is right, from 0 to 1, of a cause of one's own; those of the library are counted by their benchmark. */
  probability?: number;
  find(seen: Seen, evidence: Evidence): Finding[];
}

/** The symptoms of a run, by rule and kind. */
export class Seen {
  constructor(readonly symptoms: readonly Symptom[]) {}

  /** The symptoms of one rule, of one kind and one place where given. */
  of(rule: string, kind?: string, where?: string): Symptom[] {
    return this.symptoms.filter(
      (s) => s.rule === rule && (kind === undefined || s.kind === kind) && (where === undefined || s.where === where),
    );
  }

  has(rule: string, kind?: string, where?: string): boolean {
    return this.of(rule, kind, where).length > 0;
  }
}

/** A head's activation replaced, the head starting afresh. */
export const headActivation = (head: string, activation: string, says: string): Change => ({
  says,
  activation,
  apply: withHeadActivation(head, activation),
});

/** A finding per symptom. */
export const each = (
  symptoms: readonly Symptom[],
  finding: (symptom: Symptom) => Omit<Finding, 'symptoms' | 'where'>,
): Finding[] => symptoms.map((symptom) => ({ where: symptom.where, symptoms: [symptom], ...finding(symptom) }));

/** One finding for all symptoms together, naming up to four places; none for none. */
export function together(symptoms: readonly Symptom[], finding: () => Omit<Finding, 'symptoms' | 'where'>): Finding[] {
  if (symptoms.length === 0) return [];
  const places = [...new Set(symptoms.map(({ where }) => where).filter(Boolean))];
  const where =
    places.length > 4 ? `${places.slice(0, 3).join(', ')} and ${places.length - 3} more` : places.join(', ');
  return [{ where, symptoms, ...finding() }];
}
