// Training, sweeps, notebooks and set-up that are killed, stopped, starved of memory or disk, or have a clock that goes backwards: the
// next start ends as if nothing had been, or says why not.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Clone, canMount } from '../setup/clone';
import { adversities, complete, OPERATIONS, survive, writeNotebook } from './survival';

let base: string;
before(() => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'survival-')));
  writeNotebook(base);
});
after(() => fs.rmSync(base, { recursive: true, force: true }));

for (const [name, operation] of Object.entries(OPERATIONS))
  describe(`reluctant: ${name}`, () => {
    const whole = () => path.join(base, `${name}-whole`);
    let right: unknown;
    before(async () => {
      const { status, text } = await complete(operation.args(whole(), false));
      assert.equal(status, 0, text);
      right = operation.result(whole());
    });
    for (const befallen of Object.keys(adversities('')))
      test(`that ${befallen}`, {
        timeout: 600_000,
        skip: befallen.includes('disk') && !canMount() && 'needs a mount namespace',
      }, async (context) => {
        const folder = path.join(base, `${name}-${befallen.replaceAll(' ', '-')}`);
        fs.rmSync(path.join(base, 'cell-two'), { force: true });
        const { first, next } = await survive(operation, folder, adversities(whole())[befallen]!);
        context.diagnostic(`first ${first.status}: ${first.text.trim().split('\n').at(-2) ?? ''}`);
        assert.doesNotMatch(first.text, /unexpected (Error|TypeError|RangeError)/);
        if (first.status !== 0 && befallen.includes('disk'))
          assert.match(first.text, /no room|may not be written|c(annot|ould) be (written|made)|read-only/);
        if (/stopped|clock/.test(befallen)) assert.equal(first.status, 0, first.text);
        if (next) assert.equal(next.status, 0, next.text);
        assert.deepEqual(operation.result(folder), right);
        const left = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
        assert.deepEqual(
          left.filter((one) => /\.draft$|run\.lock|\.stale$/.test(one)),
          [],
        );
      });
  });

describe('set-up', () => {
  test('that is stopped and goes on, ends; that has a clock that goes backwards, ends; what it has done is done', async () => {
    const clone = new Clone();
    try {
      const started = clone.start(['--tests'], { MODE: 'tsc:hang' });
      const processes = await clone.hanging();
      started.child.kill('SIGSTOP');
      await wait(1500);
      started.child.kill('SIGCONT');
      process.kill(processes[0]!, 'SIGINT');
      await started.outcome;
      clone.write(
        'clock.cjs',
        'const now = Date.now; const begin = now(); Date.now = () => begin - 3600 * (now() - begin);',
      );
      const next = await clone.setUp(['--tests'], { NODE_OPTIONS: `--require ${clone.path('clock.cjs')}` });
      assert.equal(next.status, 0, next.errors);
      assert.deepEqual((await clone.setUp(['--tests'])).performed, []);
    } finally {
      clone.dispose();
    }
  });

  test('that has too little memory says so or ends, and the next one goes on', async () => {
    const clone = new Clone();
    try {
      await clone.setUp(['--tests'], { NODE_OPTIONS: '--max-old-space-size=4' });
      const next = await clone.setUp(['--tests']);
      assert.equal(next.status, 0, next.errors);
    } finally {
      clone.dispose();
    }
  });
});
