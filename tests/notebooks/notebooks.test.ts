// The notebooks themselves, headlessly, through a real Jupyter client: every cell, every claim, every recorded number.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { claimsOf } from '../../src/cli/run/claims';
import { compareRecords, hasMoved, readRecords, recordsOf, recordsTable } from '../../src/cli/run/records';
import { runNotebook } from '../../src/cli/run/runNotebook';
import { verdictText } from '../../src/cli/run/verdict';

const NOTEBOOKS = path.join(__dirname, '..', '..', 'notebooks');
/** Seconds; on a machine of its own each takes less than three minutes. */
const LIMIT = 600;

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-notebooks-'));
after(() => fs.rmSync(out, { recursive: true, force: true }));

describe('notebook', () => {
  for (const name of fs.readdirSync(NOTEBOOKS).filter((file) => file.endsWith('.ipynb'))) {
    test(`${name} runs from the first cell to the last, and every claim holds`, async () => {
      const file = path.join(NOTEBOOKS, name);
      const run = await runNotebook(file, { out, totalTimeout: LIMIT });
      assert.equal(run.failure?.message, undefined);
      assert.equal(run.status, 'ok');
      const claims = claimsOf(run);
      assert.ok(claims.length > 0, 'a notebook without a checked claim proves nothing');
      assert.deepEqual(
        claims.filter(({ holds }) => !holds).map(({ claim }) => claim),
        [],
      );
      const rows = compareRecords(readRecords(file) ?? new Map(), recordsOf(run));
      assert.ok(!hasMoved(rows), `numbers moved:\n${recordsTable(rows)}`);
      if (name.startsWith('01-'))
        assert.match(verdictText(run), /dead-head[\s\S]*negative-outputs[\s\S]*alive, positive/);
    });
  }
});

test('the committed notebooks carry no outputs and name the kernel', () => {
  for (const name of fs.readdirSync(NOTEBOOKS).filter((file) => file.endsWith('.ipynb'))) {
    const { cells, metadata } = JSON.parse(fs.readFileSync(path.join(NOTEBOOKS, name), 'utf8'));
    assert.equal(metadata.kernelspec.name, 'reluctant', name);
    for (const cell of cells) assert.ok((cell.outputs ?? []).length === 0, `${name}: a cell has outputs`);
  }
});
