// The short form of survival.slow.test.ts: a training that is stopped for a while, and one whose clock goes backwards.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { adversities, complete, OPERATIONS, survive } from './survival';

test('a training that is stopped and goes on, or has a clock that goes backwards, ends with the same bits', {
  timeout: 300_000,
}, async () => {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'survival-')));
  try {
    const { train } = OPERATIONS;
    const whole = path.join(base, 'whole');
    assert.equal((await complete(train.args(whole, false))).status, 0);
    for (const befallen of ['is stopped and goes on', 'has a clock that goes backwards']) {
      const folder = path.join(base, befallen.replaceAll(' ', '-'));
      const { first } = await survive(train, folder, adversities(whole)[befallen]!);
      assert.equal(first.status, 0, first.text);
      assert.deepEqual(train.result(folder), train.result(whole), befallen);
    }
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
});
