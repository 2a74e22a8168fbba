import { ReluctantError, type TF } from '../core';
import { type Program, type ProgramLike, type Setting, type TrainOptions, train } from '../programs';
import { toProgram } from '../programs/program';
import { escapeHTML, formatNumber, Table } from '../tables';
import { type Diagnosis, diagnose, type HeadSkill, type Verdict } from './diagnose';
import { recordRun } from './recorder';

/** One number of the evidence before and after the change. */
export interface ConfirmationRow {
  what: string;
  where: string;
  before: number;
  /** NaN where the rule sees nothing any more. */
  after: number;
}

/** Whether a change made the symptoms go. */
export class Confirmation {
  constructor(
    readonly verdict: Verdict,
    /**
     * The change mended it: the cause is no longer named, and the head it was named for (every head, if none was) lost no
     * skill by it.
     */
    readonly confirmed: boolean,
    /** Symptoms of the verdict that are still there. */
    readonly remaining: readonly string[],
    /** Diagnoses of both runs. */
    readonly before: Diagnosis,
    readonly after: Diagnosis,
    /** The numbers of both runs, side by side. */
    readonly table: Table<ConfirmationRow>,
    /** Heads that do worse after the change: what the mend costs. */
    readonly costs: readonly string[] = [],
  ) {}

  toString(): string {
    const { title, where, change } = this.verdict;
    const cost = this.costs.length ? `, but ${this.costs.map((head) => `"${head}"`).join(', ')} lost skill` : '';
    const still = this.remaining.length ? `still there: ${this.remaining.join(', ')}` : `the symptom went${cost}`;
    const outcome = this.confirmed ? `confirmed: the symptom went${cost}` : `not confirmed: ${still}`;
    return [`${title}${where ? ` (${where})` : ''}`, `  ${change.says}: ${outcome}`, this.table.toString()].join('\n');
  }

  toJSON(): object {
    const { cause, where } = this.verdict;
    const { confirmed, remaining, costs, table } = this;
    return { cause, where, confirmed, remaining, costs, numbers: table.rows };
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const [head, change] = this.toString().split('\n');
    const html = `<p><b>${escapeHTML(head!)}</b><br>${escapeHTML(change!)}</p>${this.table.toHTML()}`;
    return { 'text/plain': this.toString(), 'text/html': html };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Options of {@link confirm}. */
export interface ConfirmOptions extends Omit<TrainOptions, 'folder' | 'resume'> {
  /** Writes the two runs to `folder`, as `<name>-before` and `<name>-after`; see `runs.record`. */
  record?: { folder: string; name: string };
}

/**
 * Makes the change a verdict proposes and nothing else, trains again from the same seed, and reports whether the symptom went.
 * Both runs are made here, so that they differ in the change alone.
 *
 * @param verdict one of `diagnosis.verdicts`.
 * @param program of the run that was diagnosed.
 * @throws ReluctantError `no-automatic-change` when only the reader can make the change.
 * @example
 * const program = benchmark.TWINS[5].build(1, true); // a softmax of one unit
 * const diagnosis = diagnose(await rl.train(program));
 * (await confirm(diagnosis.verdicts[0], program)).confirmed; // true
 */
export async function confirm(
  verdict: Verdict,
  program: ProgramLike<TF.LayersModel>,
  options: ConfirmOptions = {},
): Promise<Confirmation> {
  const { says, apply } = verdict.change;
  if (!apply) {
    throw new ReluctantError({
      code: 'no-automatic-change',
      operation: 'confirm',
      problem: `the change for "${verdict.cause}" cannot be made by a program`,
      where: { cause: verdict.cause },
      fix: `${says}; then train again and compare`,
    });
  }
  const given = toProgram(program);
  const before = await diagnosisOf(given, 'before', options);
  const after = await diagnosisOf(given.changed({ says, apply }), 'after', options);
  return compare(verdict, before, after);
}

async function diagnosisOf(
  program: Program<Setting, TF.LayersModel>,
  part: string,
  { record, watch = [], ...options }: ConfirmOptions,
): Promise<Diagnosis> {
  const recorder = record && recordRun(record.folder, { name: `${record.name}-${part}`, statistics: false });
  const run = await train(program, { ...options, watch: [...watch, ...(recorder ? [recorder] : [])] });
  try {
    return diagnose(run);
  } finally {
    run.model.dispose();
  }
}

function compare(verdict: Verdict, before: Diagnosis, after: Diagnosis): Confirmation {
  const rows: ConfirmationRow[] = verdict.symptoms.flatMap((symptom) => {
    const later = after.symptoms.find(
      (one) => one.rule === symptom.rule && one.kind === symptom.kind && one.where === symptom.where,
    );
    return symptom.evidence.map(({ quantity, value }, k) => ({
      what: quantity,
      where: symptom.where,
      before: value,
      after: later?.evidence[k]?.value ?? Number.NaN,
    }));
  });
  for (const head of before.heads) {
    const later = after.heads.find((one) => one.head === head.head);
    rows.push({
      what: 'skill on training rows',
      where: head.head,
      before: head.skill,
      after: later?.skill ?? Number.NaN,
    });
    if (Number.isNaN(head.validationSkill)) continue;
    const then = later?.validationSkill ?? Number.NaN;
    rows.push({ what: 'skill on validation rows', where: head.head, before: head.validationSkill, after: then });
  }
  const named = after.verdicts.some(({ cause, where }) => cause === verdict.cause && where === verdict.where);
  const remaining = verdict.symptoms
    .filter((symptom) =>
      after.symptoms.some(
        (one) => one.rule === symptom.rule && one.kind === symptom.kind && one.where === symptom.where,
      ),
    )
    .map(({ rule, where }) => (where ? `${rule} (${where})` : rule));
  const costs = before.heads
    .filter((head) =>
      lost(
        head,
        after.heads.find(({ head: name }) => name === head.head),
      ),
    )
    .map(({ head }) => head);
  const isOfOneHead = before.heads.some(({ head }) => head === verdict.where);
  const worse = isOfOneHead ? costs.includes(verdict.where) : costs.length > 0;
  const format = (value: unknown) => (Number.isNaN(value) ? 'gone' : formatNumber(Number(value)));
  const table = new Table(rows, { title: 'Before and after the change', formats: { after: format } });
  return new Confirmation(
    verdict,
    !named && !worse,
    named ? [verdict.cause, ...remaining] : remaining,
    before,
    after,
    table,
    costs,
  );
}

/**
 * A head that explains a twentieth of the variance less than before, of what is above a constant: on validation rows where
 * there are any, since what is learnt by heart is no skill to keep.
 */
function lost(before: HeadSkill, after: HeadSkill | undefined): boolean {
  const floor = (value: number | undefined) => (Number.isFinite(value) ? Math.max(0, value!) : 0);
  const key = Number.isNaN(before.validationSkill) ? 'skill' : 'validationSkill';
  return floor(after?.[key]) < floor(before[key]) - 0.05;
}
