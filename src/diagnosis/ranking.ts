import { probabilityOf } from './calibration';
import { CAUSES } from './causes';
import type { Cause, Finding, Need } from './causes/cause';
import type { Evidence } from './evidence/evidence';
import type { Measurement, Symptom, Thresholds } from './rules/rule';

/** A cause named for a run, with what speaks for it, what should mend it, and what would prove it wrong. */
export interface Verdict {
  /** Stable name of the cause, e.g. `dead-head`. */
  cause: string;
  title: string;
  /** The head, layer or features concerned. */
  where: string;
  says: string;
  /** How often a verdict like this one was right where the truth was known: from 0 to 1. */
  probability: number;
  evidence: readonly Measurement[];
  symptoms: readonly Symptom[];
  /** Thresholds of the rules that saw them: rule -> name -> value; `diagnose(run, { thresholds })` takes them in this form. */
  thresholds: Thresholds;
  change: Finding['change'];
  wrongIf: string;
  /** What else was found at this place, most likely first: consequences of the cause, or other causes if it proves wrong. */
  consequences: readonly Verdict[];
}

/** Something unusual that does no harm: no verdict. */
export interface Note {
  cause: string;
  where: string;
  says: string;
}

/** A cause that was found. */
export interface Found {
  cause: Cause;
  finding: Finding;
}

/**
 * One verdict per place: findings in order of likelihood; each head that is harmed is explained by the first that fits it, and
 * the others are folded under that one. A finding without harm is a note.
 */
export function rank(
  found: readonly Found[],
  evidence: Evidence,
  thresholds: ReadonlyMap<string, Readonly<Record<string, number>>>,
): { verdicts: Verdict[]; notes: Note[] } {
  const ordered = [...found].sort((a, b) => a.cause.tier - b.cause.tier || b.finding.severity - a.finding.severity);
  const notes: Note[] = [];
  const primary: { verdict: Verdict; heads: Set<string> }[] = [];
  const unexplained = new Set(harmedHeads(evidence));
  for (const one of ordered) {
    const { cause, finding } = one;
    const heads = headsOf(finding, evidence).filter(
      (head) => cause.needs === 'nothing' || finding.isHarmful || isHarmed(head, cause.needs, evidence),
    );
    if (cause.needs === 'note' || heads.length === 0) {
      notes.push({ cause: cause.id, where: finding.where, says: finding.says });
      continue;
    }
    const verdict = verdictOf(one, thresholds);
    const isNew = primary.length === 0 || heads.some((head) => unexplained.has(head));
    const place = primary.find((other) => heads.some((head) => other.heads.has(head))) ?? primary[0];
    if (isNew) primary.push({ verdict, heads: new Set(heads) });
    else place!.verdict = { ...place!.verdict, consequences: [...place!.verdict.consequences, verdict] };
    for (const head of heads) unexplained.delete(head);
  }
  return { verdicts: primary.map(({ verdict }) => verdict), notes };
}

/** Heads that do worse than what is easily reached, on training or on validation rows. */
export const harmedHeads = ({ heads }: Evidence): string[] =>
  heads.filter(({ harm }) => harm.training || harm.validation).map(({ head }) => head);

function headsOf({ where, explains }: Finding, { heads }: Evidence): string[] {
  if (explains) return [...explains];
  const all = heads.map(({ head }) => head);
  return all.includes(where) ? [where] : all;
}

function isHarmed(name: string, need: Need, { heads, history, notFinite }: Evidence): boolean {
  const head = heads.find((one) => one.head === name);
  if (!head) return false;
  // A run that ended in numbers that are none is harmed, however good the weights from before that step.
  if (notFinite && need !== 'validation') return true;
  if (need === 'untrained' && history.length === 0) return true;
  const { training, validation } = head.harm;
  if (need === 'training') return training !== undefined;
  if (need === 'validation') return validation !== undefined;
  return training !== undefined || validation !== undefined;
}

function verdictOf(
  { cause, finding }: Found,
  thresholds: ReadonlyMap<string, Readonly<Record<string, number>>>,
): Verdict {
  const { where, says, symptoms, change, wrongIf } = finding;
  // A cause may rest on symptoms of other places, as a drowning term on those it drowns: these are named.
  const placed = symptoms.flatMap((symptom) =>
    symptom.where === '' || symptom.where === where
      ? symptom.evidence
      : symptom.evidence.map((one) => ({ ...one, quantity: `${symptom.where}: ${one.quantity}` })),
  );
  return {
    cause: cause.id,
    title: cause.title,
    where,
    says,
    probability: cause.probability ?? (CAUSES.includes(cause) ? probabilityOf(cause.id) : Number.NaN),
    evidence: [...placed, ...(finding.evidence ?? [])],
    symptoms,
    thresholds: Object.fromEntries(symptoms.map(({ rule }) => [rule, thresholds.get(rule) ?? {}])),
    change,
    wrongIf,
    consequences: [],
  };
}
