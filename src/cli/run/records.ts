import * as fs from 'node:fs';
import { parseJSON, ReluctantError, readPlainText, writeAtomically } from '../../core';
import { RECORD_MIME } from '../../notebook';
import { Table } from '../../tables';
import type { NotebookRun } from './runNotebook';

/** A number recorded by `rl.record`. NaN and infinities, which JSON does not have, are texts: `"NaN"`. */
export interface NumberRecord {
  value: number | string;
  /** How far the value may move, as an absolute difference. */
  tolerance: number;
}

/** What became of a recorded number. */
export type RecordVerdict = 'same' | 'within tolerance' | 'moved' | 'missing' | 'new';

/** One row of the comparison. */
export interface RecordRow {
  name: string;
  committed: number | string | null;
  now: number | string | null;
  difference: number | null;
  tolerance: number | null;
  verdict: RecordVerdict;
}

/** The file with the committed numbers of a notebook: it stands beside it. */
export function recordsFile(notebook: string): string {
  return `${notebook.replace(/\.ipynb$/, '')}.records.json`;
}

/**
 * The numbers that a notebook has recorded, by name.
 *
 * @throws ReluctantError `record-twice` when two have the same name
 */
export function recordsOf(run: Pick<NotebookRun, 'notebook' | 'outputs'>): Map<string, NumberRecord> {
  const records = new Map<string, NumberRecord>();
  for (const { name, value, tolerance } of run.outputs(RECORD_MIME) as (NumberRecord & { name: string })[]) {
    if (records.has(name)) {
      throw new ReluctantError({
        code: 'record-twice',
        operation: 'run --check',
        problem: `the number "${name}" is recorded twice`,
        where: { notebook: run.notebook },
        fix: 'give each recorded number a name of its own',
      });
    }
    records.set(name, { value, tolerance });
  }
  return records;
}

/** Compares numbers with those that were committed; the tolerances are those that the notebook states now. */
export function compareRecords(
  committed: ReadonlyMap<string, NumberRecord>,
  now: ReadonlyMap<string, NumberRecord>,
): RecordRow[] {
  const names = [...new Set([...committed.keys(), ...now.keys()])];
  return names.map((name) => {
    const [before, after] = [committed.get(name), now.get(name)];
    const row = { name, committed: before?.value ?? null, now: after?.value ?? null };
    if (!after) return { ...row, difference: null, tolerance: before!.tolerance, verdict: 'missing' };
    if (!before) return { ...row, difference: null, tolerance: after.tolerance, verdict: 'new' };
    return { ...row, tolerance: after.tolerance, ...verdictOn(before.value, after.value, after.tolerance) };
  });
}

function verdictOn(
  before: number | string,
  after: number | string,
  tolerance: number,
): { difference: number | null; verdict: RecordVerdict } {
  if (Object.is(before, after)) return { difference: typeof after === 'number' ? 0 : null, verdict: 'same' };
  if (typeof before !== 'number' || typeof after !== 'number') return { difference: null, verdict: 'moved' };
  const difference = after - before;
  if (difference === 0) return { difference: 0, verdict: 'same' }; // 0 and -0
  return { difference, verdict: Math.abs(difference) <= tolerance ? 'within tolerance' : 'moved' };
}

/** Whether a comparison has to fail. */
export function hasMoved(rows: readonly RecordRow[]): boolean {
  return rows.some(({ verdict }) => verdict !== 'same' && verdict !== 'within tolerance');
}

/** A table of what moved; numbers that stayed the same are counted only. */
export function recordsTable(rows: readonly RecordRow[]): string {
  const changed = rows.filter(({ verdict }) => verdict !== 'same');
  const same = rows.length - changed.length;
  const exact = (value: unknown) => (value === null || value === undefined ? '' : String(value));
  const title = `Recorded numbers: ${same} of ${rows.length} the same`;
  if (changed.length === 0) return title;
  return new Table(changed, { title, formats: { committed: exact, now: exact }, maxRows: 1000 }).toString();
}

/**
 * The numbers committed beside a notebook; none where there is no file.
 *
 * @throws ReluctantError `records-not-valid`
 */
export function readRecords(notebook: string): Map<string, NumberRecord> | undefined {
  const file = recordsFile(notebook);
  if (!fs.existsSync(file)) return undefined;
  try {
    const content = parseJSON(readPlainText('run --check', file)) as unknown;
    const entries = Object.entries(content as object) as [string, unknown][];
    return new Map(entries.map(([name, record]) => [name, checkedRecord(record)]));
  } catch (error) {
    if (error instanceof ReluctantError) throw error;
    throw new ReluctantError({
      code: 'records-not-valid',
      operation: 'run --check',
      problem: `the committed numbers cannot be read: ${(error as Error).message}`,
      where: { file },
      fix: 'take the file from version control again, or write it with --update-records',
      cause: error,
    });
  }
}

function checkedRecord(record: unknown): NumberRecord {
  const { value, tolerance } = (record ?? {}) as Partial<NumberRecord>;
  const usable = typeof value === 'number' || value === 'NaN' || value === 'Infinity' || value === '-Infinity';
  if (!usable || typeof tolerance !== 'number' || !(tolerance >= 0)) {
    throw new Error(`${JSON.stringify(record)} is no { value, tolerance }`);
  }
  return { value, tolerance };
}

/** Writes the numbers beside the notebook, sorted by name so that a difference shows what changed. @returns the file */
export function writeRecords(notebook: string, records: ReadonlyMap<string, NumberRecord>): string {
  const file = recordsFile(notebook);
  const sorted = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
  writeAtomically(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
  return file;
}
