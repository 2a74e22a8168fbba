import type { Random } from '../../../core';
import type { LayersProgram as Program } from '../../evidence/program';

/** How far a mutation goes. */
export type Severity = 'mild' | 'middle' | 'gross';

/** A way to break a program that nobody picked by hand: an operator of the engine. */
export interface Mutation {
  /** The operator, after DeepCrime (Humbatova, Jahangirova and Tonella 2021) where it has one of the kind. */
  operator: string;
  /** Causes that name it rightly: every one whose change mends it in principle. */
  accepts: readonly string[];
  /** No setting mends it: it is to be named, not retried. */
  ofData?: true;
  /** The program with the fault; nothing where the operator does not apply to it. */
  apply(program: Program, severity: Severity, random: Random): Program | undefined | Promise<Program | undefined>;
}

/** One of three values by severity. */
export const bySeverity = <T>(severity: Severity, mild: T, middle: T, gross: T): T =>
  ({ mild, middle, gross })[severity];
