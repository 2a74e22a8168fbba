import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { KernelClient } from './client';

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
  await kernel.run(
    'let count = 1; const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))',
  );
});
after(() => kernel.stop());

describe('an interrupt ends', () => {
  const endless: Record<string, string> = {
    'a loop': 'for (;;) {}',
    'a loop that catches everything': 'for (;;) { try { for (;;) {} } catch {} finally {} }',
    'a pending await': 'await new Promise(() => {})',
    'a loop after an await': 'await wait(5); console.log("begun"); for (;;) { count++ }',
    'awaits in a loop': 'for (;;) await 1',
    'timers in a loop': 'for (;;) await wait(2)',
    'a loop in a timer': 'setTimeout(() => { console.log("begun"); for (;;) {} }, 5); await new Promise(() => {})',
    'a loop in a callback of Node':
      'require("fs").stat(".", () => { console.log("begun"); for (;;) {} }); await new Promise(() => {})',
    'a for await loop': 'for await (const x of (async function* () { for (;;) yield 1 })()) {}',
  };
  for (const [name, code] of Object.entries(endless)) {
    test(name, async () => {
      const { reply, milliseconds } = await kernel.runAndInterrupt(code);
      assert.equal(reply['status'], 'error');
      assert.equal(reply['ename'], 'Interrupted');
      assert.ok(milliseconds < 5000, `took ${milliseconds} ms`);
      assert.equal((await kernel.run('count > 0')).result, 'true');
    });
  }
});

test('what a cell had set before the interrupt is kept, and its code does not go on afterwards', async () => {
  await kernel.runAndInterrupt(
    'let kept = 7; setInterval(() => console.log("alive"), 20); await wait(1500); kept = 8; let later = 1',
  );
  const { stdout } = await kernel.run('await new Promise((resolve) => setTimeout(resolve, 1600))');
  assert.equal(stdout, '');
  assert.equal((await kernel.run('kept')).result, '7');
  assert.equal((await kernel.run('later')).reply['ename'], 'TypeScriptError');
});

test('cells that wait behind an interrupted one are aborted', async () => {
  const first = kernel.runAndInterrupt('for (;;) {}', 300);
  const second = await kernel.send('execute_request', { code: 'count = -1', silent: false });
  await first;
  assert.deepEqual((await kernel.collect(second)).reply, { status: 'aborted' });
});

test('work that holds the interrupt signal stops in good order', async () => {
  const { reply } = await kernel.runAndInterrupt(`
    import { interruptSignal } from 'reluctant';
    let steps = 0; let tidy = false;
    const signal = interruptSignal();
    console.log("begun");
    while (!signal.aborted) { steps++; await wait(5) }
    tidy = true;`);
  assert.equal(reply['ename'], 'Interrupted');
  assert.equal((await kernel.run('tidy')).result, 'true');
});

test('busy work can ask for the interruption without giving up the thread', async () => {
  await kernel.runAndInterrupt(`
    import { interruptRequested } from 'reluctant';
    let polled = 0;
    while (!interruptRequested()) if (polled++ === 0) console.log("begun");
    polled = -polled;`);
  assert.equal((await kernel.run('polled < 0')).result, 'true');
});

describe('a loop that a cell left behind can be ended when the cell itself has long gone', () => {
  const left: Record<string, string> = {
    'in a timer': 'setTimeout(() => { started(); for (;;) {} }, 50)',
    'in an interval, which does not go off again': 'setInterval(() => { started(); for (;;) {} }, 50)',
    'in an immediate behind another':
      'setTimeout(() => { for (const f of [() => {}, () => { started(); for (;;) {} }]) setImmediate(f) }, 50)',
    'in a callback of Node':
      'setTimeout(() => require("fs").stat(".", () => { started(); for (;;) {} }), 50); undefined',
    'behind a promise': 'void wait(50).then(() => { started(); for (;;) {} })',
    'behind an await': 'void (async () => { await wait(50); started(); for (;;) {} })()',
    'behind a promise of Node':
      'import * as files from "node:fs/promises"; void files.stat(".").then(async () => { await wait(50); started(); for (;;) {} })',
    'in an event': `
      import * as net from 'node:net';
      const server = net.createServer((socket) => socket.on('data', () => { started(); for (;;) {} }));
      server.listen(0, '127.0.0.1', () => {
        const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
        setTimeout(() => client.write('x'), 50);
      }).unref(); undefined`,
  };
  before(() => kernel.run('const started = () => console.log("left behind")'));
  for (const [name, code] of Object.entries(left)) {
    test(name, { timeout: 20_000 }, async () => {
      kernel.forget();
      assert.equal((await kernel.run(code)).reply['status'], 'ok');
      await kernel.until(() => kernel.published.some(({ content }) => content['text'] === 'left behind\n'));
      const blocked = await kernel.send('execute_request', { code: '1 + 2', silent: false });
      await assert.rejects(kernel.reply(blocked, 200));
      await kernel.send('interrupt_request', {}, 'control');
      // Whether it reaches the cell that has waited is a matter of milliseconds; later ones it does not reach.
      assert.match(String((await kernel.collect(blocked)).reply['ename']), /undefined|Interrupted/);
      assert.equal((await kernel.run('await wait(100); count > 0')).result, 'true');
    });
  }
});

test('interrupts at any moment lose no cell', { timeout: 120_000 }, async () => {
  for (let k = 0; k < 25; k++) {
    const id = await kernel.send('execute_request', {
      code: `for (const end = Date.now() + ${k * 9}; Date.now() < end; );`,
      silent: false,
    });
    await new Promise((resolve) => setTimeout(resolve, k * 5));
    await kernel.send('interrupt_request', {}, 'control');
    const { reply } = await kernel.collect(id);
    assert.ok(['ok', 'error'].includes(String(reply['status'])));
  }
  assert.equal((await kernel.run('"alive"')).result, "'alive'");
});

test('a cell that was interrupted before its code began does not run after all', { timeout: 120_000 }, async () => {
  for (let k = 0; k < 25; k++) {
    const id = await kernel.send('execute_request', { code: 'for (;;) {}', silent: false });
    await new Promise((resolve) => setTimeout(resolve, k));
    let ended = false;
    const reply = kernel.collect(id).finally(() => {
      ended = true;
    });
    // An interrupt that comes before the cell means nothing, so it is sent again.
    while (!ended) {
      await kernel.send('interrupt_request', {}, 'control');
      await Promise.race([reply, new Promise((resolve) => setTimeout(resolve, 1000))]);
    }
    assert.equal((await reply).reply['ename'], 'Interrupted');
    assert.equal((await kernel.run('1 + 1', {}, 15_000)).result, '2');
  }
});

test('an interrupt without a running cell does nothing', async () => {
  assert.deepEqual(await kernel.request('interrupt_request', {}, 'control'), { status: 'ok' });
  assert.equal((await kernel.run('1 + 1')).result, '2');
});

test('a kernel in an endless loop shuts down all the same', { timeout: 20_000 }, async () => {
  const other = await KernelClient.start();
  await other.send('execute_request', { code: 'for (;;) {}', silent: false });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(await other.stop(), null, 'it ends by itself, without being killed');
});
