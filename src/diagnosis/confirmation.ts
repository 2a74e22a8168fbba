import type { Table } from '../tables';
import type { Diagnosis, Verdict } from './diagnose';
import { CONFIRMATION_MIME, type ConfirmationRecord, confirmationStory, known } from './record';

/** What came of a change: only `confirmed` proves the cause. */
export type Outcome = 'confirmed' | 'symptom gone, model no better' | 'no effect' | 'worse';

/** One number of the evidence before and after the change. */
export interface ConfirmationRow {
  what: string;
  where: string;
  before: number;
  /** NaN where the rule sees nothing any more. */
  after: number;
}

/** One head before and after the change. */
export interface HeadOutcome {
  head: string;
  /** Share of rows that are right, or of the variance explained, on rows not trained on; the mean over the seeds tried. */
  before: number;
  after: number;
  /** Standard error of the difference over the seeds; 0 where one seed settled it. */
  spread: number;
}

/** Whether a change made the symptom go and the model better. */
export class Confirmation {
  constructor(
    readonly verdict: Verdict,
    readonly outcome: Outcome,
    /** Diagnoses of both runs. */
    readonly before: Diagnosis,
    readonly after: Diagnosis,
    /** Every head before and after. */
    readonly heads: readonly HeadOutcome[],
    /** The numbers of both runs, side by side. */
    readonly table: Table<ConfirmationRow>,
  ) {}

  /** The change mended it: the model is better on rows it was not trained on, beyond the spread over seeds, and no head worse. */
  get confirmed(): boolean {
    return this.outcome === 'confirmed';
  }

  /** Symptoms of the verdict that are still there. */
  get remaining(): readonly string[] {
    const isOne = this.heads.length === 1;
    return this.verdict.symptoms
      .filter(({ rule, kind, where }) =>
        this.after.symptoms.some((one) => one.rule === rule && one.kind === kind && (one.where === where || isOne)),
      )
      .map(({ rule, where }) => (where ? `${rule} (${where})` : rule));
  }

  /** Heads that do worse after the change: what it costs. */
  get costs(): readonly string[] {
    return this.heads
      .filter(({ before, after, spread }) => after < before - Math.max(0.05, 2 * spread))
      .map(({ head }) => head);
  }

  toString(): string {
    const { title, where, change } = this.verdict;
    const still = this.remaining.length && !this.confirmed ? `; still there: ${this.remaining.join(', ')}` : '';
    const cost = this.costs.length ? `; ${this.costs.map((head) => `"${head}"`).join(', ')} got worse` : '';
    const outcome = this.confirmed ? 'confirmed: the model is better' : `not confirmed: ${this.outcome}`;
    return [
      `${title}${where ? ` (${where})` : ''}`,
      `  ${change.says}: ${outcome}${still}${cost}`,
      this.table.toString(),
    ].join('\n');
  }

  toJSON(): object {
    const { cause, where } = this.verdict;
    const { outcome, confirmed, remaining, costs, heads, table } = this;
    return { cause, where, outcome, confirmed, remaining, costs, heads, numbers: table.rows };
  }

  /** All that a page says of it, as plain data. */
  record(): ConfirmationRecord {
    const { title, where, change } = this.verdict;
    return {
      title,
      where,
      change: change.says,
      outcome: this.outcome,
      confirmed: this.confirmed,
      heads: this.heads.map(({ head, before, after }) => ({ head, before: known(before), after: known(after) })),
    };
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const record = this.record();
    const html = `${confirmationStory(record)}${this.table.toHTML()}`;
    return { 'text/plain': this.toString(), 'text/html': html, [CONFIRMATION_MIME]: record };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
