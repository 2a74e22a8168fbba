import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { Clone, runs, until } from './clone';

const TOOLS = ['npm', 'venv', 'pip', 'compiler', 'tsc', 'pip-tests'];

describe('set-up that is stopped half-way', () => {
  for (const tool of TOOLS) {
    const clone = new Clone();
    after(() => clone.dispose());

    test(`by Ctrl-C during ${tool}: says one line, leaves no process, and the next run goes on`, async () => {
      const started = clone.start(['--tests'], { MODE: `${tool}:hang` });
      const processes = await clone.hanging();
      started.child.kill('SIGINT');
      const outcome = await started.outcome;
      assert.equal(outcome.status, 130);
      assert.equal(outcome.errors, 'Stopped. The same command goes on where it was.\n');
      await until(() => !processes.some(runs));
    });

    test(`by kill -9 during ${tool}: leaves no process, and the next run goes on`, async () => {
      const started = clone.start(['--tests'], { MODE: `${tool}:hang` });
      const processes = await clone.hanging();
      assert.ok(processes.length === 2 && processes.every(runs));
      started.child.kill('SIGKILL');
      await started.outcome;
      await until(() => !processes.some(runs));
      clone.calls();

      const next = await clone.setUp(['--tests']);
      assert.equal(next.status, 0, next.errors);
      assert.match(next.out, /the last attempt was interrupted/);
      const done = TOOLS.slice(0, TOOLS.indexOf(tool) - (tool === 'pip' ? 1 : 0)).filter((name) => name !== 'venv');
      const calls = clone.calls().map((call) => call.split(' ')[0]);
      for (const name of done.filter((name) => name !== 'pip' || TOOLS.indexOf(tool) > 2))
        assert.ok(!calls.includes(name), `${name} had ended already: ${calls}`);
      assert.deepEqual((await clone.setUp(['--tests'])).performed, []);
    });
  }

  test('by Ctrl-C during a tool that does not heed it: ends it all the same', async () => {
    const clone = new Clone();
    const started = clone.start([], { MODE: 'npm:stubborn' });
    const processes = await clone.hanging();
    started.child.kill('SIGINT');
    assert.equal((await started.outcome).status, 130);
    await until(() => !processes.some(runs));
    clone.dispose();
  });

  test('pip is told to install anew what a killed pip may have left half-way', async () => {
    const clone = new Clone();
    await clone.setUp();
    const started = clone.start(['--tests'], { MODE: 'pip-tests:hang' });
    await clone.hanging();
    started.child.kill('SIGKILL');
    await started.outcome;
    clone.calls();
    assert.equal((await clone.setUp(['--tests'])).status, 0);
    assert.ok(clone.calls().some((call) => /pip install .*--force-reinstall/.test(call)));
    assert.equal(clone.read('.venv/lib/python3/site-packages/pytest/core.py'), 'whole\n');
    clone.dispose();
  });
});

describe('several set-ups in one clone', () => {
  const clone = new Clone();
  after(() => clone.dispose());

  test('at once: each step is performed once, the others wait and say so', async () => {
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => clone.setUp(['--tests'])));
    for (const { status, errors } of outcomes) assert.equal(status, 0, errors);
    const calls = clone.calls().map((call) => call.split(' ')[0]!);
    assert.deepEqual([...calls].sort(), [...TOOLS].sort());
    assert.equal(outcomes.filter(({ out }) => /Another set-up runs here \(process \d+\); waiting/.test(out)).length, 3);
  });

  const holders: [string, object | string][] = [
    ['a process that ended', { pid: 4194304, host: require('node:os').hostname(), started: '1' }],
    ['another process with the same number', { pid: process.pid, host: require('node:os').hostname(), started: '1' }],
    ['another machine', { pid: process.pid, host: 'elsewhere', started: '1' }],
    ['a file cut short', '{"pid":'],
  ];
  for (const [what, holder] of holders)
    test(`a lock left behind by ${what} is passed over`, async () => {
      clone.remove('.setup');
      clone.write('.setup/lock/7', typeof holder === 'string' ? holder : JSON.stringify(holder));
      const outcome = await clone.setUp();
      assert.equal(outcome.status, 0, outcome.errors);
      assert.doesNotMatch(outcome.out, /Another set-up/);
      assert.deepEqual(fs.readdirSync(clone.path('.setup/lock')), ['8']);
    });

  test('a lock that is held by a killed process frees those who wait', async () => {
    clone.remove('dist');
    const first = clone.start([], { MODE: 'tsc:hang' });
    await clone.hanging();
    const second = clone.start();
    let said = '';
    second.child.stdout!.on('data', (chunk) => {
      said += chunk;
    });
    await until(() => said.includes('waiting'));
    first.child.kill('SIGKILL');
    assert.equal((await second.outcome).status, 0);
  });
});

describe('temporary files', () => {
  test('of a killed tool are removed by the next set-up', async () => {
    const clone = new Clone();
    clone.write('.setup/scratch/pip-unpack-1/large.whl', 'x');
    assert.equal((await clone.setUp()).status, 0);
    assert.equal(clone.exists(path.join('.setup', 'scratch', 'pip-unpack-1')), false);
    clone.dispose();
  });
});
