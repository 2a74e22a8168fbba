// `reluctant train` that is told to stop, by whatever signal: it saves, ends with the code of an interruption, and goes on.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { EXIT } from '../../src/cli/exitCodes';
import { readRun } from '../../src/runs';

const ROOT = path.join(__dirname, '..', '..');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-stopped-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

const command = (folder: string, ...more: string[]) => [
  path.join(ROOT, 'bin', 'reluctant.js'),
  'train',
  ...['--data', path.join(ROOT, 'data', 'market.csv'), '--output-dir', folder],
  ...['--epochs', '40', '--batch-size', '64', '--learning-rate', '0.001', ...more],
];

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} stops a run after the step at hand: saved, readable, and resumed to its end`, async () => {
    const folder = path.join(scratch, signal);
    const child = spawn(process.execPath, command(folder), { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    const first = path.join(folder, 'checkpoints', 'checkpoint-000001.bin');
    while (child.exitCode === null && !fs.existsSync(first)) await wait(5);
    child.kill(signal);
    assert.equal(await ended, EXIT.interrupted, errors);
    assert.match(errors, /--resume goes on/);
    const stopped = readRun(scratch, signal);
    assert.deepEqual([stopped.status, stopped.stopReason], ['stopped', 'aborted']);
    assert.ok(stopped.history.length >= 1 && stopped.history.length < 40, `${stopped.history.length} epochs`);
    assert.ok(!fs.existsSync(path.join(folder, 'run.lock')));
    const { status, stderr } = spawnSync(process.execPath, command(folder, '--resume'), { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const { history, status: end } = readRun(scratch, signal);
    assert.deepEqual([history.length, end], [40, 'finished']);
    assert.deepEqual(history.slice(0, stopped.history.length), stopped.history);
  });
}
