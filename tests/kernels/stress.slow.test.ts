import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { attack } from './attack';
import { KernelClient } from './client';

/** Resident memory of a process, in bytes (Linux). */
function resident(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

test('10,000 cells in one kernel: memory grows by less than 100 MB', { timeout: 1_800_000 }, async () => {
  const kernel = await KernelClient.start();
  try {
    const cells = async (count: number) => {
      for (let k = 0; k < count; k++) {
        await kernel.run(`const value = ${k}; value + 1`);
        kernel.forget();
      }
    };
    // The library comes and the compiler fills its caches first; what is asked is whether cells leave something behind.
    await kernel.run("import * as rl from 'reluctant'");
    await cells(500);
    const before = resident(kernel.process.pid!);
    await cells(10_000);
    const grown = (resident(kernel.process.pid!) - before) / 1e6;
    console.log(`10,000 cells: resident memory ${(before / 1e6).toFixed(0)} MB, grown by ${grown.toFixed(1)} MB`);
    assert.ok(grown < 100, `grew by ${grown} MB`);
  } finally {
    await kernel.stop();
  }
});

test('2,000 malformed or unsigned messages: none kills the kernel, none is obeyed', async () => {
  const kernel = await KernelClient.start();
  try {
    await attack(kernel, 2000);
    assert.equal((await kernel.run('typeof (globalThis as any).broken')).result, "'undefined'");
  } finally {
    await kernel.stop();
  }
});

test('work that never lets the thread go, and that the cell does not wait for, ends by a second interrupt at the latest', {
  timeout: 120_000,
}, async () => {
  for (const code of [
    'function task() { queueMicrotask(task); } task(); 5',
    '(async () => { while (true) await null; })(); 5',
    'function tick() { process.nextTick(tick); } tick(); 5',
  ]) {
    const kernel = await KernelClient.start();
    try {
      const id = await kernel.send('execute_request', { code, silent: false });
      await wait(500);
      await kernel.send('interrupt_request', {}, 'control');
      await wait(10_500);
      await kernel.send('interrupt_request', {}, 'control');
      const { content } = await kernel.until(() =>
        kernel.published.find(({ header, parent }) => header.msg_type === 'error' && parent.msg_id === id),
      );
      assert.match(String(content['ename']), /Interrupted|KernelDied/, code);
      assert.equal((await kernel.run('1 + 1')).result, '2', code);
    } finally {
      await kernel.stop();
    }
  }
});
