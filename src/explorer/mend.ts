import type { TF } from '../core';
import { type Confirmation, confirm, type Verdict } from '../diagnosis';
import type { ProgramLike } from '../programs';
import type { ExploredRun } from './exploredRun';
import type { Explorer } from './explorer';
import { programAt } from './setting';

/** The first verdict on a run whose change a program can make; undefined for a run without one. */
export const mendable = (run: ExploredRun | undefined): Verdict | undefined =>
  run?.found.find(({ change }) => change.apply !== undefined);

/**
 * Makes the change of the first verdict on a run that a program can make, trains again from the same seed, and compares.
 *
 * @returns undefined for a run without such a verdict.
 */
export async function tryMend(
  { rules }: Explorer,
  run: ExploredRun,
  signal?: AbortSignal,
): Promise<Confirmation | undefined> {
  const verdict = mendable(run);
  if (!verdict) return undefined;
  const { setting } = run;
  // Verdicts are found on models of layers only.
  const program = programAt(setting, rules) as unknown as ProgramLike<TF.LayersModel>;
  return confirm(verdict, program, { ...(signal && { signal }), mode: 'graph' });
}
