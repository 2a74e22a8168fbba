import { CLAIM_MIME, type ClaimRecord } from '../../notebook/claims';
import { Table } from '../../tables';
import type { NotebookRun } from './runNotebook';

/** The claims that a notebook has made, in order. */
export function claimsOf(run: Pick<NotebookRun, 'outputs'>): ClaimRecord[] {
  return run.outputs(CLAIM_MIME) as ClaimRecord[];
}

/**
 * A table of claims and whether they held.
 *
 * @param brief only those that did not hold; one line when all did
 */
export function claimsTable(claims: readonly ClaimRecord[], brief = false): string {
  const held = claims.filter(({ holds }) => holds).length;
  const title = `Claims: ${held} of ${claims.length} hold`;
  const listed = brief ? claims.filter(({ holds }) => !holds) : claims;
  if (listed.length === 0) return title;
  const rows = listed.map(({ claim, holds }) => ({ '': holds ? '✔' : '✘', claim }));
  return new Table(rows, { title, maxRows: 1000 }).toString();
}
