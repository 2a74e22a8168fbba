import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';

const linux = process.platform === 'linux';

/**
 * What each inspection may hold at most, in sizes of what it looks at (the weights, or both columns), and how long it may take.
 * Gradients of a head are as large as the weights and are held as numbers; a pass forwards and backwards comes on top. A busy
 * machine is no slow function: the claim of a second for the weights is measured on its own, the tests leave room for neighbours.
 * The peak is the middle one of three rounds: a collector that comes late in one of them is no need of the function's.
 */
const LIMITS = {
  weights: { sizes: 2, seconds: 3 },
  activations: { sizes: 8, seconds: 4 },
  gradients: { sizes: 12, seconds: 5 },
  heads: { sizes: 16, seconds: 8 },
  predictions: { sizes: 16, seconds: 6 },
} as const;

for (const [what, { sizes, seconds }] of Object.entries(LIMITS)) {
  const subject = what === 'predictions' ? 'a million predictions' : `${what} of 5.6 million weights`;
  test(`inspecting ${subject} takes at most ${sizes} times their memory`, {
    skip: !linux && 'the peak of a process is read from /proc',
  }, () => {
    const script = path.join(__dirname, 'memoryOfInspection.ts');
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', script, what], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const seen = JSON.parse(stdout.trim().split('\n').at(-1)!) as { bytes: number; seconds: number[]; peaks: number[] };
    assert.ok(what === 'predictions' || seen.bytes > 4 * 5.6e6);
    const peak = [...seen.peaks].sort((a, b) => a - b)[1]!;
    assert.ok(peak < sizes * seen.bytes, `${seen.peaks} bytes at most in three rounds, of ${seen.bytes}`);
    const least = Math.min(...seen.seconds);
    assert.ok(least < seconds, `${least} s`);
  });
}
