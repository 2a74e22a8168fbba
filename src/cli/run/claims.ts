import { CLAIM_MIME, type ClaimRecord } from '../../notebook/claims';
import { Table } from '../../tables';
import type { NotebookRun } from './runNotebook';

/** The claims that a notebook has made, in order. */
export function claimsOf(run: Pick<NotebookRun, 'outputs'>): ClaimRecord[] {
  return run.outputs(CLAIM_MIME) as ClaimRecord[];
}

/** A table of claims and whether they held. */
export function claimsTable(claims: readonly ClaimRecord[]): string {
  const held = claims.filter(({ holds }) => holds).length;
  const rows = claims.map(({ claim, holds }) => ({ '': holds ? '✔' : '✘', claim }));
  return new Table(rows, { title: `Claims: ${held} of ${claims.length} hold`, maxRows: 1000 }).toString();
}
