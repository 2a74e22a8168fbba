import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { compareAll, type ParityRun } from './parityRuns';

test('20 models, in 5 ways, by 8 optimisers: 50 steps as Keras to 1e-4, or refused by name', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parity-'));
  const file = path.join(folder, 'all.json');
  const project = path.join(__dirname, '..', '..');
  execFileSync(path.join(project, '.venv', 'bin', 'python'), [path.join(__dirname, 'kerasParity.py'), file], {
    stdio: 'ignore',
  });
  const { runs } = JSON.parse(fs.readFileSync(file, 'utf8')) as { runs: ParityRun[] };
  fs.rmSync(folder, { recursive: true });
  const { apart, compared } = await compareAll(runs);
  assert.equal(compared, 800);
  assert.deepEqual(apart, []);
});
