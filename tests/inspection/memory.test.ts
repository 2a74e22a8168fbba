import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';

const linux = process.platform === 'linux';

test('inspect.weights of 5.6 million weights takes a second, and no more memory than twice the weights', {
  skip: !linux && 'the peak of a process is read from /proc',
}, () => {
  const script = path.join(__dirname, 'memoryOfInspection.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const seen = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
  assert.ok(seen['weightBytes']! > 4 * 5.6e6);
  const most = Math.max(seen['firstPeak']!, seen['secondPeak']!);
  assert.ok(most < 2 * seen['weightBytes']!, `${most} bytes at most, the weights take ${seen['weightBytes']}`);
  // A busy machine is no slow function: the claim is of one second, the test leaves room for neighbours.
  const seconds = Math.min(seen['first']!, seen['second']!);
  assert.ok(seconds < 3, `${seconds} s`);
});
