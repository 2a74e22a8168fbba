import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { after, describe, test } from 'node:test';
import type { RunEvent } from '../../src/cli/run/events';
import { runNotebook } from '../../src/cli/run/runNotebook';
import { Desk, reluctant } from './notebooks';

const desk = new Desk();
const out = desk.path('out');
after(() => desk.remove());

const PARAMETERS = { tag: 'parameters', code: 'let rate = 0.1; // learning rate\nlet mode: "a" | "b" = "a";' };

describe('runNotebook', () => {
  test('a failure that comes after the last cell fails the run; what only takes its time does not', async () => {
    const late = desk.notebook('late.ipynb', [
      '1',
      'setTimeout(() => { void Promise.reject(new Error("too late")); }, 300); 2',
    ]);
    const failed = await runNotebook(late, { out });
    assert.equal(failed.status, 'failed');
    assert.equal(failed.failure?.message, 'too late');
    const fine = desk.notebook('fine.ipynb', ['setTimeout(() => {}, 200); setInterval(() => {}, 10); 1']);
    assert.equal((await runNotebook(fine, { out })).status, 'ok');
  });

  test('passes parameters, tells what happens as it happens, and names the cell and its TypeScript line', async () => {
    const file = desk.notebook('throws.ipynb', [
      PARAMETERS,
      'console.log("rate", rate, mode);\nrate * 2',
      'interface Layer { units: number }\nconst layer: Layer = { units: 3 };\n\nthrow new Error("units " + layer.units);',
      'console.log("never")',
    ]);
    const events: RunEvent[] = [];
    const run = await runNotebook(file, {
      out,
      parameters: { rate: 0.5, mode: 'b' },
      onEvent: (event) => events.push(event),
    });
    assert.equal(run.status, 'failed');
    const { traceback, ...failure } = run.failure!;
    assert.deepEqual(failure, {
      kind: 'cell',
      cell: 3,
      name: 'Error',
      message: 'units 3',
      line: 4,
      column: 7,
      code: 'throw new Error("units " + layer.units);',
    });
    assert.match(traceback.join('\n'), /units 3/);
    assert.deepEqual(run.outputs('text/plain').at(-1), '1');
    assert.deepEqual(
      run.cells.map(({ position, status }) => [position, status]),
      [
        [1, 'ok'],
        [0, 'ok'],
        [2, 'ok'],
        [3, 'error'],
        [4, undefined],
      ],
    );
    const order = events.map((event) => (event.type === 'output' ? event.output.output_type : event.type));
    const shown = order.filter((type) => type !== 'log');
    assert.deepEqual(shown.slice(0, 4), ['starting', 'ready', 'cell-start', 'cell-end']);
    const ends = ['cell-start', 'stream', 'execute_result', 'cell-end', 'cell-start', 'error', 'cell-end'];
    assert.deepEqual(shown.slice(-ends.length), ends);
    const executed = desk.read('out/throws.ipynb');
    assert.ok(!executed.includes('of an earlier run'), 'outputs of earlier runs are gone');
    assert.match(executed, /rate = 0\.5;/);
    assert.ok(!fs.readdirSync(out).some((name) => name.endsWith('.draft')));
  });

  test('two runs write the same bytes', async () => {
    const file = desk.notebook('same.ipynb', ['for (let k = 0; k < 50; k++) console.log(k);', '[1, 2]'], 'reluctant');
    await runNotebook(file, { out });
    const first = desk.read('out/same.ipynb');
    const run = await runNotebook(file, { out });
    assert.equal(run.status, 'ok');
    assert.equal(desk.read('out/same.ipynb'), first);
    assert.doesNotMatch(first, /iopub|T\d\d:\d\d:\d\d/);
  });

  test('a time limit interrupts the cell and keeps what was executed', async () => {
    const file = desk.notebook(
      'slow.ipynb',
      ['print("before")', 'import time\nwhile True: time.sleep(0.05)', '3'],
      'python3',
    );
    const run = await runNotebook(file, { out, timeout: 1 });
    assert.equal(run.status, 'timed-out');
    assert.equal(run.failure?.kind, 'timeout');
    assert.equal(run.failure?.cell, 2);
    assert.match(desk.read('out/slow.ipynb'), /before/);
    const whole = await runNotebook(file, { out, totalTimeout: 3 });
    assert.deepEqual([whole.status, whole.failure?.kind], ['timed-out', 'total-timeout']);
  });

  test('an abort signal interrupts; a kernel that dies is a failure of its cell', async () => {
    const file = desk.notebook('waits.ipynb', ['print("x")', 'import time; time.sleep(60)'], 'python3');
    const controller = new AbortController();
    const run = await runNotebook(file, {
      out,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'cell-start' && event.cell.step === 2) setTimeout(() => controller.abort(), 200);
      },
    });
    assert.deepEqual([run.status, run.failure?.kind, run.failure?.cell], ['interrupted', 'interrupted', 2]);
    const dies = desk.notebook('dies.ipynb', ['1', 'import os; os.kill(os.getpid(), 9)'], 'python3');
    const dead = await runNotebook(dies, { out });
    assert.deepEqual([dead.status, dead.failure?.kind, dead.failure?.cell], ['failed', 'kernel-died', 2]);
  });

  test('an error thrown by a listener ends the run', async () => {
    const file = desk.notebook('listened.ipynb', ['1', '2'], 'python3');
    const onEvent = (event: RunEvent) => {
      if (event.type === 'cell-start') throw new Error('from the listener');
    };
    await assert.rejects(runNotebook(file, { out, onEvent }), /from the listener/);
  });

  test('refuses before anything is run', async () => {
    const file = desk.notebook('refused.ipynb', [PARAMETERS, '1']);
    const none = desk.notebook('without.ipynb', ['1']);
    const python = desk.notebook('python.ipynb', [{ tag: 'parameters', code: 'x = 1' }], 'python3');
    const write = (name: string, text: string) => {
      fs.writeFileSync(desk.path(name), text);
      return desk.path(name);
    };
    const events: RunEvent[] = [];
    const refuses = (path: string, options: Parameters<typeof runNotebook>[1], code: string) =>
      assert.rejects(runNotebook(path, { out, onEvent: (event) => events.push(event), ...options }), { code }, code);
    await refuses(file, { parameters: { rates: 1 } }, 'unknown-parameter');
    await refuses(file, { parameters: { 'rate; process.exit()': 1 } }, 'unknown-parameter');
    await refuses(file, { parameters: JSON.parse('{"__proto__": 1}') as Record<string, unknown> }, 'unknown-parameter');
    await refuses(file, { parameters: { rate: 'fast' } }, 'wrong-parameter-type');
    await refuses(file, { parameters: { mode: 'c' } }, 'wrong-parameter-type');
    await refuses(none, { parameters: { rate: 1 } }, 'unknown-parameter');
    await refuses(python, { parameters: { x: 1 } }, 'parameters-of-other-language');
    await refuses(desk.path('absent.ipynb'), {}, 'notebook-not-found');
    await refuses(desk.folder, {}, 'notebook-not-readable');
    await refuses(write('text.ipynb', '# not JSON'), {}, 'notebook-not-valid');
    await refuses(write('list.ipynb', '[1]'), {}, 'notebook-not-valid');
    await refuses(write('null.ipynb', 'null'), {}, 'notebook-not-valid');
    await refuses(write('worksheets.ipynb', '{"nbformat": 3, "worksheets": []}'), {}, 'notebook-not-valid');
    for (const cell of [
      { cell_type: 'code', source: 5 },
      { cell_type: 'code', source: ['1', 2] },
      { cell_type: 'program', source: '1' },
      { cell_type: 'code', source: '1', outputs: 'none' },
      { cell_type: 'code', source: '1', metadata: { tags: 'parameters' } },
      null,
    ])
      await refuses(write('cell.ipynb', JSON.stringify({ nbformat: 4, cells: [cell] })), {}, 'notebook-not-valid');
    for (const [name, bytes] of [
      ['wide.ipynb', Buffer.from('\ufeff{"nbformat": 4, "cells": []}', 'utf16le')],
      ['latin.ipynb', Buffer.from('{"nbformat": 4, "cells": [], "metadata": {"title": "\u00fc"}}', 'latin1')],
    ] as const) {
      const file = desk.path(name);
      fs.writeFileSync(file, bytes);
      await refuses(file, {}, 'notebook-not-valid');
    }
    await refuses(desk.path('.'), {}, 'notebook-not-readable');
    await refuses(write('three.ipynb', '{"nbformat": 3, "cells": []}'), {}, 'notebook-not-valid');
    await refuses(file, { out: desk.folder }, 'would-overwrite-notebook');
    await refuses(file, { timeout: 0 }, 'number-out-of-range');
    assert.deepEqual(events, [], 'nothing was started');
    await refuses(desk.notebook('kernelless.ipynb', ['1'], 'no-such-kernel'), {}, 'kernel-not-found');
  });
});

