import { checkInteger, type TF } from '../core';
import type { Program, ProgramLike, Setting } from '../programs';
import { toProgram } from '../programs/program';
import { escapeHTML, formatShare, Table } from '../tables';
import { type ConfirmOptions, changedBy } from './confirm';
import type { Verdict } from './diagnose';
import { isHarmed, type Looked, type Looking, lookAt } from './looking';

/** One change that was tried. */
export interface RepairStep {
  cause: string;
  where: string;
  /** What was done. */
  says: string;
  /** Score by head, before and after it: shares of rows right, or of the variance explained, on rows not trained on. */
  before: Readonly<Record<string, number>>;
  after: Readonly<Record<string, number>>;
  /** The model got better and the change was kept. */
  kept: boolean;
  /** Why it could not be tried, where it could not. */
  error?: string;
}

/** Options of {@link repair}. */
export interface RepairOptions extends Omit<ConfirmOptions, 'record' | 'furtherSeeds'> {
  /** Most trainings, the first one included. Default 10. */
  budget?: number;
}

/** A gain that keeps a change, and a loss in another head that forbids it. */
const GAIN = 0.02;
const LOSS = 0.05;

/** What {@link repair} ends with. */
export class Repair {
  constructor(
    /** The program with every change that was kept; the given one when nothing was changed. */
    readonly program: Program<Setting, TF.LayersModel>,
    /** Every change that was tried, in order. */
    readonly steps: readonly RepairStep[],
    /** Verdicts that no setting mends, such as faults of the data, and those whose change was tried in vain. */
    readonly left: readonly Verdict[],
    /** No head does worse than what is easily reached any more. */
    readonly learns: boolean,
    /** Trainings made. */
    readonly trainings: number,
  ) {}

  /** What was changed, and what each change brought. */
  table(): Table<{ step: number; cause: string; change: string; before: string; after: string; kept: string }> {
    const scores = (of: Readonly<Record<string, number>>) =>
      Object.entries(of)
        .map(([head, score]) => `${head} ${formatShare(score)}`)
        .join(', ');
    const rows = this.steps.map(({ cause, where, says, before, after, kept, error }, k) => ({
      step: k + 1,
      cause: where ? `${cause} (${where})` : cause,
      change: says,
      before: scores(before),
      after: error ?? scores(after),
      kept: kept ? 'kept' : 'taken back',
    }));
    return new Table(rows, { title: 'Changes' });
  }

  toString(): string {
    const kept = this.steps.filter((step) => step.kept);
    const end = this.learns
      ? 'every head does as well as what is easily reached'
      : 'a head still does worse than what is easily reached';
    const changes =
      kept.length === 0 ? 'Nothing was changed' : `${kept.length} change${kept.length > 1 ? 's' : ''} kept`;
    const left = this.left.map(
      ({ title, where, change }) => `left: ${title}${where ? ` (${where})` : ''}: ${change.says}`,
    );
    return [
      `${changes}; ${end} (${this.trainings} trainings).`,
      ...(this.steps.length ? [this.table().toString()] : []),
      ...left,
    ].join('\n');
  }

  toJSON(): object {
    const { steps, learns, trainings, left } = this;
    return { steps, learns, trainings, left: left.map(({ cause, where }) => ({ cause, where })) };
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return { 'text/plain': this.toString(), 'text/html': `<pre>${escapeHTML(this.toString())}</pre>` };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * Mends a program: trains it, makes the change of the most likely cause, trains again, keeps the change if the model got better
 * on rows it was not trained on and no head got worse, and goes on with the next cause until every head does as well as what
 * is easily reached, or nothing is left to try. A change that was tried in vain is not tried again. A healthy program is not
 * changed. Faults of the data, which no setting mends, are named in `left`.
 *
 * @param options as for `confirm`, with `budget`, the most trainings (default 10).
 * @throws what `train` and `diagnose` throw.
 * @example
 * const repaired = await repair(benchmark.TWINS[5].build(1, true), { mode: 'graph' }); // a softmax of one unit
 * [repaired.learns, repaired.steps[0].cause]; // [true, 'one-unit-softmax']
 */
export async function repair(program: ProgramLike<TF.LayersModel>, options: RepairOptions = {}): Promise<Repair> {
  return repairBy(lookAt, program, options);
}

/** {@link repair} with another way of looking. */
export async function repairBy(
  look: Looking,
  program: ProgramLike<TF.LayersModel>,
  options: RepairOptions = {},
): Promise<Repair> {
  const { budget: given, ...rest } = options;
  const budget = checkInteger('repair', 'budget', given ?? 10, 1);
  let best = toProgram(program);
  let seen = await look(best, rest);
  let trainings = 1;
  const failed = new Set<string>();
  const steps: RepairStep[] = [];
  while (trainings < budget && !learns(seen)) {
    const verdict = seen.diagnosis.ranked.find((one) => one.change.apply && !failed.has(keyOf(one)));
    if (!verdict || isOfBrokenData(seen)) break;
    const { cause, where, change } = verdict;
    const step = { cause, where, says: change.says, before: scoresOf(seen) };
    try {
      const changed = await changedBy(verdict, best);
      const after = await look(changed, rest);
      trainings++;
      const kept = isBetter(seen, after);
      steps.push({ ...step, after: scoresOf(after), kept });
      if (kept) [best, seen] = [changed, after];
      // The same change may be made again where it went in the right direction, as a rate that is lowered in steps.
      if (!kept || steps.filter((one) => one.kept && one.cause === cause && one.where === where).length > 2)
        failed.add(keyOf(verdict));
    } catch (error) {
      steps.push({ ...step, after: {}, kept: false, error: (error as Error).message });
      failed.add(keyOf(verdict));
    }
  }
  return new Repair(best, steps, seen.diagnosis.verdicts, learns(seen), trainings);
}

const keyOf = ({ cause, where }: Verdict): string => `${cause} ${where}`;

const learns = ({ diagnosis }: Looked): boolean =>
  diagnosis.verdicts.length === 0 || diagnosis.heads.every(({ harmed }) => !harmed);

/** The first verdict has no change: numbers that are none, targets without anything to learn. */
const isOfBrokenData = ({ diagnosis }: Looked): boolean =>
  ['data-not-finite', 'targets-constant'].includes(diagnosis.verdicts[0]?.cause ?? '');

const scoresOf = ({ outcomes }: Looked): Record<string, number> =>
  Object.fromEntries(outcomes.map(({ head, score }) => [head, score]));

/** Some harmed head is better, or harmed no more, and none is worse. */
function isBetter(before: Looked, after: Looked): boolean {
  const gains = before.outcomes.map(({ score }, k) => after.outcomes[k]!.score - score);
  if (gains.some((gain) => gain < -LOSS)) return false;
  const isMended = (k: number) => isHarmed(before, k) && !isHarmed(after, k);
  return gains.some((gain, k) => gain > GAIN || (isMended(k) && gain > -GAIN));
}
