import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';

const root = path.join(__dirname, '..', '..');
let base: string;
before(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-full-'));
});
after(() => fs.rmSync(base, { recursive: true, force: true }));

/** Runs `reluctant train`; with a limit, the system refuses to write any file beyond so many kilobytes. */
function train(folder: string, { resume = false, kilobytes }: { resume?: boolean; kilobytes?: number } = {}) {
  const data = path.join(root, 'data', 'market.csv');
  const program = path.join(root, 'bin', 'reluctant.js');
  const settings = [
    '--epochs',
    '30',
    '--batch-size',
    '512',
    '--learning-rate',
    '0.001',
    ...(resume ? ['--resume'] : []),
  ];
  const args = [program, 'train', '--data', data, '--output-dir', folder, ...settings];
  if (kilobytes === undefined) return spawnSync(process.execPath, args, { encoding: 'utf8' });
  const script = `ulimit -f ${kilobytes}; exec "$@"`;
  return spawnSync('bash', ['-c', script, 'bash', process.execPath, ...args], { encoding: 'utf8' });
}

const weights = (folder: string) => fs.readFileSync(path.join(folder, 'weights.safetensors'), 'base64');

test('reluctant train without room to write ends with an error, leaves nothing half-written, and resumes to the same bits', {
  skip: process.platform === 'win32' && 'needs ulimit',
}, () => {
  const [whole, full] = [path.join(base, 'whole'), path.join(base, 'full')];
  assert.equal(train(whole).status, 0);
  // Checkpoints grow with their history: a limit between the size of the first and the last is met on the way.
  const sizes = fs
    .readdirSync(path.join(whole, 'checkpoints'))
    .map((name) => fs.statSync(path.join(whole, 'checkpoints', name)).size);
  const kilobytes = Math.floor(Math.max(...sizes) / 1024) - 1;
  const { status, stderr } = train(full, { kilobytes });
  assert.notEqual(status, 0);
  assert.match(stderr, /no room/);
  const left = fs.readdirSync(full, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    left.filter((name) => /draft|lock|stale/.test(name)),
    [],
  );
  assert.ok(
    left.some((name) => name.includes('checkpoint-')),
    'the checkpoints before it are there',
  );
  assert.ok(!left.includes('weights.safetensors'));
  const resumed = train(full, { resume: true });
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.equal(weights(full), weights(whole));
  const history = (folder: string) => fs.readFileSync(path.join(folder, 'history.json'), 'utf8');
  assert.equal(history(full), history(whole));
});