describe('reluctant run', () => {
  test('exit code 1 names the cell and its line; the other notebooks are run all the same', async () => {
    const bad = desk.notebook('bad.ipynb', ['const n: number = 1;', '\nconst s: string = n;'], 'reluctant');
    const good = desk.notebook('good.ipynb', ['print("good output")'], 'python3');
    const { code, out: text } = await reluctant(['run', bad, good, '--out', out]);
    assert.equal(code, 1);
    assert.match(text, /✘ .*bad\.ipynb, cell 2, line 2: .*TS2322/);
    assert.match(text, /good output/);
    assert.match(text, /failed: cell 2/);
  });

  test('Ctrl-C interrupts the kernel, writes what was executed, and exits with 130', async () => {
    const file = desk.notebook('endless.ipynb', [
      'console.log("before")',
      'console.log("in the loop"); while (true) {}',
    ]);
    const { code, out: text } = await reluctant(['run', file, '--out', out], {
      watch: (shown, kill) => {
        if (/\[2\/2\]/.test(shown) && !/interrupting/.test(shown)) kill('SIGINT');
      },
    });
    assert.equal(code, 130, text);
    assert.match(desk.read('out/endless.ipynb'), /before/);
  });

  test('killed with kill -9, it leaves no kernel behind, and what was executed is written', async () => {
    const file = desk.notebook(
      'killed.ipynb',
      ['import os; print("pid", os.getpid())', 'import time; time.sleep(300)'],
      'python3',
    );
    const { out: text } = await reluctant(['run', file, '--out', out], {
      watch: (shown, kill) => {
        if (/\[2\/2\]/.test(shown)) kill('SIGKILL');
      },
    });
    const pid = Number(/pid (\d+)/.exec(text)![1]);
    const gone = (): boolean => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return fs.existsSync(desk.path('out/killed.ipynb'));
      }
    };
    for (let k = 0; k < 150 && !gone(); k++) await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(gone(), `kernel ${pid} is gone`);
    assert.match(desk.read('out/killed.ipynb'), new RegExp(`pid ${pid}`));
  });

  test('wrong command lines exit with 2, a missing kernel with 3', async () => {
    const file = desk.notebook('usage.ipynb', [PARAMETERS]);
    const cases = [
      ['run'],
      ['run', file, '-p', 'rate'],
      ['run', file, '-p', 'rate=x'],
      ['run', file, '--timeout', '-1'],
    ];
    const more = [['run', file, '--nonsense'], ['nonsense'], ['run', file, '--check', '--update-records']];
    for (const args of [...cases, ...more]) {
      const { code, errors } = await reluctant(args);
      assert.equal(code, 2, args.join(' '));
      assert.notEqual(errors.trim(), '');
    }
    const { code, errors } = await reluctant(['run', file, '--kernel', 'nosuch', '--out', out]);
    assert.equal(code, 3);
    assert.match(errors, /knows no kernel "nosuch".*reluctant/);
  });
});

