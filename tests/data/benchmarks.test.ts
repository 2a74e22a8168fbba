// The benchmarks of loading and of the documented run in their short forms: that they run, and that what they compare is the same.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';

const root = path.join(__dirname, '..', '..');
let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-bench-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function run(name: string, ...args: string[]): Record<string, never> {
  const json = path.join(folder, `${name}.json`);
  const command = ['--import', 'tsx', path.join(root, 'bench', `${name}.ts`), '--short', '--json', json, ...args];
  const { status, stderr, stdout } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  return JSON.parse(fs.readFileSync(json, 'utf8'));
}

test('bench:loading reads the same rows and numbers by every contender', () => {
  const { results } = run('loading', '--rows', '20000') as unknown as {
    results: { contender: string; rows: number; sum: number | null; 'peak MB': number }[];
  };
  assert.deepEqual(
    results.map(({ contender }) => contender),
    ['DuckDB, result', 'DuckDB, table', 'DuckDB, columns to tensor', 'reluctant', 'arquero', 'danfojs'],
  );
  assert.ok(results.every(({ rows }) => rows === 20_000));
  const [sum, ...others] = results.flatMap((result) => (result.sum === null ? [] : [result.sum]));
  assert.equal(others.length, 3);
  for (const other of others) assert.equal(other, sum);
});

test('bench:robust trains without NaN, to a falling loss, twice the same', () => {
  const { goals, losses } = run('robust') as unknown as { goals: Record<string, unknown>; losses: number[] };
  assert.deepEqual([goals['notNumbers'], goals['falls'], goals['repeats']], [0, true, true]);
  assert.equal(losses.length, 3);
});
