import { Table } from '../../tables';
import type { NotebookRun } from './runNotebook';

/** The MIME type under which a claim stands in an executed notebook. */
const CLAIM_MIME = 'application/vnd.reluctant.claim+json';

/** A statement that a notebook has checked. */
export interface ClaimRecord {
  claim: string;
  holds: boolean;
  /** The numbers it was judged by. */
  evidence: Record<string, number | string | boolean>;
}

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
