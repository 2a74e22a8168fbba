// npm run test:survival: a sweep of 1,000 trials whose workers and whose own process are killed at 50 random moments.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, it } from 'node:test';
import { Random } from '../../src/core';
import { TrialLedger } from '../../src/ledger';
import { type Search, search } from '../../src/trials';

const ROOT = path.join(__dirname, '..', '..');
const MODULE = path.join(__dirname, 'sample.ts');
const [TRIALS, KILLS, SEED] = [1000, 50, Number(process.env['SEED'] ?? 20)];
const space = { learningRate: { log: [1e-3, 1e-1] }, units: [2, 4, 8] } as const;
const setting = { epochs: 12, batchSize: 8 };
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'killed-'));
const asked = process.env['RELUCTANT_LEDGER'];
after(() => {
  if (asked === undefined) delete process.env['RELUCTANT_LEDGER'];
  else process.env['RELUCTANT_LEDGER'] = asked;
  fs.rmSync(base, { recursive: true, force: true });
});

const table = ({ trials }: Pick<Search, 'trials'>) =>
  trials.map(({ id, changes, objective, epochs, lowest, highest, last, error }) => ({
    ...{ id, changes, objective, epochs, lowest, highest, last, error },
  }));

/** Processes that a sweep has started. */
const workersOf = ({ pid }: ChildProcess): number[] => {
  try {
    const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};

it('loses no trial, has none twice, and ends with the bits of a sweep that was left alone', async () => {
  const folder = path.join(base, 'killed');
  const ledger = path.join(base, 'killed.jsonl');
  const random = new Random(SEED);
  const line = [path.join(ROOT, 'bin', 'reluctant.js'), 'sweep', MODULE, JSON.stringify(space), '-o', folder];
  const args = [...line, '--trials', String(TRIALS), '--workers', '2', '--setting', JSON.stringify(setting)];
  const start = () =>
    spawn(process.execPath, [...args, '--fresh-seeds', '0', '--json'], {
      env: { ...process.env, RELUCTANT_LEDGER: ledger },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const killed = { workers: 0, drivers: 0 };
  let driver = start();
  while (killed.workers + killed.drivers < KILLS) {
    await new Promise((resolve) => setTimeout(resolve, 200 + 5000 * random.uniform()));
    assert.equal(driver.exitCode, null, `it was finished after ${killed.workers + killed.drivers} kills`);
    const workers = workersOf(driver);
    if (random.uniform() < 0.4 || workers.length === 0) {
      driver.kill('SIGKILL');
      await once(driver, 'exit');
      killed.drivers += 1;
      driver = start();
    } else {
      process.kill(workers[Math.floor(random.uniform() * workers.length)]!, 'SIGKILL');
      killed.workers += 1;
    }
  }
  let text = '';
  driver.stdout!.on('data', (part) => {
    text += part;
  });
  const [status] = await once(driver, 'close');
  assert.equal(status, 0);
  const found = JSON.parse(text) as Search;
  console.log(`killed: ${killed.workers} workers, ${killed.drivers} sweeps`);
  assert.equal(found.trials.length, TRIALS);
  const noted = TrialLedger.open(ledger).trials;
  assert.equal(noted.length, TRIALS, 'every trial is in the ledger once');
  assert.ok(noted.every((trial) => trial.status === 'finished'));
  assert.deepEqual(new Set(noted.map(({ id }) => id)), new Set(found.trials.map(({ trial }) => trial)));
  process.env['RELUCTANT_LEDGER'] = 'off';
  const options = { folder: path.join(base, 'alone'), trials: TRIALS, workers: 2, setting, freshSeeds: 0 };
  const alone = JSON.parse(JSON.stringify(await search(MODULE, space, options))) as Search;
  assert.deepEqual(table(found), table(alone));
});
