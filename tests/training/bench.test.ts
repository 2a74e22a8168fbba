import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';

const ROOT = path.join(__dirname, '..', '..');

test('npm run bench finds compiled training 50 times as fast as tfjs-node even on a busy machine, and writes its rows', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  try {
    const [json, plot] = ['rows.json', 'plot.svg'].map((name) => path.join(folder, name)) as [string, string];
    const args = ['--rounds', '1', '--only', 'mlp', '--against', 'tfjs-node fit', '--json', json, '--plot', plot];
    const printed = execFileSync(process.execPath, ['--import', 'tsx', 'bench/training.ts', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    assert.match(printed, /MLP 5-16-8-1.*tfjs-node fit/);
    const rows = JSON.parse(fs.readFileSync(json, 'utf8')) as Record<string, number>[];
    assert.equal(rows.length, 1);
    const { against, ratio, seconds, memory } = rows[0]!;
    assert.equal(against, 'tfjs-node fit');
    assert.ok(seconds! > 0 && memory! > 1e7);
    assert.ok(ratio! >= 50, `${ratio} times`);
    assert.match(fs.readFileSync(plot, 'utf8'), /^<svg/);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['plot.svg', 'rows.json']);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
