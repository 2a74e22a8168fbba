import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KernelClient } from '../kernels/client';
import { type Expected, FILES, REPORTS } from './reports';

/** How long children of the cells would sleep, in seconds: a number that those of other tests do not have. */
const AWAITED = 1000 + process.pid;

let kernel: KernelClient;
let outer: string;
const write = (version: 0 | 1): void => {
  for (const [name, text] of Object.entries(FILES)) {
    if (version === 1 && typeof text === 'string') continue;
    const file = path.join(outer, 'notebooks', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof text === 'string' ? text : text[version]);
  }
};

before(async () => {
  outer = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-reports-'));
  write(0);
  kernel = await KernelClient.start(path.join(outer, 'notebooks'));
  kernel.onInput = (prompt) => `typed ${prompt}`;
});
after(async () => {
  await kernel.stop();
  fs.rmSync(outer, { recursive: true, force: true });
});

const matches = (text: string, expected: string | RegExp, what: string): void => {
  if (typeof expected === 'string') assert.equal(text, expected, what);
  else assert.match(text, expected, what);
};

async function check(cells: readonly string[], { value, prints, fails, trace }: Expected): Promise<void> {
  write(0);
  let last = await kernel.run('');
  for (const cell of cells) {
    if (cell === '%edit') write(1);
    else last = await kernel.run(cell, { stop_on_error: false });
  }
  const { reply, result, stdout, stderr } = last;
  const told = (reply['traceback'] as string[] | undefined)?.join('\n') ?? '';
  assert.equal(reply['status'], fails ? 'error' : 'ok', told);
  if (fails) assert.match(told, fails);
  if (trace) assert.match(told, trace);
  if (value === undefined) assert.equal(result, undefined);
  else matches(result ?? '', value, told);
  if (prints !== undefined) matches(stdout + stderr, prints, told);
}

describe('what was reported of other kernels', () => {
  test('is sixty things', () => assert.ok(REPORTS.length >= 60, String(REPORTS.length)));
  for (const [tracker, report, cells, expected] of REPORTS) {
    test(`${tracker}: ${report}`, () => check(cells, expected));
  }
});

describe('an interrupt ends', () => {
  const held: Record<string, string> = {
    execSync: `import { execSync } from "node:child_process"; console.log("begun"); execSync("sleep ${AWAITED}")`,
    'a child process that the cell waits for': `import { spawn } from "node:child_process"; console.log("begun"); await new Promise((r) => spawn("sleep", ["${AWAITED}"]).on("close", r))`,
    'a worker thread':
      'import { Worker } from "node:worker_threads"; console.log("begun"); await new Promise((r) => new Worker("for (;;);", { eval: true }).on("exit", r))',
    'a question': 'console.log("begun"); require("reluctant").input("?").then(() => {}); await new Promise(() => {})',
  };
  for (const [name, cell] of Object.entries(held)) {
    test(name, async () => {
      const { reply, milliseconds } = await kernel.runAndInterrupt(cell, 300);
      assert.match(String(reply['ename']), /Interrupted|Error/);
      assert.ok(milliseconds < 15_000, `took ${milliseconds} ms`);
      assert.equal((await kernel.run('1 + 1')).result, '2');
    });
  }
  test('leaves no process behind', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const processes = spawnSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }).stdout.split('\n');
    assert.deepEqual(
      processes.filter((line) => line === `sleep ${AWAITED}`),
      [],
    );
  });
});
