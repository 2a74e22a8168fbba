import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';
import { jupyter } from './client';

test('jupyter_kernel_test with every sample filled in: all pass, none is skipped', { timeout: 180_000 }, () => {
  const { stderr, status } = spawnSync(jupyter.python, [path.join(__dirname, 'conformance.py')], {
    env: jupyter.environment(),
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /Ran 1[0-9] tests/);
  assert.match(stderr, /\nOK\s*$/, 'a skipped test would be named here');
});
