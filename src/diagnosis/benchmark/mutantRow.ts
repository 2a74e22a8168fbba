import type { Outcome } from '../confirmation';
import type { Severity } from './mutations';

/** Which half of the benchmark something belongs to: rules are developed on one and reported on the other. */
export type Half = 'development' | 'reporting';

/** What `confirm` said of the first verdict. */
export interface Confirmed {
  outcome: Outcome;
  /** Mean gain in score of the heads that are to be mended. */
  gain: number;
  /** "Confirmed", and the model is no better: on rows that neither training nor diagnosis has seen, where they settle it. */
  isWrong: boolean;
}

/** What `repair` came to. */
export interface Repaired {
  /** Causes whose change was kept. */
  kept: string[];
  trainings: number;
  /** No head does worse than what is easily reached any more, by the diagnosis. */
  learns: boolean;
  /** Every head is back within the spread of the original's seeds. */
  isBack: boolean;
}

/** What became of one mutant, or of one healthy program. */
export interface MutantRow {
  program: string;
  family: string;
  /** `''` for a healthy program; two operators at once are joined by ` + `. */
  operator: string;
  severity: Severity | '';
  seed: number;
  half: Half;
  /** The operator took no part in the development of the rules. */
  unseen: boolean;
  /** The score fell below the least of the original's ten seeds, in one head at least: the mutant counts. */
  worse: boolean;
  /** The fault is in the data: it is to be named, and no setting mends it. */
  ofData: boolean;
  scores: Record<string, number>;
  least: Record<string, number>;
  /** Causes named, primary ones first, with their probabilities. */
  verdicts: { cause: string; where: string; probability: number }[];
  notes: string[];
  /** The first verdict names the operator's fault, or one of two. */
  right: boolean;
  /** The change of the first verdict brought every head back to the spread of the original's seeds; absent if it was not tried. */
  mended?: boolean;
  /** What `confirm` said of the first verdict. */
  confirmation?: Confirmed;
  /** Causes named for the mended program: it should have none. */
  mendedVerdicts?: string[];
  /** What `repair` came to, where there was something to mend. */
  repair?: Repaired;
  /** Seconds of training, and of the diagnosis after it. */
  trainingSeconds: number;
  diagnosisSeconds: number;
}

/** The operator of a row says that two faults were made at once. */
export const isDouble = ({ operator }: Pick<MutantRow, 'operator'>): boolean => operator.includes(' + ');