test('--check compares recorded numbers with those committed and prints what moved; claims are listed', async () => {
  const cells = (value: number, claimed: boolean) => [
    'import * as rl from "reluctant";',
    `rl.record("loss", ${value}, { tolerance: 0.01 }); rl.record("count", 3); rl.record("undefined mean", NaN);`,
    `rl.displayRaw({ "text/plain": "c", "application/vnd.reluctant.claim+json": { claim: "it holds", holds: ${claimed}, evidence: {} } })`,
  ];
  const file = desk.notebook('numbers.ipynb', cells(0.5, true));
  const check = () => reluctant(['run', file, '--check', '--quiet', '--out', out]);
  const missing = await check();
  assert.equal(missing.code, 1);
  assert.match(missing.out, /--update-records/);
  assert.equal((await reluctant(['run', file, '--update-records', '--quiet', '--out', out])).code, 0);
  assert.deepEqual(JSON.parse(desk.read('numbers.records.json')), {
    count: { value: 3, tolerance: 0 },
    loss: { value: 0.5, tolerance: 0.01 },
    'undefined mean': { value: 'NaN', tolerance: 0 },
  });
  desk.notebook('numbers.ipynb', cells(0.505, true));
  const close = await check();
  assert.equal(close.code, 0, close.out);
  assert.match(close.out, /2 of 3 the same[\s\S]*loss .*within tolerance/);
  assert.match(close.out, /Claims: 1 of 1 hold/);
  desk.notebook('numbers.ipynb', cells(0.52, true));
  const moved = await check();
  assert.equal(moved.code, 1);
  assert.match(moved.out, /loss +0\.5 +0\.52 .*moved/);
});
