import { ReluctantError } from '../core';
import { escapeHTML, formatValue } from '../tables';
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
}

/**
 * States something about the run just made, shows whether it holds, and fails the cell when it does not: a notebook whose
 * claims do not hold ends with an error, in JupyterLab and in CI alike.
 *
 * @param claim one sentence a reader can check, e.g. "every volatility prediction is exactly zero".
 * @param holds the check itself. Anything but `true` (NaN comparisons included) counts as not holding.
 * @param evidence the numbers it was judged by; they are shown beside it and kept in the notebook.
 * @throws ReluctantError with code `claim-does-not-hold`, after showing it; `claim-without-words` for an empty statement.
 * @example
 * claim('two and two make four', 2 + 2 === 4, { sum: 2 + 2 });
 */
export function claim(claim: string, holds: boolean, evidence: ClaimRecord['evidence'] = {}): void {
  if (typeof claim !== 'string' || claim.trim() === '') {
    throw new ReluctantError({
      code: 'claim-without-words',
      operation: 'claim',
      problem: 'the claim says nothing',
      received: claim,
      expected: 'one sentence that a reader can check',
    });
  }
  const record: ClaimRecord = { claim, holds: holds === true, evidence };
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

/** How a claim is shown: as a line with a mark, its numbers beside it, and as data for programs. */
export function claimBundle({ claim, holds, evidence }: ClaimRecord): MimeBundle {
  const mark = holds ? '✔' : '✘';
  const numbers = Object.entries(evidence)
    .map(([name, value]) => `${name} ${formatValue(value)}`)
    .join(', ');
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
    [CLAIM_MIME]: { claim, holds, evidence: Object.fromEntries(safe) },
  };
}
