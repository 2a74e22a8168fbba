import { ReluctantError } from '../core';
import { escapeHTML, formatShare, formatValue } from '../tables';
import { displayRaw } from './display';
import type { MimeBundle } from './host';

/** The MIME type under which a claim stands in an executed notebook, for programs that collect claims. */
export const CLAIM_MIME = 'application/vnd.reluctant.claim+json';

/** One checked statement, as it is kept in the executed notebook. */
export interface ClaimRecord {
  /** The statement, in one sentence. */
  claim: string;
  /** Whether the run just made bears it out. */
  holds: boolean;
  /** The numbers it was judged by. */
  evidence: Record<string, number | string | boolean>;
  /** How well the head does that it speaks of, so that a tick is not taken for more than it says. */
  head?: ClaimedHead;
}

/** A head that a claim speaks of, and what else is said of it. */
export interface ClaimedHead {
  head: string;
  /** Share of the best constant's loss that it removes, on validation rows where there are any; a text where it is not finite. */
  skill: number | string;
  /** It does worse than what is easily reached. */
  harmed: boolean;
  /** Titles of the verdicts on it. */
  verdicts: string[];
}

/** What a diagnosis says of heads. */
interface Diagnosed {
  readonly heads: readonly { head: string; skill: number; validationSkill: number; harmed: boolean }[];
  readonly verdicts: readonly { title: string; where: string }[];
}

/**
 * States something about the run just made, shows whether it holds, and fails the cell when it does not: a notebook whose
 * claims do not hold ends with an error, in JupyterLab and in CI alike.
 *
 * @param claim one sentence a reader can check, e.g. "every volatility prediction is exactly zero".
 * @param holds the check itself. Anything but `true` (NaN comparisons included) counts as not holding.
 * @param evidence the numbers it was judged by; they are shown beside it and kept in the notebook.
 * @param about a diagnosis and the head that the claim speaks of: its skill and its verdicts then stand beside the mark, since a claim that
 *   holds does not say that the head is of use.
 * @throws ReluctantError with code `claim-does-not-hold`, after showing it; `claim-without-words` for an empty statement.
 * @example
 * claim('two and two make four', 2 + 2 === 4, { sum: 2 + 2 });
 */
export function claim(
  claim: string,
  holds: boolean,
  evidence: ClaimRecord['evidence'] = {},
  about?: { diagnosis: Diagnosed; head: string },
): void {
  if (typeof claim !== 'string' || claim.trim() === '') {
    throw new ReluctantError({
      code: 'claim-without-words',
      operation: 'claim',
      problem: 'the claim says nothing',
      received: claim,
      expected: 'one sentence that a reader can check',
    });
  }
  const record: ClaimRecord = { claim, holds: holds === true, evidence, ...(about && { head: headOf(about) }) };
  displayRaw(claimBundle(record));
  if (record.holds) return;
  throw new ReluctantError({
    code: 'claim-does-not-hold',
    operation: 'claim',
    problem: `"${claim}" does not hold in this run`,
    received: evidence,
    fix: 'look at the numbers above: either the run changed, or the statement is wrong',
  });
}

/** What the diagnosis says of one head. */
function headOf({ diagnosis, head }: { diagnosis: Diagnosed; head: string }): ClaimedHead {
  const found = diagnosis.heads.find((one) => one.head === head);
  if (!found) {
    throw new ReluctantError({
      code: 'head-not-found',
      operation: 'claim',
      problem: 'the diagnosis knows no head of this name',
      received: head,
      expected: diagnosis.heads.map((one) => one.head).join(', '),
    });
  }
  const skill = Number.isNaN(found.validationSkill) ? found.skill : found.validationSkill;
  const verdicts = diagnosis.verdicts.filter(({ where }) => where === head).map(({ title }) => title);
  return { head, skill: Number.isFinite(skill) ? skill : String(skill), harmed: found.harmed, verdicts };
}

/** What stands beside a claim's mark of the head it speaks of. */
export function headText({ head, skill, harmed, verdicts }: ClaimedHead): string {
  const share = typeof skill === 'number' ? formatShare(skill) : skill;
  const found = verdicts.length > 0 ? `; ${verdicts.join('; ')}` : '';
  return `skill of ${head} ${share}${harmed ? ', less than is easily reached' : ''}${found}`;
}

/** How a claim is shown: as a line with a mark, its numbers beside it, and as data for programs. */
export function claimBundle({ claim, holds, evidence, head }: ClaimRecord): MimeBundle {
  const mark = holds ? '✔' : '✘';
  const numbers = [
    ...Object.entries(evidence).map(([name, value]) => `${name} ${formatValue(value)}`),
    ...(head ? [headText(head)] : []),
  ].join(', ');
  const colour = holds ? '#1a7f4b' : '#b3261e';
  const aside = numbers && ` <span style="color:#667085">(${escapeHTML(numbers)})</span>`;
  // JSON has no NaN and no infinity; as text they survive.
  const safe = Object.entries(evidence).map(([name, value]) => [
    name,
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  ]);
  return {
    'text/plain': `${mark} ${claim}${numbers && `  (${numbers})`}`,
    'text/html': `<div class="reluctant-claim"><strong style="color:${colour}">${mark}</strong> ${escapeHTML(claim)}${aside}</div>`,
    [CLAIM_MIME]: { claim, holds, evidence: Object.fromEntries(safe), ...(head && { head }) },
  };
}
