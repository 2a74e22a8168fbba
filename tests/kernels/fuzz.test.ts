import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { encode } from '../../src/kernel/message';
import { KernelClient } from './client';
import { fuzz } from './fuzz';

/** Seconds of sending; `npm run test:fuzz` takes ten minutes. */
const SECONDS = process.env['npm_lifecycle_event'] === 'test:fuzz' ? 600 : 10;

/** Resident memory of a process, in megabytes (Linux). */
function resident(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

test('a kernel that is sent what no client sends, with the key and without, lives on, and its memory stays', {
  timeout: (SECONDS + 120) * 1000,
}, async () => {
  const kernel = await KernelClient.start();
  try {
    await kernel.run(`const a = 'history with some a in it'; // ${'a'.repeat(3000)}`);
    await fuzz(kernel, 3000, 5);
    const before = resident(kernel.process.pid!);
    const sent = await fuzz(kernel, SECONDS * 1000, 6);
    const grown = resident(kernel.process.pid!) - before;
    await kernel.beat();
    // A new kernel in the place of one that has died would not know it.
    const { result, reply } = await kernel.run('a');
    assert.equal(result, "'history with some a in it'");
    assert.equal(reply['status'], 'ok');
    console.log(
      `${Object.values(sent).reduce((a, b) => a + b, 0)} messages in ${SECONDS} s: memory grown by ${grown.toFixed(0)} MB`,
    );
    assert.ok(grown < 150, `memory grew by ${grown} MB`);
    assert.equal(kernel.process.exitCode, null);
  } finally {
    await kernel.stop();
  }
});

test('a field that is to be a text and is none ends nothing: the message is dropped, or answered with an error', async () => {
  const kernel = await KernelClient.start();
  try {
    const none = { toString: 1, valueOf: [] };
    const send = (
      type: string,
      header: object,
      parent: object,
      content: object,
      channel: 'shell' | 'control' | 'stdin',
    ) => {
      const whole = { msg_id: `${type}-${channel}`, msg_type: type, session: kernel.session, ...header };
      const message = { identities: [], header: whole, parent, metadata: {}, content, buffers: [] };
      return kernel[channel].send(encode(message as never, kernel.key));
    };
    for (const channel of ['shell', 'control', 'stdin'] as const) {
      await send('input_reply', {}, { msg_id: none }, { value: 'x' }, channel);
      await send('input_reply', {}, {}, { value: none }, channel);
      await send('kernel_info_request', { username: none }, {}, {}, channel);
      await send('complete_request', {}, {}, { code: none, cursor_pos: none }, channel);
      await send('history_request', {}, {}, { hist_access_type: 'search', pattern: none, n: none }, channel);
      await send('comm_open', {}, {}, { comm_id: none, target_name: none, data: none }, channel);
    }
    assert.equal((await kernel.run(1 as never)).result, '1');
    assert.equal((await kernel.run(none as never)).reply['status'], 'error');
    const { reply } = await kernel.run('40 + 2', { user_expressions: { bad: none, good: '2' } });
    const told = reply['user_expressions'] as Record<string, { status: string }>;
    assert.deepEqual([told['bad']!.status, told['good']!.status], ['error', 'ok']);
    assert.equal(kernel.process.exitCode, null);
    assert.ok(!kernel.published.some(({ content }) => JSON.stringify(content).includes('KernelDied')));
  } finally {
    await kernel.stop();
  }
});

test('a request that somebody sends a second time does not run again', async () => {
  const kernel = await KernelClient.start();
  try {
    await kernel.run('let runs = 0');
    const frames = kernel.frames('execute_request', { code: 'runs += 1', silent: false });
    for (let k = 0; k < 5; k++) await kernel.shell.send(frames);
    // What was heard on one channel is known on the others.
    for (const socket of [kernel.control, kernel.stdin]) await socket.send(frames);
    assert.equal((await kernel.run('runs')).result, '1');
    const interrupt = kernel.frames('interrupt_request', {});
    await kernel.control.send(interrupt);
    await kernel.beat();
    const slow = kernel.run('await new Promise((done) => setTimeout(done, 1500)); "whole"');
    for (let k = 0; k < 10; k++) {
      await kernel.control.send(interrupt);
      await new Promise((done) => setTimeout(done, 100));
    }
    assert.equal((await slow).result, "'whole'");
  } finally {
    await kernel.stop();
  }
});

/** Programs that a compiler's recursion goes deep in. */
const DEEP = {
  'a sum': Array(20_000).fill('1').join(' + '),
  'a sum with a name': `const sum = ${Array(20_000).fill('1').join(' + ')}; sum`,
  parentheses: `${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
  lists: `${'['.repeat(5000)}${']'.repeat(5000)}`,
  objects: `const deep = ${'{a:'.repeat(3000)}1${'}'.repeat(3000)}`,
  'a type': `type Deep = ${'Array<'.repeat(3000)}1${'>'.repeat(3000)}; 3`,
  negations: `${'!'.repeat(30_000)}1`,
  calls: `const f = (x?: any) => f; f${'()'.repeat(8000)}`,
  blocks: `${'{'.repeat(8000)}${'}'.repeat(8000)}`,
};

test('code that is nested too deep is an error or runs, and the next cell runs', { timeout: 600_000 }, async () => {
  const kernel = await KernelClient.start();
  try {
    for (const [name, code] of Object.entries(DEEP)) {
      const { reply } = await kernel.run(code, {}, 60_000).catch(() => assert.fail(`no answer to ${name}`));
      assert.ok(['ok', 'error'].includes(String(reply['status'])), name);
      assert.equal((await kernel.run('1 + 1', {}, 20_000)).result, '2', `after ${name}`);
      await kernel.request('complete_request', { code, cursor_pos: code.length }, 'shell', 30_000);
      await kernel.request('is_complete_request', { code }, 'shell', 30_000);
      await kernel.request('inspect_request', { code, cursor_pos: code.length - 3, detail_level: 0 }, 'shell', 30_000);
      assert.equal(
        (await kernel.run('const after = 1; after + 1', {}, 20_000)).result,
        '2',
        `after questions on ${name}`,
      );
    }
  } finally {
    await kernel.stop();
  }
});
