import * as fs from 'node:fs';
import { ReluctantError } from '../core';
import { RECORD_MIME } from '../notebook';
import { Table } from '../tables';
import type { Notebook } from './notebook';

/** A number that a notebook has recorded with `rl.record`. Values that JSON cannot hold stand as text: "NaN". */
interface Recorded {
  value: number | string;
  tolerance: number;
}

type Records = Record<string, Recorded>;

/**
 * Compares the numbers in an executed notebook with those committed beside it, and prints a table of what moved.
 * @param update write the numbers instead of comparing them
 * @returns whether all numbers are there and none has moved by more than its tolerance
 */
export function checkRecords(file: string, executed: Notebook, update: boolean): boolean {
  const records = recordsOf(executed, file);
  const beside = `${file.replace(/\.ipynb$/, '')}.records.json`;
  if (update) {
    const draft = `${beside}.${process.pid}.draft`;
    fs.writeFileSync(draft, `${JSON.stringify(records, null, 2)}\n`);
    fs.renameSync(draft, beside);
    console.log(`${Object.keys(records).length} numbers written to ${beside}`);
    return true;
  }
  const committed = readRecords(beside);
  const rows = compare(committed, records);
  const moved = rows.filter(({ verdict }) => verdict !== 'same' && verdict !== 'within tolerance');
  const shown = rows.filter(({ verdict }) => verdict !== 'same');
  if (shown.length > 0) console.log(new Table(shown).toString());
  const total = rows.length;
  if (moved.length === 0) console.log(`✔ ${total} recorded numbers are as committed`);
  else console.error(`✘ ${moved.length} of ${total} recorded numbers are not as committed in ${beside}`);
  return moved.length === 0;
}

/** The numbers in the outputs of a notebook. @throws ReluctantError when two have the same name */
function recordsOf(notebook: Notebook, file: string): Records {
  const records: Records = {};
  for (const cell of notebook.cells) {
    for (const output of (cell.outputs ?? []) as { data?: Record<string, unknown> }[]) {
      const found = output.data?.[RECORD_MIME] as ({ name: string } & Recorded) | undefined;
      if (!found) continue;
      if (Object.hasOwn(records, found.name)) {
        throw new ReluctantError({
          code: 'record-twice',
          operation: 'run --check',
          problem: `the notebook records "${found.name}" twice`,
          where: { file },
          fix: 'give each number a name of its own',
        });
      }
      records[found.name] = { value: found.value, tolerance: found.tolerance };
    }
  }
  return records;
}

function readRecords(file: string): Records {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Records;
  } catch (cause) {
    throw new ReluctantError({
      code: 'records-not-read',
      operation: 'run --check',
      problem: 'there are no committed numbers to compare with',
      where: { file },
      fix: 'write them once with "npx reluctant run NOTEBOOK --update-records" and commit the file',
      cause,
    });
  }
}

interface Comparison {
  name: string;
  committed: number | null;
  now: number | null;
  moved: number | null;
  tolerance: number | null;
  verdict: 'same' | 'within tolerance' | 'moved' | 'missing' | 'new';
}

function compare(committed: Records, records: Records): Comparison[] {
  const names = [...new Set([...Object.keys(committed), ...Object.keys(records)])];
  return names.map((name) => {
    const before = committed[name];
    const now = records[name];
    const row = {
      name,
      committed: before ? Number(before.value) : null,
      now: now ? Number(now.value) : null,
      // The committed tolerance counts, so that a notebook cannot loosen its own check unseen.
      tolerance: before?.tolerance ?? now?.tolerance ?? null,
    };
    if (!before) return { ...row, moved: null, verdict: 'new' };
    if (!now) return { ...row, moved: null, verdict: 'missing' };
    if (Object.is(row.committed, row.now)) return { ...row, moved: 0, verdict: 'same' };
    const moved = Math.abs(row.now! - row.committed!);
    return { ...row, moved, verdict: moved <= before.tolerance ? 'within tolerance' : 'moved' };
  });
}
